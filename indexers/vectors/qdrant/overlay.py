"""What changed in an index since it was built: vectors that were put in, rows that were taken out."""

import numpy as np

from indexers.schema import Bools, Rows, Vectors
from indexers.vectors.matrix import RowRange
from indexers.vectors.storage import check_rows, check_update


class Overlay:
    """Stored vectors with changes over them: `n_alive` rows are there, of `size` that there ever were."""

    def __init__(self, rows: RowRange) -> None:
        self._stored = rows
        self._changed = np.empty((0, rows.shape[1]), dtype=np.float32)
        self._place = np.full(rows.shape[0], -1, dtype=np.int64)  # of each row among the changed vectors; -1 is none
        self._alive = np.ones(rows.shape[0], dtype=bool)
        self.n_alive = rows.shape[0]

    @property
    def size(self) -> int:
        """How many rows there ever were."""
        return len(self._alive)

    @property
    def untouched(self) -> bool:
        """Whether nothing was changed."""
        return not len(self._changed) and self.n_alive == self.size

    @property
    def alive(self) -> Bools:
        """Whether each row is there, [size]."""
        return self._alive

    def among(self, allowed: Rows | None) -> Rows | None:
        """The allowed rows that are there; None means all that are there."""
        return allowed if allowed is None or self.n_alive == self.size else allowed[self._alive[allowed]]

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
        self.n_alive += n_new

    def holds(self, rows: Rows) -> Bools:
        """Whether each of some rows is there, [n]; rows from `size` on are not yet."""
        there = np.zeros(len(rows), dtype=bool)
        there[rows < self.size] = self._alive[rows[rows < self.size]]
        return there

    def upsert(self, rows: Rows, vectors: Vectors) -> None:
        """Put vectors [n, dim] in the places of rows; see `Updatable.upsert`."""
        check_update((self.size, self._stored.shape[1]), rows, vectors)
        self.grow(int(rows.max(initial=-1)) + 1)
        self._place[rows] = np.arange(len(self._changed), len(self._changed) + len(rows))
        self._alive[rows] = True
        self.n_alive = int(self._alive.sum())
        self._changed = np.concatenate([self._changed, np.asarray(vectors, dtype=np.float32)])

    def delete(self, rows: Rows) -> None:
        """Take rows out; see `Updatable.delete`."""
        check_rows(self.size, rows)
        self._alive[rows] = False
        self.n_alive = int(self._alive.sum())
