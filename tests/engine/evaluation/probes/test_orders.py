from collections import Counter

import numpy as np
import pytest

from engine.evaluation.probes.orders import shuffled, swapped


@pytest.mark.parametrize("n", [2, 3, 12])
def test_shuffling_keeps_the_tracks_and_never_the_order(n: int) -> None:
    rng, rows = np.random.default_rng(0), np.arange(100, 100 + n)
    for _ in range(30):
        changed = shuffled(rows, rng)
        assert sorted(changed) == rows.tolist()
        assert not np.array_equal(changed, rows)


@pytest.mark.parametrize("n", [0, 1])
def test_nothing_to_shuffle(n: int) -> None:
    assert shuffled(np.arange(n), np.random.default_rng(0)).tolist() == list(range(n))


@pytest.mark.parametrize(("n", "n_swaps"), [(2, 1), (10, 5), (11, 5), (20, 1), (20, 3)])
def test_swapping_moves_so_many_pairs_of_neighbours_by_one_place(n: int, n_swaps: int) -> None:
    rng, rows = np.random.default_rng(0), np.arange(n)
    for _ in range(30):
        changed = swapped(rows, rng, n_swaps)
        moved = np.flatnonzero(changed != rows)
        assert len(moved) == 2 * n_swaps
        assert np.array_equal(np.abs(changed[moved] - moved), np.ones(2 * n_swaps))
        assert sorted(changed) == rows.tolist()


def test_swapping_leaves_what_it_was_given() -> None:
    rows = np.arange(10)
    swapped(rows, np.random.default_rng(0), 2)
    assert rows.tolist() == list(range(10))


def test_every_choice_of_pairs_is_as_likely() -> None:
    rng, rows = np.random.default_rng(0), np.arange(5)
    drawn = Counter(tuple(swapped(rows, rng, 2).tolist()) for _ in range(3000))
    assert len(drawn) == 3  # pairs 01 23, 01 34, 12 34
    assert min(drawn.values()) > 850
