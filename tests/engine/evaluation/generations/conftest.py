"""Answers without an engine."""

from collections.abc import Sequence

import pytest

from engine.query import Answer, Query, Result


@pytest.fixture
def answered():
    """Makes an answer of these tracks, each titled as its id, in so many ms."""

    def make(query: Query, track_ids: Sequence[str], latency_ms: float = 1.0) -> Answer:
        results = tuple(
            Result(rank, name, f"/{name}", name.upper(), None, None, None, None, 1.0, 1.0, {}, {})
            for rank, name in enumerate(track_ids, start=1)
        )
        return Answer(query, results, abstained=False, generation=1, latency_ms=latency_ms)

    return make
