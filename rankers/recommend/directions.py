"""Vectors that count by their directions alone."""

import numpy as np

from indexers.schema import Vectors

SHORTEST = 1e-12


def unit(vectors: Vectors) -> Vectors:
    """The same directions with length 1, [n, dim]; zeros stay zeros."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, SHORTEST), dtype=np.float32)


def centred(vectors: Vectors) -> Vectors:
    """The directions of vectors around their mean direction, [n_tracks, dim], unit rows; zeros stay zeros.

    Vectors learnt with negative samples lie in a narrow cone: before the mean is taken away, any two are alike, and a
    prediction of nothing but the mean seems right.

    Source: Mu and Viswanath 2018, "All-but-the-top", the first of its two steps.
    """
    directions = unit(vectors)
    stored = np.flatnonzero(vectors.any(axis=1))
    if len(stored):
        directions[stored] -= directions[stored].mean(axis=0)
    return unit(directions)
