"""Exact search by brute force over a memory-mapped matrix."""

from functools import cache
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from indexers.errors import ShapeError
from indexers.schema import Rows, Vectors
from indexers.vectors.matrix import RowRange
from indexers.vectors.storage import check_search
from indexers.vectors.top import top_of_each

BLOCK_BYTES = 1 << 26  # of scores held at once
HALF_ROWS = 1 << 14  # of float16 turned into float32 at once
GATHER_SHARE = 0.2  # of the rows allowed, above which scoring all of them is quicker than copying the allowed ones

Stored = npt.NDArray[Any]
"""Vectors as they are stored, [n_tracks, dim] in float32 or float16."""


@cache
def _threads() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def one_thread() -> Any:
    """A context in which numpy's BLAS uses one thread: a single query is over before a second thread wakes."""
    return _threads().limit(limits=1, user_api="blas")


def nearest(queries: Vectors, corpus: Stored, k: int) -> tuple[Rows, Vectors]:
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


def search_exactly(queries: Vectors, corpus: Stored, k: int, allowed: Rows | None) -> tuple[Rows, Vectors]:
    """Find the k allowed rows most like each query, unchecked; a single query takes one thread. See `Index.search`."""
    if len(queries) > 1:
        return _nearest_allowed(queries, corpus, k, allowed)
    with one_thread():
        return _nearest_allowed(queries, corpus, k, allowed)


def _nearest_allowed(queries: Vectors, corpus: Stored, k: int, allowed: Rows | None) -> tuple[Rows, Vectors]:
    if allowed is None:
        return _nearest(queries, corpus, k, None)
    if len(allowed) > GATHER_SHARE * len(corpus):
        rows, scores = _nearest(queries, corpus, k, allowed)
    else:
        rows, scores = _nearest(queries, corpus[allowed], k, None)
    return allowed[rows], scores


def _nearest(queries: Vectors, corpus: Stored, k: int, columns: Rows | None) -> tuple[Rows, Vectors]:
    step = max(1, BLOCK_BYTES // (4 * max(1, len(corpus))))
    found = []
    for start in range(0, max(1, len(queries)), step):
        scores = _products(queries[start : start + step], corpus)
        found.append(top_of_each(scores if columns is None else scores[:, columns], k))
    return np.concatenate([rows for rows, _ in found]), np.concatenate([scores for _, scores in found])


def _products(queries: Vectors, corpus: Stored) -> Vectors:
    """Inner products, [n_queries, n_tracks]; numpy multiplies float16 without BLAS, so it is turned block by block."""
    if corpus.dtype == np.float32:
        return np.asarray(queries @ corpus.T)
    scores = np.empty((len(queries), len(corpus)), dtype=np.float32)
    for start in range(0, len(corpus), HALF_ROWS):
        block = corpus[start : start + HALF_ROWS].astype(np.float32)
        np.matmul(queries, block.T, out=scores[:, start : start + len(block)])
    return scores


class ExactIndex:
    """Brute force over mapped vectors: exact to the precision they are stored in, equal scores in row order."""

    kind = "exact"

    def __init__(self, vectors: Stored) -> None:
        self._vectors = vectors

    @staticmethod
    def write(rows: RowRange, folder: Path) -> None:
        """Write nothing: the vectors are all there is to it."""

    @classmethod
    def open(cls, rows: RowRange, folder: Path) -> Self:  # noqa: ARG003
        """Map the vectors."""
        return cls(rows.mapped)

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return int(self._vectors.shape[1])

    @property
    def size(self) -> int:
        """How many rows it holds."""
        return len(self._vectors)

    def search(self, queries: Vectors, k: int, *, allowed: Rows | None = None) -> tuple[Rows, Vectors]:
        """Find the k rows with the highest inner product; see `Index.search`."""
        check_search((self.size, self.dim), queries, k, allowed)
        return search_exactly(queries, self._vectors, k, allowed)
