"""The reciprocal rank of the first hit."""

import numpy as np

from indexers.schema import Rows
from rankers.metrics.hits import Hits, hits_of


def reciprocal_rank(ranking: Rows, relevant: Rows, n_relevant: int) -> float:
    """One over the rank of the first held-out track, 0 to 1; 0 where the whole ranking has none.

    Denominator: the rank of the first hit. Its mean over queries is the MRR.

    Args:
        ranking: [n_ranked], distinct rows, best first, without the seeds.
        relevant: Distinct rows of the known held-out tracks.
        n_relevant: How many tracks were held out, known or not.

    Raises:
        InputError: nothing was held out.
        ShapeError: a row occurs twice, or n_relevant is smaller than `relevant`.

    Source: Voorhees, "The TREC-8 question answering track report", TREC 1999.
    """
    return of_hits(hits_of(ranking, relevant, n_relevant))


def of_hits(hits: Hits) -> float:
    """The reciprocal rank where the hits are known already."""
    positions = np.flatnonzero(hits)
    return 1.0 / float(positions[0] + 1) if len(positions) else 0.0
