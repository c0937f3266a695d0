"""Artist diversity: how many different artists a listener meets at the head of a ranking."""

import numpy as np

from indexers.errors import ShapeError
from indexers.schema import Rows
from rankers.metrics.hits import check_depth

DEPTH = 100


def artist_diversity(ranking: Rows, artist_of: Rows, k: int = DEPTH) -> float:
    """The share of distinct artists among the first k positions: 1 where no artist comes twice.

    Denominator: min(k, n_ranked), the positions there are.

    Args:
        ranking: [n_ranked], distinct rows, best first, at least one.
        artist_of: [n_tracks], the artist's number of every known track.
        k: How many positions count, at least 1.

    Raises:
        InputError: k is below 1.
        ShapeError: the ranking is empty.
    """
    check_depth(k)
    head = ranking[:k]
    if not len(head):
        raise ShapeError("an empty ranking has no artists; leave it out")
    return len(np.unique(artist_of[head])) / len(head)
