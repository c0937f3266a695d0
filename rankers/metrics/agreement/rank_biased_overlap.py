"""Rank-biased overlap: how alike two rankings are when the first positions matter most."""

import math

import numpy as np

from indexers.errors import InputError
from indexers.schema import Rows
from rankers.metrics.agreement.overlap import check_rankings
from rankers.metrics.hits import Figures, check_depth

P = 0.9  # the usual persistence: the first ten positions carry 86 % of the weight


def rank_biased_overlap(one: Rows, other: Rows, p: float = P) -> float:
    """Extrapolated rank-biased overlap of two rankings of possibly different length, without ties.

    0 where nothing is shared, 1 where one ranking is the beginning of the other or both are equal. With s and l the
    lengths of the shorter and the longer ranking and X_d how many tracks the first d positions share:

        RBO_ext = (1 - p) / p · (Σ_{d=1..l} X_d / d · p^d + Σ_{d=s+1..l} X_s (d - s) / (s d) · p^d)
                  + ((X_l - X_s) / l + X_s / s) · p^l

    What lies beyond the rankings is taken to agree as much as what was seen; it depends on the depth of the rankings,
    so that depth belongs beside every value, as p does.

    Args:
        one: [n_ranked], distinct rows, best first.
        other: The same of the other ranking; one of the two may be empty, which gives 0.
        p: How likely a reader goes on from each position to the next, above 0 and below 1.

    Raises:
        InputError: p is out of range.
        ShapeError: a row occurs twice in a ranking, or both are empty.

    Source: Webber, Moffat and Zobel, "A similarity measure for indefinite rankings", ACM TOIS 28(4), 2010, equation 32.
    """
    _check_persistence(p)
    check_rankings(one, other)
    short, long = sorted((one, other), key=len)
    if not len(short):
        return 0.0
    shared, s, depth = _shared(short, long), len(short), np.arange(1, len(long) + 1)
    weights = p**depth
    beyond = np.maximum(depth - s, 0)  # of the shorter ranking
    terms = (shared + shared[s - 1] * beyond / s) / depth
    tail = (shared[-1] - shared[s - 1]) / len(long) + shared[s - 1] / s
    return float((1 - p) / p * (terms * weights).sum() + tail * weights[-1])


def weight_of_head(depth: int, p: float = P) -> float:
    """The share of all weight that rank-biased overlap gives to the first `depth` positions, 0 to 1.

    Raises:
        InputError: p is out of range, or depth is below 1.

    Source: Webber, Moffat and Zobel 2010, equation 21.
    """
    _check_persistence(p)
    check_depth(depth)
    seen = sum(p**d / d for d in range(1, depth))
    return 1 - p ** (depth - 1) + (1 - p) / p * depth * (math.log(1 / (1 - p)) - seen)


def _shared(short: Rows, long: Rows) -> Figures:
    """How many tracks the first d positions of both share, [len(long)] for d from 1."""
    place = {int(row): position for position, row in enumerate(short)}
    met = (max(position, place[row]) for position, row in enumerate(long.tolist()) if row in place)
    counts = np.bincount(np.fromiter(met, dtype=np.int64), minlength=len(long))
    return np.cumsum(counts).astype(np.float64)


def _check_persistence(p: float) -> None:
    if not 0.0 < p < 1.0:
        raise InputError(f"p = {p} is out of range: give a share above 0 and below 1, such as {P}")
