"""R-precision: the share of what was held out in a list just as long."""

from indexers.schema import Rows
from rankers.metrics.hits import Hits, hits_of


def r_precision(ranking: Rows, relevant: Rows, n_relevant: int) -> float:
    """The share of the held-out tracks within the first |G| positions, 0 to 1; an empty ranking has 0.

    Denominator: |G| = n_relevant, however short the ranking is.

    Args:
        ranking: [n_ranked], distinct rows, best first, without the seeds.
        relevant: Distinct rows of the known held-out tracks.
        n_relevant: |G|, how many tracks were held out, known or not.

    Raises:
        InputError: nothing was held out.
        ShapeError: a row occurs twice, or |G| is smaller than `relevant`.

    Source: Buckley and Voorhees, "Retrieval evaluation with incomplete information", SIGIR 2004.
    """
    return of_hits(hits_of(ranking, relevant, n_relevant), n_relevant)


def of_hits(hits: Hits, n_relevant: int) -> float:
    """R-precision where the hits are known already."""
    return float(hits[:n_relevant].sum()) / n_relevant
