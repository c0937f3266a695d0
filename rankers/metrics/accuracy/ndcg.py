"""Normalised discounted cumulative gain with binary relevance."""

import numpy as np

from indexers.schema import Rows
from rankers.metrics.hits import Figures, Hits, check_depth, hits_of


def ndcg(ranking: Rows, relevant: Rows, n_relevant: int, k: int) -> float:
    """The discounted gain of the first k positions over that of the best list, 0 to 1; an empty ranking has 0.

    A hit at rank r gains 1 / log2(r + 1).

    Denominator: the gain of min(|G|, k) hits at the head of the list, with |G| = n_relevant, known or not. The rules of
    the RecSys Challenge 2018 discount by log2(r) from rank 2 on, and take the best list from what was found alone;
    their numbers are higher and do not compare.

    Args:
        ranking: [n_ranked], distinct rows, best first, without the seeds.
        relevant: Distinct rows of the known held-out tracks.
        n_relevant: |G|, how many tracks were held out, known or not.
        k: How many positions count, at least 1.

    Raises:
        InputError: nothing was held out, or k is below 1.
        ShapeError: a row occurs twice, or |G| is smaller than `relevant`.

    Source: Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", ACM TOIS 20(4), 2002, with the
    discount log2(r + 1) of Burges et al., ICML 2005.
    """
    check_depth(k)
    return of_hits(hits_of(ranking, relevant, n_relevant), n_relevant, k)


def of_hits(hits: Hits, n_relevant: int, k: int) -> float:
    """NDCG where the hits are known already."""
    gained = _gains(np.flatnonzero(hits[:k])).sum()
    return float(gained / _gains(np.arange(min(n_relevant, k))).sum())


def _gains(positions: Rows) -> Figures:
    """What a hit at each position, from 0, gains."""
    return 1 / np.log2(positions + 2)
