"""HNSW: a graph over mapped vectors; few allowed rows are searched exactly instead.

Source: Y. Malkov and D. Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical
Navigable Small World graphs", 2018.
"""

from pathlib import Path
from typing import Any, Self

import numpy as np

from indexers.schema import Rows, Vectors
from indexers.vectors.exact import search_exactly
from indexers.vectors.faiss_kinds.native import (
    OverRows,
    empty_flat,
    faiss,
    faiss_threads,
    nothing,
    one_faiss_thread,
    read_faiss,
    selector,
    viewed,
    write_faiss,
)
from indexers.vectors.matrix import RowRange
from indexers.vectors.storage import check_search

# A walk looks at effort / share-of-rows-allowed nodes, a scan at every allowed row, and a step of a walk costs as much
# as some 8 rows of a scan (measured at 100,000 × 400): up to sqrt(8 * 256 * n_tracks) rows are scanned.
SCAN_SQUARE = 2000
LINKS = 32  # M: neighbours per node
EF_BUILD = 200  # candidates looked at for each node while building
LONGER = 16  # times the usual walk, at most, where few rows are allowed
GRAPH = "graph.faiss"


class HnswIndex(OverRows):
    """A graph walked towards a query; `effort` is efSearch, the candidates looked at.

    Whatever the graph cannot reach is found by brute force, so a list is as long as the rows allow.
    """

    kind = "hnsw"
    efforts = (64, 128, 256, 512, 1024, 2048)
    usual_effort = 256

    def __init__(self, graph: Any, rows: RowRange, effort: int = usual_effort) -> None:
        super().__init__(rows)
        self._graph = graph
        self._storage = viewed(rows)  # kept here: the graph does not own it
        graph.storage = self._storage
        self.effort = effort

    @staticmethod
    def write(rows: RowRange, folder: Path) -> None:
        """Build the graph with one thread: more would link it in another order each time.

        Raises:
            StorageError: the disk refused.
        """
        native, storage = faiss(), empty_flat(rows)
        graph = native.IndexHNSW(storage, LINKS)
        graph.hnsw.efConstruction = EF_BUILD
        with one_faiss_thread():
            for _, block in rows.blocks():
                graph.add(block)
        write_faiss(graph, folder / GRAPH, native.IO_FLAG_SKIP_STORAGE)  # vectors.npy holds them once

    @classmethod
    def open(cls, rows: RowRange, folder: Path) -> Self:
        """Read the graph, and map the vectors.

        Raises:
            StaleIndexError: the graph is missing or damaged.
        """
        return cls(read_faiss(folder / GRAPH), rows)

    def search(self, queries: Vectors, k: int, *, allowed: Rows | None = None) -> tuple[Rows, Vectors]:
        """Find k rows with the highest inner product, nearly always the highest; see `Index.search`."""
        check_search((self.size, self.dim), queries, k, allowed)
        n_allowed = self.size if allowed is None else len(allowed)
        k = min(k, n_allowed)
        if k == 0:
            return nothing(len(queries))
        if n_allowed**2 <= SCAN_SQUARE * self.size or k > self.effort:
            return search_exactly(queries, self._rows.mapped, k, allowed)
        return self.finished(self._walk(queries, k, allowed), queries, k, allowed)

    def _walk(self, queries: Vectors, k: int, allowed: Rows | None) -> tuple[Rows, Vectors]:
        # fewer allowed rows lie on each path, so the walk must be longer to meet as many of them
        share = 1.0 if allowed is None else len(allowed) / self.size
        ef = int(min(self.effort / share, LONGER * self.effort))
        chosen = None if allowed is None else selector(allowed, self.size)
        parameters = faiss().SearchParametersHNSW(sel=chosen, efSearch=max(ef, k))
        with faiss_threads(len(queries)):
            scores, rows = self._graph.search(np.ascontiguousarray(queries, np.float32), k, params=parameters)
        return rows, scores
