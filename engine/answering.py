"""One query over one generation: its names and files become rows and vectors, and what is found an answer."""

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.arms import Request
from engine.config import SearchSettings
from engine.language import language_notes
from engine.query import Answer, Query
from engine.search import Searcher
from engine.seeds import rows_of
from engine.sounds import listen
from engine.tags import prompts_of_tags, tag_notes
from indexers.generation import Generation

if TYPE_CHECKING:
    from engine.build import Models
    from indexers.schema import Rows

UNTOLD = {"log"}  # settings that no answer depends on


def answer(searcher: Searcher, query: Query, k: int, settings: SearchSettings, models: "Models") -> Answer:
    """Find the k tracks of a searcher's generation that fit a query best, and say why.

    Args:
        searcher: Of the generation that is asked; whether it serves does not matter.
        query: What is asked.
        k: 1 to 1000.
        settings: Those that the searcher was made with.
        models: Where the encoders that heard the generation come from, should a sound have to be heard.

    Raises:
        QueryError: nothing is asked, k is out of range, a track or a column is unknown, or the filter is wrong.
        MediaError: the query's sound cannot be decoded.
        ModelError: a model that this query needs was not pulled.
        StaleIndexError: an encoder is no longer the one that built the generation.
    """
    started = time.perf_counter()
    query.check(k)
    generation = searcher.generation
    found = searcher.search(_request(query, generation, models), k)
    return Answer(
        query=query,
        results=found.results,
        abstained=found.abstained,
        generation=generation.number,
        latency_ms=1000 * (time.perf_counter() - started),
        confidence=found.confidence,
        settings={**settings.model_dump(exclude=UNTOLD), "k": k, "weights": dict(found.weights)},
        notes=(*language_notes(query.text, generation.joints), *tag_notes(query.tags)),
    )


def _request(query: Query, generation: Generation, models: "Models") -> Request:
    """A query in the terms of one generation."""
    request = Request(
        text=query.text.strip(),
        tags=prompts_of_tags(query.tags),
        liked=rows_of(generation.tracks, query.like),
        unliked=rows_of(generation.tracks, query.unlike),
        allowed=_allowed(generation, query.where),
    )
    if query.sound is None:
        return request
    n_windows = int(generation.manifest["settings"]["analysis"]["windows"])  # as its tracks were heard
    vector, own = listen(generation, Path(query.sound), lambda: models.listeners(generation), n_windows)
    return replace(request, sound=vector, own=own)


def _allowed(generation: Generation, where: str | None) -> "Rows | None":
    if where is None or not where.strip():
        return None
    from indexers.catalog.filters import matching_rows

    return matching_rows(generation.tracks, where)
