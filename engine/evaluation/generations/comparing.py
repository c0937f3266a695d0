"""The answers of two generations held against each other, query by query."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.evaluation.generations.asking import Asked, Given, Refused
from engine.query import Query
from indexers.errors import InputError
from indexers.generation import Generation
from indexers.schema import Rows
from rankers.metrics.agreement.overlap import overlap
from rankers.metrics.agreement.rank_biased_overlap import P, rank_biased_overlap
from rankers.significance import RESAMPLES


@dataclass(frozen=True, slots=True)
class ComparisonPlan:
    """Which two generations are compared, how deep, and how intervals are drawn."""

    a: int
    b: int
    k: int = 20
    p: float = P
    n_resamples: int = RESAMPLES
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """One query that both answered: what each gave, and how far the two agree."""

    query: Query
    given: tuple[Given, Given]
    overlap: float
    rbo: float

    @property
    def alike(self) -> bool:
        """Whether both gave the same tracks in the same order."""
        return self.given[0].track_ids == self.given[1].track_ids


@dataclass(frozen=True, slots=True)
class Comparison:
    """The queries that were compared, those that one could not answer or neither, and those without any result."""

    compared: tuple[Compared, ...]
    unanswered: tuple[Asked, ...]
    empty: tuple[Query, ...]


def compare(asked: Sequence[Asked], same: Mapping[str, str], plan: ComparisonPlan) -> Comparison:
    """Measure overlap and rank-biased overlap of every query that both answered.

    Args:
        asked: What both said.
        same: Track id to the id of the recording that it is another file of, see `recordings_of`.
        plan: Says the depth of both measures and the persistence of rank-biased overlap.

    Raises:
        InputError: there is no query that both answered with a result.
    """
    compared, unanswered, empty = [], [], []
    for each in asked:
        one, other = each.said
        if isinstance(one, Refused) or isinstance(other, Refused):
            unanswered.append(each)
        elif not one.track_ids and not other.track_ids:
            empty.append(each.query)
        else:
            heads = [ranking[: plan.k] for ranking in _numbered(one, other, same)]
            measured = overlap(heads[0], heads[1], plan.k), rank_biased_overlap(heads[0], heads[1], plan.p)
            compared.append(Compared(each.query, (one, other), *measured))
    if not compared:
        raise InputError(f"{_why_not(unanswered, len(empty))}: give queries that both generations can answer")
    return Comparison(tuple(compared), tuple(unanswered), tuple(empty))


def recordings_of(generation: Generation) -> dict[str, str]:
    """Track id to the id that stands for its recording, for those files of one that stand for none."""
    ids, groups = generation.tracks["track_id"].to_list(), generation.tracks["group"].to_list()
    return {ids[row]: ids[group] for row, group in enumerate(groups) if group != row}


def _numbered(one: Given, other: Given, same: Mapping[str, str]) -> tuple[Rows, Rows]:
    """Both rankings over numbers of recordings, each recording at its first place."""
    numbers: dict[str, int] = {}

    def ranking(given: Given) -> Rows:
        recordings = dict.fromkeys(same.get(track_id, track_id) for track_id in given.track_ids)
        return np.array([numbers.setdefault(each, len(numbers)) for each in recordings], dtype=np.int64)

    return ranking(one), ranking(other)


def _why_not(unanswered: Sequence[Asked], n_empty: int) -> str:
    if not unanswered:
        return f"none of {n_empty} queries has a result in either generation"
    reason = next(said.reason for said in unanswered[0].said if isinstance(said, Refused))
    return f"no query was answered by both generations (the first: {reason})"
