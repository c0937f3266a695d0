"""An index and what changed since it was built, searched as one: no kind needs to be built anew for a few rows."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np

from indexers.base import Index
from indexers.errors import StaleIndexError
from indexers.files import write_atomically
from indexers.schema import Bools, Rows, Vectors
from indexers.vectors.exact import search_exactly
from indexers.vectors.sharded import merge
from indexers.vectors.storage import check_rows, check_search, check_update

SPARE = 8  # rows asked for beyond those wanted, since some may be gone


def _no_rows() -> Rows:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Changes:
    """What is not as it was built: rows of the index that are `gone` (or replaced), and `fresh` rows with `vectors`.

    Both are sorted and distinct; `size` counts all rows that there ever were.
    """

    size: int
    gone: Rows = field(default_factory=_no_rows)
    fresh: Rows = field(default_factory=_no_rows)
    vectors: Vectors | None = None  # [n_fresh, dim]; None without fresh rows

    def save(self, path: Path) -> None:
        """Replace a file of changes in one step.

        Raises:
            StorageError: the disk refused; the file is as it was.
        """
        vectors = np.empty((0, 0), dtype=np.float32) if self.vectors is None else self.vectors

        def write(temporary: Path) -> None:
            with temporary.open("wb") as stream:
                np.savez(stream, size=self.size, gone=self.gone, fresh=self.fresh, vectors=vectors)

        write_atomically(path, write)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a file of changes.

        Raises:
            StaleIndexError: it is missing or damaged.
        """
        try:
            with np.load(path, allow_pickle=False) as said:
                fresh, vectors = said["fresh"], said["vectors"]
                return cls(int(said["size"]), said["gone"], fresh, vectors if len(fresh) else None)
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise StaleIndexError(f"{path} cannot be read ({error}): delete it, then run `segue rebuild`") from error


class LiveIndex:
    """Rows of an index, less those that are gone, and fresh rows that are searched exactly beside it.

    Fresh rows cost what exact search costs; from some tens of thousands on, build anew.
    """

    def __init__(self, built: Index, changes: Changes | None = None) -> None:
        """Take an index and what changed in it so far.

        Raises:
            StaleIndexError: the changes are of an index of another size or dim.
        """
        self._built = built
        self.changes = Changes(built.size) if changes is None else changes
        dim = built.dim if self.changes.vectors is None else self.changes.vectors.shape[1]
        if self.changes.size < built.size or dim != built.dim:
            raise StaleIndexError(
                f"changes of {self.changes.size} rows of dim {dim} are not of an index of {built.size} rows of dim "
                f"{built.dim}: delete them, then run `segue rebuild`"
            )
        self._mask = self._masked()

    @property
    def kind(self) -> str:
        """The kind of the index that was built."""
        return self._built.kind

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return self._built.dim

    @property
    def size(self) -> int:
        """How many rows there ever were."""
        return self.changes.size

    @property
    def n_rows(self) -> int:
        """How many rows can be found."""
        return self._built.size - len(self.changes.gone) + len(self.changes.fresh)

    def upsert(self, rows: Rows, vectors: Vectors) -> None:
        """Put vectors in place of those of some rows, or behind all others; see `Updatable.upsert`."""
        check_update((self.size, self.dim), rows, vectors)
        if not len(rows):
            return
        now = self.changes
        kept = ~np.isin(now.fresh, rows)
        held = np.empty((0, self.dim), dtype=np.float32) if now.vectors is None else now.vectors
        fresh = np.concatenate([now.fresh[kept], rows])
        order = np.argsort(fresh, kind="stable")
        joined = np.concatenate([held[kept], np.asarray(vectors, dtype=np.float32)])[order]
        size = max(now.size, int(rows.max()) + 1)
        self._become(Changes(size, self._without(rows), fresh[order], joined))

    def delete(self, rows: Rows) -> None:
        """Take rows out; see `Updatable.delete`."""
        check_rows(self.size, rows)
        now = self.changes
        kept = ~np.isin(now.fresh, rows)
        vectors = None if now.vectors is None or not kept.any() else now.vectors[kept]
        self._become(Changes(now.size, self._without(rows), now.fresh[kept], vectors))

    def search(self, queries: Vectors, k: int, *, allowed: Rows | None = None) -> tuple[Rows, Vectors]:
        """Find the k rows with the highest inner product among those that are there; see `Index.search`.

        Rows that were deleted are no matches, allowed or not: fewer than k of `allowed` may be there.
        """
        check_search((self.size, self.dim), queries, k, allowed)
        parts = [self._of_built(queries, k, allowed)]
        if self.changes.vectors is not None:
            parts.append(self._of_fresh(queries, k, allowed))
        return merge(parts, k)

    def _of_built(self, queries: Vectors, k: int, allowed: Rows | None) -> tuple[Rows, Vectors]:
        if allowed is not None:
            among = allowed[: np.searchsorted(allowed, self._built.size)]
            return self._built.search(queries, k, allowed=among[~self._mask[among]])
        if not len(self.changes.gone):
            return self._built.search(queries, k)
        rows, scores = self._built.search(queries, 2 * k + SPARE)
        there = ~self._mask[rows]
        wanted = min(k, self._built.size - len(self.changes.gone))
        if (there.sum(axis=1) < wanted).any():  # many of the best are gone
            return self._built.search(queries, k, allowed=np.flatnonzero(~self._mask))
        places = np.argsort(~there, axis=1, kind="stable")[:, :wanted]
        return np.take_along_axis(rows, places, axis=1), np.take_along_axis(scores, places, axis=1)

    def _of_fresh(self, queries: Vectors, k: int, allowed: Rows | None) -> tuple[Rows, Vectors]:
        fresh, vectors = self.changes.fresh, self.changes.vectors
        assert vectors is not None  # noqa: S101 - there are fresh rows
        among = None if allowed is None else np.flatnonzero(np.isin(fresh, allowed, assume_unique=True))
        rows, scores = search_exactly(queries, vectors, k, among)
        return fresh[rows], scores

    def _without(self, rows: Rows) -> Rows:
        """What is gone once some rows are."""
        gone: Rows = np.union1d(self.changes.gone, rows[rows < self._built.size])
        return gone

    def _become(self, changes: Changes) -> None:
        self.changes = changes
        self._mask = self._masked()

    def _masked(self) -> Bools:
        mask = np.zeros(self._built.size, dtype=bool)
        mask[self.changes.gone] = True
        return mask
