"""Exact search stored column by column: a query costs what its non-zero entries cost."""

from pathlib import Path
from typing import Self

import numpy as np

from indexers.schema import Rows, Vectors
from indexers.vectors.exact import one_thread
from indexers.vectors.storage import check_corpus, check_search, mapped, read_manifest, write_array, write_manifest
from indexers.vectors.top import top_rows

DENSE_SHARE = 0.5  # of non-zero entries, from which one matrix product is quicker than column after column
BLOCK = 1 << 16  # tracks scored at a time: their scores stay in the processor's cache


class ColumnIndex:
    """Inner products over [dim, n_tracks] float32: exact, equal scores in row order.

    The taggram arm's queries weigh a few classes of several hundred, so only those columns are read from the disk.
    """

    kind = "columns"

    def __init__(self, columns: Vectors) -> None:
        check_corpus(columns.T)
        self.columns = columns

    @classmethod
    def build(cls, vectors: Vectors) -> Self:
        """Turn [n_tracks, dim] into columns."""
        return cls(np.ascontiguousarray(vectors.T, dtype=np.float32))

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

    def save(self, folder: Path) -> None:
        """Write the index into an empty folder; see `Index.save`."""
        write_array(folder / "columns.npy", self.columns)
        write_manifest(folder, self.kind, (self.size, self.dim))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open a saved index, memory-mapped; see `Index.load`."""
        read_manifest(folder, cls.kind)
        return cls(mapped(folder / "columns.npy"))
