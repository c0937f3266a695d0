"""What recommenders share: checked seeds, rows of sparse matrices, and weights that fade with age."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from indexers.errors import ShapeError
from indexers.schema import Rows, Seeds, Vectors

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


def checked(seeds: Seeds, n_tracks: int) -> Rows:
    """The rows of the seeds.

    Raises:
        ShapeError: a seed is not one of the n_tracks.
    """
    if len(seeds.rows) and not (seeds.rows.min() >= 0 and seeds.rows.max() < n_tracks):
        raise ShapeError(f"seeds reach row {seeds.rows.max()}, there are {n_tracks} tracks: look them up again")
    return seeds.rows


@contextmanager
def calm_implicit() -> Iterator[None]:
    """Let `implicit` fit: one BLAS thread beside its own, and no word about conversions that it makes itself."""
    import warnings

    from implicit.utils import ParameterWarning
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="blas"), warnings.catch_warnings():
        warnings.simplefilter("ignore", ParameterWarning)
        yield


def sum_of_rows(matrix: "csr_matrix", rows: Rows, weights: Vectors) -> Vectors:
    """The weighted sum of some rows of a sparse matrix, dense: [n_columns]."""
    starts, ends = matrix.indptr[rows], matrix.indptr[rows + 1]
    lengths = ends - starts
    # every row's positions in the arrays of the matrix, one after the other
    places = np.repeat(starts - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths) + np.arange(lengths.sum())
    values = matrix.data[places] * np.repeat(weights, lengths)
    sums = np.bincount(matrix.indices[places], weights=values, minlength=matrix.shape[1])
    return sums.astype(np.float32)


def fading(days: Rows, day: int, half_life_days: float) -> Vectors:
    """What playlists weigh on a day, [n_playlists]: 1 when newest, half after each half-life, 0 when still to come.

    Ages count from the newest playlist that is not still to come. A day of 0 stands for after all of them; playlists
    without a day weigh as the oldest. Where none has a day, or all are still to come, all weigh 1.
    """
    dated = days > 0
    past = dated & (days <= day) if day else dated
    if not past.any():
        return np.ones(len(days), dtype=np.float32)
    ages = np.where(past, days[past].max() - days, np.inf)
    ages[~dated] = ages[past].max()
    return np.exp2(-ages / half_life_days).astype(np.float32)


def strongest(weights: Vectors, k: int) -> Rows:
    """The rows of the k highest weights above zero, in row order."""
    rows = np.flatnonzero(weights > 0)
    if len(rows) > k:
        rows = np.sort(rows[np.argpartition(-weights[rows], k - 1)[:k]])
    return rows
