"""Exact search stored column by column: a query costs what its non-zero entries cost."""

from pathlib import Path
from typing import Self

import numpy as np

from indexers.errors import ShapeError
from indexers.files import disk_errors
from indexers.schema import Rows, Vectors
from indexers.vectors.exact import one_thread
from indexers.vectors.storage import check_search, mapped, read_manifest, write_manifest
from indexers.vectors.top import top_rows

DENSE_SHARE = 0.5  # of non-zero entries, from which one matrix product is quicker than column after column
BLOCK = 1 << 16  # tracks scored at a time: their scores stay in the processor's cache
COLUMNS = "columns.npy"


class ColumnWriter:
    """Writes [n_tracks, dim] as [dim, n_tracks], some tracks at a time."""

    def __init__(self, folder: Path, shape: tuple[int, int]) -> None:
        """Begin the file.

        Raises:
            ShapeError: dim is 0.
            StorageError: the disk refused.
        """
        if shape[1] < 1:
            raise ShapeError(f"vectors are {shape}, an index takes [n_tracks, dim] with dim of at least 1")
        self.folder, self.shape, self._path = folder, shape, folder / COLUMNS
        with disk_errors(self._path):
            folder.mkdir(parents=True, exist_ok=True)
            with self._path.open("wb") as stream:
                about = {"descr": "<f4", "fortran_order": False, "shape": shape[::-1]}
                np.lib.format.write_array_header_1_0(stream, about)
                self._start = stream.tell()
                stream.truncate(self._start + 4 * shape[0] * shape[1])

    def put(self, row: int, vectors: Vectors) -> None:
        """Write the tracks from `row` on, [n, dim].

        Raises:
            StorageError: the disk refused.
        """
        turned = np.ascontiguousarray(vectors.T, dtype="<f4")
        with disk_errors(self._path), self._path.open("r+b") as stream:
            for number, column in enumerate(turned):
                stream.seek(self._start + 4 * (number * self.shape[0] + row))
                stream.write(column.data)

    def finish(self) -> "ColumnIndex":
        """Describe the index in its manifest, and open it.

        Raises:
            StorageError: the disk refused.
        """
        write_manifest(self.folder, ColumnIndex.kind, self.shape)
        return ColumnIndex.load(self.folder)


class ColumnIndex:
    """Inner products over [dim, n_tracks] float32: exact, equal scores in row order.

    The taggram arm's queries weigh a few classes of several hundred, so only those columns are read from the disk.
    """

    kind = "columns"

    def __init__(self, columns: Vectors) -> None:
        self.columns = columns

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open a written index, memory-mapped.

        Raises:
            StaleIndexError: it is missing, damaged, or of another format or kind.
        """
        read_manifest(folder, cls.kind)
        return cls(mapped(folder / COLUMNS))

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return len(self.columns)

    @property
    def size(self) -> int:
        """How many rows it holds."""
        return int(self.columns.shape[1])

    def search(self, queries: Vectors, k: int, *, allowed: Rows | None = None) -> tuple[Rows, Vectors]:
        """Find the k rows with the highest inner product; see `Index.search`."""
        check_search((self.size, self.dim), queries, k, allowed)
        n_rows = self.size if allowed is None else len(allowed)
        rows = np.empty((len(queries), min(k, n_rows)), dtype=np.int64)
        scores = np.empty(rows.shape, dtype=np.float32)
        for number, query in enumerate(queries):
            of_rows = self.scores(query) if allowed is None else self.scores(query)[allowed]
            best = top_rows(of_rows, k)
            rows[number] = best if allowed is None else allowed[best]
            scores[number] = of_rows[best]
        return rows, scores

    def scores(self, query: Vectors) -> Vectors:
        """The inner product of one query [dim] with every track, [n_tracks]."""
        used = np.flatnonzero(query)
        if len(used) > DENSE_SHARE * self.dim:
            with one_thread():
                dense: Vectors = query @ self.columns
                return dense
        scores = np.zeros(self.size, dtype=np.float32)
        product = np.empty(min(BLOCK, self.size), dtype=np.float32)
        for start in range(0, self.size, BLOCK):
            part = scores[start : start + BLOCK]
            for column in used:
                np.multiply(self.columns[column, start : start + BLOCK], query[column], out=product[: len(part)])
                part += product[: len(part)]
        return scores
