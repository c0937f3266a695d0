import numpy as np
import pytest

from indexers.testing import unit_rows
from indexers.vectors.exact import ExactIndex
from indexers.vectors.tuning import held_out, tune


@pytest.fixture
def vectors() -> np.ndarray:
    return unit_rows(np.random.default_rng(0).normal(size=(200, 16)).astype(np.float32))


class Forgetful(ExactIndex):
    """Finds all of its rows but those that its effort does not reach."""

    efforts = (20, 50, 100, 200)
    usual_effort = 50
    effort = 50

    def search(self, queries, k, *, allowed=None):
        return super().search(queries, k, allowed=np.arange(200 - self.effort, 200))


def test_an_exact_index_finds_everything_and_knows_no_effort(vectors) -> None:
    found = tune(ExactIndex(vectors), vectors, 0.95)
    assert (found.recall, found.queries, found.effort) == (1.0, 64, None)
    assert found.as_json() == {"recall": 1.0, "recall_queries": 64}


def test_effort_is_raised_from_the_usual_to_the_least_that_reaches_the_floor(vectors) -> None:
    index = Forgetful(vectors)
    shares = {}
    for floor, effort in [(0.1, 50), (0.4, 100), (0.95, 200)]:
        found = tune(index, vectors, floor)
        assert (found.effort, index.effort, found.queries) == (effort, effort, 200)
        shares[effort] = found.recall
    assert shares[50] < 0.4 <= shares[100] < 0.95
    assert shares[200] == 1.0


def test_a_floor_out_of_reach_leaves_the_greatest_effort_and_the_truth(vectors) -> None:
    index = Forgetful(vectors)
    index.efforts = (50, 100)
    found = tune(index, vectors, 0.95)
    assert found.effort == 100
    assert 0.2 < found.recall < 0.8


def test_equal_tracks_may_stand_for_each_other() -> None:
    alike = np.tile(unit_rows(np.ones((1, 4), dtype=np.float32)), (50, 1))
    assert tune(ExactIndex(alike), alike, 1.0).recall == 1.0


def test_queries_are_near_half_way_and_far_and_always_the_same(vectors) -> None:
    queries = held_out(vectors, 30)
    rows = np.sort(np.random.default_rng(11).choice(200, 30, replace=False))
    moved = np.linalg.norm(queries - vectors[rows], axis=1)
    np.testing.assert_allclose(moved.reshape(-1, 3), np.tile([0.1, 0.5, 1.0], (10, 1)), rtol=1e-4)
    np.testing.assert_array_equal(held_out(vectors, 30), queries)
    assert held_out(vectors, 1000).shape == (200, 16)
