"""Ways from one track to another: exact, without repeats, and smoother than the straight one."""

import tempfile
from itertools import pairwise, permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.configuration import set_hypothesis_home_dir

from indexers.errors import QueryError, ShapeError
from indexers.testing import unit_rows
from rankers.path import PULL, find_path, great_circle, roughness, straight

set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "segue-hypothesis")  # and not a folder beside the tests


def tracks(seed: int, n_tracks: int, dim: int = 6) -> np.ndarray:
    return unit_rows(np.random.default_rng(seed).normal(size=(n_tracks, dim)).astype(np.float32))


def cost(vectors, rows):
    """What `find_path` minimises, counted step by step."""
    points = great_circle(vectors[rows[0]], vectors[rows[-1]], len(rows))
    way = vectors[rows]
    steps = sum((1 - float(a @ b)) ** 2 for a, b in pairwise(way))
    return steps + PULL * sum((1 - float(a @ b)) ** 2 for a, b in zip(way[1:-1], points[1:-1], strict=True))


@settings(max_examples=60, deadline=None, database=None, derandomize=True)
@given(
    seed=st.integers(0, 10**6),
    n_tracks=st.integers(4, 120),
    n_groups=st.integers(2, 120),
    k=st.integers(2, 40),
)
def test_a_path_is_exact_and_repeats_nothing(seed, n_tracks, n_groups, k):
    vectors = tracks(seed, n_tracks)
    groups = np.random.default_rng(seed).integers(0, n_groups, n_tracks)
    _, firsts = np.unique(groups, return_index=True)
    if len(firsts) < 2:
        return
    ends = (int(firsts[0]), int(firsts[-1]))
    k = min(k, len(firsts))
    rows = find_path(vectors, groups, ends, k)
    assert len(rows) == k
    assert (rows[0], rows[-1]) == ends
    assert len(set(groups[rows].tolist())) == k
    assert cost(vectors, rows) <= cost(vectors, straight(vectors, groups, ends, k)) + 1e-6


def test_it_is_near_the_best_of_all_ways_where_they_can_be_counted():
    over = []
    for seed in range(20):
        vectors = tracks(seed, 8, dim=3)
        best = min(cost(vectors, [0, *between, 1]) for between in permutations(range(2, 8), 3))
        over.append(cost(vectors, find_path(vectors, np.arange(8), (0, 1), 5)) / best)
    assert min(over) > 1 - 1e-5
    assert np.median(over) < 1 + 1e-5
    assert np.mean(over) < 1.2  # six tracks for three places leave little to exchange


def test_it_walks_along_a_line_of_tracks():
    angles = np.radians([0, 90, 30, 60, 45, 15, 75])
    line = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    assert find_path(line, np.arange(7), (0, 1), 7).tolist() == [0, 5, 2, 4, 3, 6, 1]
    assert find_path(line, np.arange(7), (1, 0), 4).tolist() == [1, 3, 2, 0]
    assert find_path(line, np.arange(7), (0, 1), 2).tolist() == [0, 1]


def test_duplicates_of_the_ends_and_of_each_other_do_not_come():
    angles = np.radians([0, 90, 1, 44, 45, 46, 89])
    line = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    groups = np.array([0, 1, 0, 3, 3, 3, 1])
    assert find_path(line, groups, (0, 1), 3).tolist() == [0, 3, 1]


def test_it_is_smoother_than_straight_interpolation():
    """On clusters, as music is: the largest step and the sum of squares shrink on average."""
    rng = np.random.default_rng(5)
    hidden = rng.normal(size=(2_000, 6)) @ rng.normal(size=(6, 32))
    vectors = unit_rows((hidden + 0.6 * rng.normal(size=hidden.shape)).astype(np.float32))
    pairs = [tuple(rng.choice(2_000, 2, replace=False).tolist()) for _ in range(20)]
    groups = np.arange(2_000)
    found = np.mean([roughness(vectors, find_path(vectors, groups, ends, 12)) for ends in pairs], axis=0)
    naive = np.mean([roughness(vectors, straight(vectors, groups, ends, 12)) for ends in pairs], axis=0)
    assert found[0] < 0.8 * naive[0]
    assert found[1] < 0.6 * naive[1]


def test_opposite_and_equal_ends_have_a_way_too():
    vectors = tracks(3, 30)
    vectors[1], vectors[2] = -vectors[0], vectors[0]
    for end in (1, 2):
        rows = find_path(vectors, np.arange(30), (0, end), 8)
        assert len(set(rows.tolist())) == 8


def test_what_cannot_be_walked():
    vectors, groups = tracks(1, 6), np.array([0, 1, 2, 3, 3, 3])
    with pytest.raises(QueryError, match="same recording"):
        find_path(vectors, groups, (3, 4), 3)
    with pytest.raises(QueryError, match="no path of 5 tracks: ask for 2 to 4"):
        find_path(vectors, groups, (0, 1), 5)
    with pytest.raises(QueryError, match="no path of 1"):
        find_path(vectors, groups, (0, 1), 1)
    with pytest.raises(ShapeError, match="6 vectors do not fit 2 groups"):
        find_path(vectors, groups[:2], (0, 1), 2)
