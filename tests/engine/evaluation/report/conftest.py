"""A small evaluation whose figures can be counted by hand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from engine.evaluation.report import Plan, ScenarioResult
from indexers.catalog.corpus import Corpus, Vocabulary
from indexers.schema import Rows
from rankers.metrics import Truth

N_TRACKS = 40
N_QUERIES = 12


@pytest.fixture
def train() -> Corpus:
    """Twenty playlists of four tracks; tracks 2a and 2a + 1 are by one artist."""
    keys = tuple((f"artist {row // 2}", f"title {row}") for row in range(N_TRACKS))
    vocabulary = Vocabulary(keys, *(("",) * N_TRACKS for _ in range(3)))
    lists = tuple(np.arange(4 * (p % 10), 4 * (p % 10) + 4, dtype=np.int64) for p in range(20))
    return Corpus(vocabulary, lists, *(("",) * 20 for _ in range(3)), np.zeros(20, dtype=np.int64))


def truths(*, unknown: int = 0) -> list[Truth]:
    """Query q holds out tracks q and q + 1; queries 2i and 2i + 1 are of one group."""
    return [
        Truth(np.array([q, q + 1]), 2 + unknown, frozenset({q // 2, (q + 1) // 2}), f"list {q // 2}")
        for q in range(N_QUERIES)
    ]


def runs() -> dict[str, list[Rows]]:
    """`perfect` is right at once, `late` at rank 12, `wrong` never, `silent` answers every second query, in vain."""
    wrong = np.arange(20, 31, dtype=np.int64)  # eleven tracks that nobody held out
    return {
        "wrong": [wrong for _ in range(N_QUERIES)],
        "late": [np.append(wrong, q) for q in range(N_QUERIES)],
        "silent": [wrong[: 11 * (q % 2)] for q in range(N_QUERIES)],
        "perfect": [np.array([q + 1, q]) for q in range(N_QUERIES)],
    }


@dataclass
class Evaluation:
    """What the tests change before they build."""

    scenarios: list[ScenarioResult] = field(default_factory=list)
    plan: Plan = field(
        default_factory=lambda: Plan("first 5", ("perfect",), {"seeds": 5, "blend": {"als": 0.5}}, n_resamples=500)
    )


def scenario(name: str, counts: dict[str, int] | None = None, **changed: Sequence[Rows | None]) -> ScenarioResult:
    """A scenario with some arms' runs exchanged."""
    return ScenarioResult(name, {**runs(), **changed}, truths(), truths(unknown=2), counts or {})


@pytest.fixture
def evaluation() -> Evaluation:
    """Two scenarios; of the second all but one arm had nothing to say."""
    nothing = [np.empty(0, dtype=np.int64)] * N_QUERIES
    quiet = scenario("title only", late=nothing, silent=nothing)
    return Evaluation([quiet, scenario("first 5", {"unknown seeds": 7})])


@pytest.fixture
def a_scenario() -> Callable[..., ScenarioResult]:
    """Make a scenario with some arms' runs exchanged."""
    return scenario
