"""What changed in an index since it was built: vectors that were put in, rows that were taken out."""

import numpy as np

from indexers.errors import ShapeError
from indexers.schema import Bools, Rows, Vectors
from indexers.vectors.matrix import RowRange


class Overlay:
    """Stored vectors with changes over them. Row numbers are never used again, so `size` only grows."""

    def __init__(self, rows: RowRange) -> None:
        self._stored = rows
        self._changed = np.empty((0, rows.shape[1]), dtype=np.float32)
        self._place = np.full(rows.shape[0], -1, dtype=np.int64)  # of each row among the changed vectors; -1 is none
        self._alive = np.ones(rows.shape[0], dtype=bool)

    @property
    def size(self) -> int:
        """How many rows were ever given a number."""
        return len(self._alive)

    @property
    def untouched(self) -> bool:
        """Whether nothing was changed."""
        return not len(self._changed) and self.n_alive == self.size

    @property
    def n_alive(self) -> int:
        """How many rows there are."""
        return int(self._alive.sum())

    @property
    def alive(self) -> Bools:
        """Whether each row is there, [size]."""
        return self._alive

    def among(self, allowed: Rows | None) -> Rows | None:
        """The allowed rows that are there; None where that is all of them and none was ever taken out."""
        if allowed is None:
            return None if self.n_alive == self.size else np.flatnonzero(self._alive).astype(np.int64)
        return allowed if self.n_alive == self.size else allowed[self._alive[allowed]]

    def take(self, rows: Rows) -> Vectors:
        """The vectors of some rows as they are now, [n, dim] in float32."""
        places = self._place[rows]
        vectors = np.empty((len(rows), self._stored.shape[1]), dtype=np.float32)
        vectors[places < 0] = self._stored.mapped[rows[places < 0]]
        vectors[places >= 0] = self._changed[places[places >= 0]]
        return vectors

    def grow(self, size: int) -> None:
        """Number rows up to `size`, whose vectors are to be put in or which are to be taken out."""
        n_new = max(0, size - self.size)
        self._place = np.concatenate([self._place, np.full(n_new, -1, dtype=np.int64)])
        self._alive = np.concatenate([self._alive, np.ones(n_new, dtype=bool)])

    def upsert(self, rows: Rows, vectors: Vectors) -> None:
        """Put vectors [n, dim] in the places of distinct rows; rows from `size` on are new.

        Raises:
            ShapeError: the vectors do not fit, a row was taken out before, or new rows leave a gap.
        """
        check_upsert(self._alive, self._stored.shape[1], rows, vectors)
        self.grow(max(self.size, int(rows.max(initial=-1)) + 1))
        self._place[rows] = np.arange(len(self._changed), len(self._changed) + len(rows))
        self._changed = np.concatenate([self._changed, np.asarray(vectors, dtype=np.float32)])

    def delete(self, rows: Rows) -> None:
        """Take rows out for good; one that is out already stays out.

        Raises:
            ShapeError: there is no such row.
        """
        check_rows(self.size, rows)
        self._alive[rows] = False


def check_upsert(alive: Bools, dim: int, rows: Rows, vectors: Vectors) -> None:
    """Refuse vectors that cannot be put in the places of rows.

    Raises:
        ShapeError: the vectors do not fit, a row was taken out before, or new rows leave a gap.
    """
    size = len(alive)
    if vectors.shape != (len(rows), dim) or len(np.unique(rows)) < len(rows):
        raise ShapeError(
            f"{len(rows)} rows and vectors {vectors.shape} do not fit: give distinct rows, one [{dim}] each"
        )
    new = np.sort(rows[rows >= size])
    if (rows < 0).any() or (new != np.arange(size, size + len(new))).any():
        raise ShapeError(f"rows {rows.min()} to {rows.max()} leave a gap: new rows are numbered from {size} on")
    gone = rows[rows < size][~alive[rows[rows < size]]]
    if len(gone):
        raise ShapeError(f"row {gone[0]} was taken out and does not come back: number it {size} or above")


def check_rows(size: int, rows: Rows) -> None:
    """Refuse rows that do not exist.

    Raises:
        ShapeError: names the first and last.
    """
    if len(rows) and (rows.min() < 0 or rows.max() >= size):
        raise ShapeError(f"rows {rows.min()} to {rows.max()} do not fit an index of {size} rows")
