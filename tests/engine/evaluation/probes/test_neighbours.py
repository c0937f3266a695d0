import numpy as np
import pytest

from engine.evaluation.probes.neighbours import chance_precision, draw_queries, neighbour_precision
from engine.evaluation.probes.task import examples_of
from indexers.errors import InputError

LISTS = [np.array([row]) for row in range(6)]


def unit(angles: list[float]) -> np.ndarray:
    return np.array([[np.cos(angle), np.sin(angle)] for angle in angles], dtype=np.float32)


def test_precision_counts_the_label_among_the_nearest_of_other_lists() -> None:
    vectors = unit([0.0, 0.1, 0.2, 0.3, 1.0, 2.0])
    examples = examples_of(LISTS, list("aaabbb"), ["one", "one", "two", "three", "four", "five"])
    found = neighbour_precision(vectors, examples, np.array([0, 5]), 2)
    # of 0: row 1 is of its own list, then rows 2 (a) and 3 (b); of 5: rows 4 (b) and 3 (b)
    assert found.tolist() == [0.5, 1.0]


def test_chance_is_the_share_of_the_label_in_other_lists() -> None:
    examples = examples_of(LISTS, list("aaabbb"), ["one", "one", "two", "three", "four", "five"])
    assert chance_precision(examples, np.array([0, 5]), 2).tolist() == [1 / 4, 2 / 5]


def test_random_vectors_reach_chance() -> None:
    rng = np.random.default_rng(0)
    n = 600
    labels, groups = rng.choice(["a", "b", "c"], n, p=[0.6, 0.3, 0.1]).tolist(), [str(row) for row in range(n)]
    examples = examples_of([np.array([0])] * n, labels, groups)
    vectors = rng.standard_normal((n, 16)).astype(np.float32)
    queries = draw_queries(examples.groups, 300, rng)
    found = neighbour_precision(vectors, examples, queries, 10).mean()
    assert found == pytest.approx(chance_precision(examples, queries, 10).mean(), abs=0.03)


def test_queries_are_of_different_lists() -> None:
    groups = np.array(["a", "a", "b", "b", "b", "c"])
    drawn = [draw_queries(groups, 5, np.random.default_rng(seed)) for seed in range(40)]
    assert all(sorted(groups[rows].tolist()) == ["a", "b", "c"] for rows in drawn)
    assert set(np.concatenate(drawn).tolist()) == set(range(6))  # any edition may be asked about
    assert len(draw_queries(groups, 2, np.random.default_rng(0))) == 2


def test_too_few_other_lists_are_refused() -> None:
    examples = examples_of(LISTS, list("aabaab"), ["one"] * 4 + ["two"] * 2)
    with pytest.raises(InputError, match="2 playlists of other lists, 3 neighbours wanted"):
        neighbour_precision(unit([0.0] * 6), examples, np.array([0]), 3)
