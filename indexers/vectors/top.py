"""The best few of many scores."""

import numpy as np

from indexers.schema import Rows, Vectors


def top_rows(scores: Vectors, k: int) -> Rows:
    """Find the rows of the k highest of `scores` [n], best first; equal scores keep row order.

    Fewer than k scores give all of them.
    """
    if k < scores.size:
        # argpartition alone may drop an earlier row of equal score, so all ties of the k-th are looked at
        limit = np.partition(scores, scores.size - k)[scores.size - k]
        rows = np.flatnonzero(scores >= limit)
    else:
        rows = np.arange(scores.size)
    best: Rows = rows[np.argsort(-scores[rows], kind="stable")[:k]].astype(np.int64, copy=False)
    return best


def top_of_each(scores: Vectors, k: int) -> tuple[Rows, Vectors]:
    """Find the k best of each row of `scores` [n_queries, n]: rows and scores, each [n_queries, min(k, n)]."""
    n_queries, n_tracks = scores.shape
    rows = np.empty((n_queries, min(k, n_tracks)), dtype=np.int64)
    for query, of_query in enumerate(scores):
        rows[query] = top_rows(of_query, k)
    return rows, np.take_along_axis(scores, rows, axis=1)
