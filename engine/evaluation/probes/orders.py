"""The same playlist in another order."""

import numpy as np

from indexers.schema import Rows


def shuffled(rows: Rows, rng: np.random.Generator) -> Rows:
    """All tracks in a random order that is not the one given; fewer than two tracks stay as they are."""
    order = rng.permutation(len(rows))
    while len(rows) > 1 and np.array_equal(order, np.arange(len(rows))):
        order = rng.permutation(len(rows))
    return rows[order]


def swapped(rows: Rows, rng: np.random.Generator, n_swaps: int) -> Rows:
    """Some pairs of neighbours exchanged, no track moved twice.

    Source: Conneau et al. 2018, "bigram shift", there with one pair.

    Args:
        rows: At least 2 * n_swaps tracks.
        rng: What draws, evenly among all ways to choose the pairs.
        n_swaps: How many pairs.
    """
    # n_swaps pairs in a row of n tracks are as n_swaps marks among n - n_swaps places, each mark widened to two
    places = np.sort(rng.choice(len(rows) - n_swaps, size=n_swaps, replace=False)) + np.arange(n_swaps)
    changed = rows.copy()
    changed[places], changed[places + 1] = rows[places + 1], rows[places]
    return changed
