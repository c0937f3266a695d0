"""Near-identical recordings in other encodings: found by the index, joined into groups."""

import numpy as np
import numpy.typing as npt

from indexers.base import Index
from indexers.schema import Rows, Vectors

SAME_DURATION_S = 1.5
SAME_COSINE = 0.98  # of music vectors; see find_duplicates
NEIGHBOURS = 16  # of each track that are looked at
BATCH = 512


def find_duplicates(index: Index, vectors: Vectors, durations_s: npt.NDArray[np.float64]) -> Rows:
    """Group tracks that are the same recording: as long within 1.5 s, and of the same music vector.

    Args:
        index: Over `vectors`; only its nearest neighbours are compared, not all pairs.
        vectors: [n_tracks, dim], unit rows.
        durations_s: [n_tracks].

    Returns:
        [n_tracks]: the smallest row of each track's group; a track alone is its own group.
    """
    groups = np.arange(len(vectors), dtype=np.int64)
    for start in range(0, len(vectors), BATCH):
        rows, scores = index.search(np.asarray(vectors[start : start + BATCH], dtype=np.float32), NEIGHBOURS)
        here = np.arange(start, start + len(rows))[:, None]
        same = (scores >= SAME_COSINE) & (rows != here)
        same &= np.abs(durations_s[rows] - durations_s[here]) <= SAME_DURATION_S
        for near, column in zip(*np.nonzero(same), strict=True):
            _join(groups, int(start + near), int(rows[near, column]))
    return np.array([_root(groups, row) for row in range(len(groups))], dtype=np.int64)


def _root(groups: Rows, row: int) -> int:
    while groups[row] != row:
        groups[row] = groups[groups[row]]
        row = int(groups[row])
    return row


def _join(groups: Rows, one: int, other: int) -> None:
    low, high = sorted((_root(groups, one), _root(groups, other)))
    groups[high] = low
