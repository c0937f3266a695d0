"""Retrieval: every arm ranks the library, deep enough that a full list is left after seeds and duplicates go."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.arms import AttendingQuestion, Question
from engine.config import SearchSettings
from engine.query import Confidence, Evidence
from indexers.generation import Calibration
from indexers.schema import Rows, Vectors
from rankers.groups import Groups

DEEPER = 4  # times the depth, where seeds and duplicates left too few candidates


@dataclass(frozen=True, slots=True)
class Ranking:
    """What one arm found, best first."""

    rows: Rows
    scores: Vectors

    def without(self, rows: Rows) -> "Ranking":
        """The ranking without some rows."""
        fresh = ~np.isin(self.rows, rows)
        return Ranking(self.rows[fresh], self.scores[fresh])

    def evidence(self, row: int) -> Evidence:
        """Where a row that was found stands."""
        place = int(np.flatnonzero(self.rows == row)[0])
        return Evidence(place + 1, float(self.scores[place]))


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a retrieval may look: `n_tracks` of them allowed, and none of the `seeds`."""

    allowed: Rows | None  # None means all
    seeds: Rows
    n_tracks: int


def retrieve(asked: Mapping[str, Question], scope: Scope, groups: Groups, depth: int, k: int) -> dict[str, Ranking]:
    """Rank by every arm.

    Args:
        asked: Arm to its question.
        scope: Where to look.
        groups: The duplicate groups.
        depth: Candidates to fetch from each arm at first, at least k.
        k: How many distinct recordings are wanted; the arms look deeper until together they have them, or all there is.

    Returns:
        Arm to ranking, without seeds.
    """
    depth = min(depth, scope.n_tracks)
    while True:
        rankings = {name: _ranking(question, scope, depth) for name, question in asked.items()}
        found = np.concatenate([np.empty(0, dtype=np.int64), *(ranking.rows for ranking in rankings.values())])
        if len(np.unique(groups.of(found))) >= k or depth >= scope.n_tracks:
            return rankings
        depth = min(depth * DEEPER, scope.n_tracks)


def _ranking(question: Question, scope: Scope, depth: int) -> Ranking:
    if not depth:
        return Ranking(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))
    return Ranking(*question.retrieve(depth + len(scope.seeds), scope.allowed)).without(scope.seeds)


def reranked(
    attending: Mapping[str, AttendingQuestion], rankings: Mapping[str, Ranking], first: Rows
) -> dict[str, Ranking]:
    """Rank the first candidates of all arms together anew by the arms that can look closer.

    Args:
        attending: Arm to its question.
        rankings: What the arms found.
        first: Rows of the candidates to look at, in any order.

    Returns:
        Arm to ranking: the candidates by their closer score, equal ones in their order, then what else the arm found,
        in its own order and with its own scores.
    """
    found = {}
    for name, question in attending.items():
        scores = question.attend(first)
        order = np.argsort(-scores, kind="stable")
        rest = rankings[name].without(first)
        found[name] = Ranking(np.concatenate([first[order], rest.rows]), np.concatenate([scores[order], rest.scores]))
    return found


def confidence_in(ranking: Ranking, calibration: Calibration | None) -> Confidence:
    """How sure an arm is of its best track."""
    best = float(ranking.scores[0]) if len(ranking.scores) else None
    return Confidence(best, calibration.threshold if calibration else None)


def weigh(confidence: Mapping[str, Confidence], settings: SearchSettings) -> dict[str, float]:
    """The arms' weights in fusion; an unsure arm counts for less beside a sure one."""
    anyone_sure = any(arm.sure for arm in confidence.values())
    weights = {}
    for name, arm in confidence.items():
        doubted = anyone_sure and not arm.sure
        weights[name] = settings.weight(name) * (settings.unsure_weight if doubted else 1.0)
    return weights
