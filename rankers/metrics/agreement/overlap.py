"""Overlap within the first k: how many tracks two rankings share."""

import numpy as np

from indexers.errors import ShapeError
from indexers.schema import Rows
from rankers.metrics.hits import check_depth, distinct


def overlap(one: Rows, other: Rows, k: int) -> float:
    """The share of tracks that the first k positions of two rankings have in common, 0 to 1, in whatever order.

    Denominator: the length of the longer of the two heads, which is k wherever one ranking has k tracks; two equal
    short rankings thus have 1.

    Args:
        one: [n_ranked], distinct rows, best first.
        other: The same of the other ranking; one of the two may be empty, and then nothing is shared.
        k: How many positions count, at least 1.

    Raises:
        InputError: k is below 1.
        ShapeError: a row occurs twice in a ranking, or both are empty.
    """
    check_depth(k)
    check_rankings(one, other)
    heads = one[:k], other[:k]
    return len(np.intersect1d(*heads, assume_unique=True)) / max(map(len, heads))


def check_rankings(one: Rows, other: Rows) -> None:
    """Refuse two rankings whose agreement is not defined.

    Raises:
        ShapeError: a row occurs twice in one of them, or both are empty.
    """
    distinct(one, "the one ranking")
    distinct(other, "the other ranking")
    if not len(one) and not len(other):
        raise ShapeError("two empty rankings have nothing to agree on; leave this query out")
