"""What the averaging encoders share: weighted means of track vectors."""

from collections.abc import Sequence

import numpy as np

from indexers.errors import ShapeError
from indexers.schema import Rows, Vectors

SHORTEST = 1e-12  # of a row that still has a direction


def check_rows(lists: Sequence[Rows], n_tracks: int) -> None:
    """Refuse playlists of another vocabulary.

    Raises:
        ShapeError: a row is not one of the n_tracks.
    """
    for rows in lists:
        if len(rows) and not 0 <= int(rows.min()) <= int(rows.max()) < n_tracks:
            wrong = int(rows.min()) if rows.min() < 0 else int(rows.max())
            raise ShapeError(f"row {wrong} is none of {n_tracks} tracks: read the playlist with this vocabulary")


def weighted_means(lists: Sequence[Rows], vectors: Vectors, weights: Vectors) -> Vectors:
    """Average the track vectors of playlists.

    Args:
        lists: Rows of `vectors`, in any order.
        vectors: [n_tracks, dim].
        weights: [n_tracks]; each track's vector is multiplied by its weight.

    Returns:
        [n_playlists, dim]: the sum of a playlist's weighted vectors over its number of tracks; zeros without tracks.

    Raises:
        ShapeError: a row is not one of the n_tracks.
    """
    check_rows(lists, len(vectors))
    means = np.zeros((len(lists), vectors.shape[1]), dtype=np.float32)
    for place, rows in enumerate(lists):
        if len(rows):
            means[place] = weights[rows] @ vectors[rows] / len(rows)
    return means


def unit_rows(rows: Vectors) -> Vectors:
    """Give each row length 1; rows of zeros stay zeros."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, SHORTEST), dtype=np.float32)
