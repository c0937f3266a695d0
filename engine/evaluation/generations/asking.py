"""Both generations asked the same, in turn, so that neither has the other's warm caches all the time."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from typing import TypeAlias

from engine.query import Answer, Query
from indexers.errors import MediaError, QueryError

WARM_UP = "sounds that nobody asked for"
UNANSWERABLE = (QueryError, MediaError)  # faults of a query, not of the generation

Ask: TypeAlias = Callable[[Query], Answer]
"""Asks one generation."""

Progress: TypeAlias = Callable[[int, int], object]
"""Told how many queries are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a generation gave: tracks, best first, the title of the first of them, and how long it took."""

    track_ids: tuple[str, ...]
    first: str
    latency_ms: float


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a generation has no answer, in one line."""

    reason: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One query and what each of two generations said."""

    query: Query
    said: tuple[Given | Refused, Given | Refused]


def ask_both(queries: Sequence[Query], one: Ask, other: Ask, progress: Progress = lambda *_: None) -> list[Asked]:
    """Ask two generations every query once; which goes first alternates.

    Before that each answers one query of every kind that will be asked, which loads what that takes and is not counted.

    Args:
        queries: What is asked.
        one: Asks the one generation.
        other: Asks the other.
        progress: Told of every query.

    Raises:
        ModelError: a model that one of them needs was not pulled.
        StaleIndexError: an encoder is no longer the one that built one of them.
    """
    for ask in (one, other):
        for query in _warming(queries):
            with suppress(*UNANSWERABLE):
                ask(query)
    asked = []
    for number, query in enumerate(queries):
        if number % 2 == 0:
            first = _said(one, query)
            said = first, _said(other, query)
        else:
            first = _said(other, query)
            said = _said(one, query), first
        asked.append(Asked(query, said))
        progress(number + 1, len(queries))
    return asked


def _warming(queries: Sequence[Query]) -> Iterator[Query]:
    """One query of each kind in other words, since vectors of words are remembered."""
    for kind in fields(Query):
        found = next((query for query in queries if getattr(query, kind.name)), None)
        if found is not None:
            yield replace(found, text=found.text and WARM_UP, tags=found.tags and (WARM_UP,))


def _said(ask: Ask, query: Query) -> Given | Refused:
    try:
        answer = ask(query)
    except UNANSWERABLE as error:
        return Refused(str(error))
    first = answer.results[0].title if answer.results else ""
    return Given(tuple(result.track_id for result in answer.results), first, answer.latency_ms)
