"""Exact search by brute force over a memory-mapped matrix."""

from functools import cache
from pathlib import Path
from typing import Any, Self

import numpy as np

from indexers.errors import ShapeError
from indexers.schema import Rows, Vectors
from indexers.vectors.storage import check_corpus, check_search, mapped, read_manifest, write_array, write_manifest
from indexers.vectors.top import top_of_each

BLOCK_BYTES = 1 << 26  # of scores held at once
GATHER_SHARE = 0.2  # of the rows allowed, above which scoring all of them is quicker than copying the allowed ones


@cache
def _threads() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def one_thread() -> Any:
    """A context in which numpy's BLAS uses one thread: a single query is over before a second thread wakes."""
    return _threads().limit(limits=1, user_api="blas")


def nearest(queries: Vectors, corpus: Vectors, k: int) -> tuple[Rows, Vectors]:
    """Find the k corpus rows most like each query, best first.

    Args:
        queries: [n_queries, dim].
        corpus: [n_tracks, dim].
        k: At least 1; a smaller corpus gives fewer.

    Returns:
        Rows and inner products, each [n_queries, min(k, n_tracks)]; equal scores keep row order.

    Raises:
        ShapeError: queries and corpus differ in dim.
        QueryError: k is below 1.
    """
    if corpus.ndim != 2:
        raise ShapeError(f"the corpus is {corpus.shape}, not [n_tracks, dim]")
    check_search((corpus.shape[0], corpus.shape[1]), queries, k, None)
    return _nearest(queries, corpus, k, None)


def nearest_allowed(queries: Vectors, corpus: Vectors, k: int, allowed: Rows | None) -> tuple[Rows, Vectors]:
    """Find the k allowed rows most like each query, unchecked; see `Index.search`."""
    if allowed is None:
        return _nearest(queries, corpus, k, None)
    if len(allowed) > GATHER_SHARE * len(corpus):
        rows, scores = _nearest(queries, corpus, k, allowed)
    else:
        rows, scores = _nearest(queries, corpus[allowed], k, None)
    return allowed[rows], scores


def _nearest(queries: Vectors, corpus: Vectors, k: int, columns: Rows | None) -> tuple[Rows, Vectors]:
    step = max(1, BLOCK_BYTES // (4 * max(1, len(corpus))))
    found = []
    for start in range(0, max(1, len(queries)), step):
        scores = queries[start : start + step] @ corpus.T
        found.append(top_of_each(scores if columns is None else scores[:, columns], k))
    return np.concatenate([rows for rows, _ in found]), np.concatenate([scores for _, scores in found])


class ExactIndex:
    """Brute force: [n_tracks, dim] float32, exact, equal scores in row order."""

    kind = "exact"

    def __init__(self, vectors: Vectors) -> None:
        check_corpus(vectors)
        self.vectors = vectors

    @classmethod
    def build(cls, vectors: Vectors) -> Self:
        """Take [n_tracks, dim] as it is."""
        return cls(vectors)

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return int(self.vectors.shape[1])

    @property
    def size(self) -> int:
        """How many rows it holds."""
        return len(self.vectors)

    def search(self, queries: Vectors, k: int, *, allowed: Rows | None = None) -> tuple[Rows, Vectors]:
        """Find the k rows with the highest inner product; see `Index.search`."""
        check_search((self.size, self.dim), queries, k, allowed)
        if len(queries) > 1:
            return nearest_allowed(queries, self.vectors, k, allowed)
        with one_thread():
            return nearest_allowed(queries, self.vectors, k, allowed)

    def save(self, folder: Path) -> None:
        """Write the index into an empty folder; see `Index.save`."""
        write_array(folder / "vectors.npy", self.vectors)
        write_manifest(folder, self.kind, (self.size, self.dim))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open a saved index, memory-mapped; see `Index.load`."""
        read_manifest(folder, cls.kind)
        return cls(mapped(folder / "vectors.npy"))
