"""FAISS Flat: brute force over mapped vectors, in float32 or float16."""

from pathlib import Path
from typing import Any, Self

import numpy as np

from indexers.schema import Rows, Vectors
from indexers.vectors.faiss_kinds.native import OverRows, faiss, faiss_threads, nothing, selector, viewed
from indexers.vectors.matrix import RowRange
from indexers.vectors.storage import check_search


class FlatIndex(OverRows):
    """FAISS Flat, exact to the precision that the vectors are stored in."""

    kind = "flat"

    def __init__(self, rows: RowRange) -> None:
        super().__init__(rows)
        self._index = viewed(rows)

    @staticmethod
    def write(rows: RowRange, folder: Path) -> None:
        """Write nothing: the vectors are all there is to it."""

    @classmethod
    def open(cls, rows: RowRange, folder: Path) -> Self:  # noqa: ARG003
        """Map the vectors."""
        return cls(rows)

    @property
    def native(self) -> Any:
        """FAISS's own index."""
        return self._index

    @property
    def turned(self) -> bool:
        """Whether FAISS turns vectors first."""
        return False

    def depth(self, k: int) -> int:
        """How many candidates of a rougher look are scored anew for k rows."""
        return 2 * k

    def search(self, queries: Vectors, k: int, *, allowed: Rows | None = None) -> tuple[Rows, Vectors]:
        """Find the k rows with the highest inner product; see `Index.search`."""
        check_search((self.size, self.dim), queries, k, allowed)
        k = min(k, self.size if allowed is None else len(allowed))
        if k == 0:
            return nothing(len(queries))
        chosen = None if allowed is None else selector(allowed, self.size)
        parameters = faiss().SearchParameters(sel=chosen)
        with faiss_threads(len(queries)):
            scores, rows = self._index.search(np.ascontiguousarray(queries, np.float32), k, params=parameters)
        return rows, scores
