"""Inverted files: rows in lists around centroids, some lists looked through, the best candidates scored anew.

Source: H. Jégou, M. Douze and C. Schmid, "Product quantization for nearest neighbor search", 2011; T. Ge et al.,
"Optimized product quantization", 2014.
"""

import math
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from indexers.schema import Rows, Vectors
from indexers.vectors.exact import search_exactly
from indexers.vectors.faiss_kinds.learn import learn
from indexers.vectors.faiss_kinds.lists import open_lists, write_lists
from indexers.vectors.faiss_kinds.native import (
    OverRows,
    faiss,
    faiss_threads,
    nothing,
    read_faiss,
    selector,
    viewed,
    write_faiss,
)
from indexers.vectors.matrix import RowRange
from indexers.vectors.storage import check_search

LEARNT = "ivf.faiss"
FEW = 256  # rows, below which there is nothing to learn: they are scanned
# With a share s of the rows allowed, effort / s lists hold as many candidates as there are without a filter. Random
# filters need fewer (effort / s ** 0.5 lost nothing at 1,000,000 × 512), those that go with the sound nearly all.
WIDER = 0.75
SCAN_ROWS = 2_000  # allowed, up to which scoring them all is quicker than looking through lists


class IvfIndex(OverRows):
    """Whole vectors in lists; `effort` is nprobe, the lists looked through.

    What the lists looked through do not hold is found by brute force, so a list is as long as the rows allow.
    """

    kind = "ivf"
    codes: ClassVar[str] = "Flat"
    deep: ClassVar[tuple[int, int]] = (1, 0)  # candidates scored anew: times k, and at least
    efforts = (8, 16, 32, 64, 128, 256, 512, 1024)
    usual_effort = 32

    def __init__(self, index: Any, rows: RowRange, effort: int = usual_effort) -> None:
        super().__init__(rows)
        self._stored = viewed(rows)
        self._lists = index
        self._refined: Any = None if index is None else faiss().IndexRefine(index, self._stored)
        self._n_lists = 0 if index is None else int(faiss().extract_index_ivf(index).nlist)
        self.effort = effort

    @classmethod
    def write(cls, rows: RowRange, folder: Path) -> None:
        """Learn from a sample, then fill the lists a block at a time.

        Raises:
            StorageError: the disk refused.
        """
        if rows.shape[0] < FEW:
            return
        index = learn(rows, cls.codes)
        write_faiss(index, folder / LEARNT)
        write_lists(index, rows, folder)

    @classmethod
    def open(cls, rows: RowRange, folder: Path) -> Self:
        """Map the lists and the vectors.

        Raises:
            StaleIndexError: a file is missing or damaged.
        """
        if rows.shape[0] < FEW:
            return cls(None, rows)
        index = read_faiss(folder / LEARNT)
        open_lists(index, folder)
        return cls(index, rows)

    @property
    def native(self) -> Any:
        """FAISS's own index of the lists; None where there are too few rows for lists."""
        return self._lists

    @property
    def turned(self) -> bool:
        """Whether FAISS turns vectors first."""
        return self.codes == "PQ"

    def depth(self, k: int) -> int:
        """How many candidates of the lists are scored anew for k rows."""
        times, least = self.deep
        return max(times * k, least)

    def search(self, queries: Vectors, k: int, *, allowed: Rows | None = None) -> tuple[Rows, Vectors]:
        """Find k rows with the highest inner product, nearly always the highest; see `Index.search`."""
        check_search((self.size, self.dim), queries, k, allowed)
        n_allowed = self.size if allowed is None else len(allowed)
        k = min(k, n_allowed)
        if k == 0:
            return nothing(len(queries))
        if self._lists is None or (allowed is not None and n_allowed <= SCAN_ROWS) or self._reach(n_allowed) < k:
            return search_exactly(queries, self._rows.mapped, k, allowed)
        return self.finished(self._look(queries, k, allowed), queries, k, allowed)

    def _reach(self, n_allowed: int) -> float:
        """How many allowed rows the lists looked through hold at usual."""
        return n_allowed * self._probes(n_allowed) / self._n_lists

    def _probes(self, n_allowed: int) -> int:
        """Lists to look through: the more, the fewer rows of each are allowed; see `WIDER`."""
        return min(self._n_lists, math.ceil(self.effort * math.pow(self.size / n_allowed, WIDER)))

    def _look(self, queries: Vectors, k: int, allowed: Rows | None) -> tuple[Rows, Vectors]:
        native = faiss()
        n_allowed = self.size if allowed is None else len(allowed)
        chosen = None if allowed is None else selector(allowed, self.size)
        probing = native.SearchParametersIVF(nprobe=self._probes(n_allowed), sel=chosen)
        turning = native.SearchParametersPreTransform(index_params=probing) if self.turned else probing
        queries = np.ascontiguousarray(queries, np.float32)
        with faiss_threads(len(queries)):
            if self.depth(k) == k:
                scores, rows = self._lists.search(queries, k, params=turning)
            else:
                factor = self.depth(k) / k
                refining = native.IndexRefineSearchParameters(k_factor=factor, base_index_params=turning)
                scores, rows = self._refined.search(queries, k, params=refining)
        return rows, scores


class IvfSq8Index(IvfIndex):
    """A byte for each dimension in the lists; the best candidates are scored anew from the stored vectors."""

    kind = "ivf-sq8"
    codes = "SQ8"
    deep = (2, 40)


class IvfPqIndex(IvfIndex):
    """At most 64 bytes for a vector in the lists, after a turn (OPQ); the best candidates are scored anew."""

    kind = "ivf-pq"
    codes = "PQ"
    deep = (8, 200)
