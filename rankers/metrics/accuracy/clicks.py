"""Recommended songs clicks of the RecSys Challenge 2018."""

import numpy as np

from indexers.schema import Rows
from rankers.metrics.hits import Hits, hits_of

PAGE = 10  # tracks shown at once
DEPTH = 500  # tracks that can be shown
NEVER = DEPTH // PAGE + 1


def clicks(ranking: Rows, relevant: Rows, n_relevant: int) -> float:
    """How often a listener asks for ten more tracks before the first held-out one is shown; lower is better.

    (r - 1) // 10 for the first hit at rank r: 0 where it is among the first ten, 49 at the most; 51 where none of the
    first 500 is one, as in an empty ranking. No denominator.

    Args:
        ranking: [n_ranked], distinct rows, best first, without the seeds.
        relevant: Distinct rows of the known held-out tracks.
        n_relevant: How many tracks were held out, known or not.

    Raises:
        InputError: nothing was held out.
        ShapeError: a row occurs twice, or n_relevant is smaller than `relevant`.

    Source: Chen, Lamere, Schedl and Zamani, "RecSys Challenge 2018: automatic music playlist continuation", RecSys
    2018.
    """
    return of_hits(hits_of(ranking, relevant, n_relevant))


def of_hits(hits: Hits) -> float:
    """Clicks where the hits are known already."""
    positions = np.flatnonzero(hits[:DEPTH])
    return float(positions[0] // PAGE if len(positions) else NEVER)
