"""FAISS behind the index protocol: Flat (exact) and HNSW (a graph), inner product, filters decided beforehand."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import numpy as np

from indexers.errors import StaleIndexError
from indexers.files import disk_errors
from indexers.schema import Rows, Vectors
from indexers.vectors.exact import nearest_allowed, one_thread
from indexers.vectors.storage import check_corpus, check_search, mapped, read_manifest, write_array, write_manifest

# A walk looks at EF_SEARCH / share-of-rows-allowed nodes, a scan at every allowed row, and a step of a walk costs as
# much as some 8 rows of a scan (measured at 100,000 × 400): up to sqrt(8 * EF_SEARCH * n_tracks) rows are scanned.
SCAN_SQUARE = 2000
LINKS = 32  # M: neighbours per node
EF_BUILD = 200  # candidates looked at for each node while building
EF_SEARCH = 256  # candidates looked at for each query


def _faiss() -> Any:
    import faiss

    return faiss  # its stubs know half of it


def _flat(vectors: Vectors) -> Any:
    check_corpus(vectors)
    flat = _faiss().IndexFlatIP(vectors.shape[1])
    flat.add(np.ascontiguousarray(vectors, dtype=np.float32))
    return flat


@contextmanager
def faiss_threads(n_queries: int) -> Iterator[None]:
    """One thread for a single query (waking more costs more than the search), all of them for a batch."""
    before = _faiss().omp_get_max_threads()
    _faiss().omp_set_num_threads(1 if n_queries == 1 else before)
    try:
        yield
    finally:
        _faiss().omp_set_num_threads(before)


def _selector(allowed: Rows, size: int) -> Any:
    mask = np.zeros(size, dtype=bool)
    mask[allowed] = True
    return _faiss().IDSelectorBitmap(np.packbits(mask, bitorder="little"))


class FlatIndex:
    """FAISS Flat: brute force over float32 held in memory."""

    kind = "flat"

    def __init__(self, flat: Any) -> None:
        self._index = flat

    @classmethod
    def build(cls, vectors: Vectors) -> Self:
        """Copy [n_tracks, dim] into memory."""
        return cls(_flat(vectors))

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return int(self._index.d)

    @property
    def size(self) -> int:
        """How many rows it holds."""
        return int(self._index.ntotal)

    @property
    def vectors(self) -> Vectors:
        """The rows, [n_tracks, dim], as FAISS holds them (no copy)."""
        return _held(self._index)

    def search(self, queries: Vectors, k: int, *, allowed: Rows | None = None) -> tuple[Rows, Vectors]:
        """Find the k rows with the highest inner product; see `Index.search`."""
        check_search((self.size, self.dim), queries, k, allowed)
        k = min(k, self.size if allowed is None else len(allowed))
        if k == 0:
            return _nothing(len(queries))
        chosen = None if allowed is None else _selector(allowed, self.size)
        parameters = _faiss().SearchParameters(sel=chosen)
        with faiss_threads(len(queries)):
            scores, rows = self._index.search(np.ascontiguousarray(queries, np.float32), k, params=parameters)
        return rows, scores

    def save(self, folder: Path) -> None:
        """Write the index into an empty folder; see `Index.save`."""
        write_array(folder / "vectors.npy", self.vectors)
        write_manifest(folder, self.kind, (self.size, self.dim))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open a saved index, in memory; see `Index.load`."""
        read_manifest(folder, cls.kind)
        return cls(_flat(mapped(folder / "vectors.npy")))


class HnswIndex:
    """FAISS HNSW: a graph over float32 held in memory; few allowed rows are searched exactly instead.

    Whatever the graph cannot reach is found by brute force, so a list is as long as the rows allow.
    """

    kind = "hnsw"

    def __init__(self, graph: Any, storage: Any) -> None:
        self._graph = graph
        self._storage = storage  # kept here: the graph does not own it

    @classmethod
    def build(cls, vectors: Vectors) -> Self:
        """Build the graph with one thread: more would link it in another order each time."""
        check_corpus(vectors)
        storage = _faiss().IndexFlatIP(vectors.shape[1])
        graph = _faiss().IndexHNSW(storage, LINKS)
        graph.hnsw.efConstruction = EF_BUILD
        with faiss_threads(1):
            graph.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(graph, storage)

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return int(self._storage.d)

    @property
    def size(self) -> int:
        """How many rows it holds."""
        return int(self._storage.ntotal)

    @property
    def vectors(self) -> Vectors:
        """The rows, [n_tracks, dim], as FAISS holds them (no copy)."""
        return _held(self._storage)

    def search(self, queries: Vectors, k: int, *, allowed: Rows | None = None) -> tuple[Rows, Vectors]:
        """Find k rows with the highest inner product, nearly always the highest; see `Index.search`."""
        check_search((self.size, self.dim), queries, k, allowed)
        n_allowed = self.size if allowed is None else len(allowed)
        k = min(k, n_allowed)
        if k == 0:
            return _nothing(len(queries))
        if n_allowed**2 <= SCAN_SQUARE * self.size or k > EF_SEARCH:
            return self._exact(queries, k, allowed)
        rows, scores = self._walk(queries, k, allowed)
        short = np.flatnonzero((rows < 0).any(axis=1))
        if short.size:
            rows[short], scores[short] = self._exact(queries[short], k, allowed)
        return rows, scores

    def _walk(self, queries: Vectors, k: int, allowed: Rows | None) -> tuple[Rows, Vectors]:
        # fewer allowed rows lie on each path, so the walk must be longer to meet as many of them
        share = 1.0 if allowed is None else len(allowed) / self.size
        ef = int(min(EF_SEARCH / share, 16 * EF_SEARCH))
        chosen = None if allowed is None else _selector(allowed, self.size)
        parameters = _faiss().SearchParametersHNSW(sel=chosen, efSearch=max(ef, k))
        with faiss_threads(len(queries)):
            scores, rows = self._graph.search(np.ascontiguousarray(queries, np.float32), k, params=parameters)
        return rows, scores

    def _exact(self, queries: Vectors, k: int, allowed: Rows | None) -> tuple[Rows, Vectors]:
        if len(queries) > 1:
            return nearest_allowed(queries, self.vectors, k, allowed)
        with one_thread():
            return nearest_allowed(queries, self.vectors, k, allowed)

    def save(self, folder: Path) -> None:
        """Write the index into an empty folder; see `Index.save`."""
        write_array(folder / "vectors.npy", self.vectors)
        path = folder / "graph.faiss"
        with disk_errors(path):
            _faiss().write_index(self._graph, str(path), _faiss().IO_FLAG_SKIP_STORAGE)  # vectors.npy holds them once
        extra = {"links": LINKS, "ef_build": EF_BUILD, "ef_search": EF_SEARCH}
        write_manifest(folder, self.kind, (self.size, self.dim), extra)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open a saved index, in memory; see `Index.load`."""
        read_manifest(folder, cls.kind)
        storage = _flat(mapped(folder / "vectors.npy"))
        try:
            graph = _faiss().read_index(str(folder / "graph.faiss"))
        except RuntimeError as error:
            raise StaleIndexError(f"{folder}/graph.faiss cannot be read: run `segue rebuild`") from error
        graph.storage = storage
        return cls(graph, storage)


def _held(flat: Any) -> Vectors:
    if flat.ntotal == 0:
        return np.empty((0, flat.d), dtype=np.float32)
    floats = _faiss().rev_swig_ptr(flat.get_xb(), flat.ntotal * flat.d)
    held: Vectors = floats.reshape(flat.ntotal, flat.d)
    return held


def _nothing(n_queries: int) -> tuple[Rows, Vectors]:
    return np.empty((n_queries, 0), dtype=np.int64), np.empty((n_queries, 0), dtype=np.float32)
