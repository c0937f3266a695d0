"""Recall within the first k."""

from indexers.schema import Rows
from rankers.metrics.hits import Hits, check_depth, hits_of


def recall(ranking: Rows, relevant: Rows, n_relevant: int, k: int) -> float:
    """The share of the held-out tracks within the first k positions, 0 to 1; an empty ranking has 0.

    Denominator: |G| = n_relevant, also where |G| is larger than k, so that 1 may be out of reach; others divide by
    min(|G|, k).

    Args:
        ranking: [n_ranked], distinct rows, best first, without the seeds.
        relevant: Distinct rows of the known held-out tracks.
        n_relevant: |G|, how many tracks were held out, known or not.
        k: How many positions count, at least 1.

    Raises:
        InputError: nothing was held out, or k is below 1.
        ShapeError: a row occurs twice, or |G| is smaller than `relevant`.

    Source: Manning, Raghavan and Schütze, "Introduction to Information Retrieval", 2008, section 8.3.
    """
    check_depth(k)
    return of_hits(hits_of(ranking, relevant, n_relevant), n_relevant, k)


def of_hits(hits: Hits, n_relevant: int, k: int) -> float:
    """Recall where the hits are known already."""
    return float(hits[:k].sum()) / n_relevant
