"""The peers of `bench_index.py`, each used as its own documentation shows: FAISS itself, hnswlib and usearch.

Bare FAISS reads the very files that Segue wrote, but holds lists and vectors in memory as FAISS users do.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from indexers.schema import Rows, Vectors
from indexers.vectors.matrix import VectorFile

LINKS, EF_BUILD = 32, 200
THREADS = 2
BLOCK = 50_000

Search = Callable[[Vectors, int, int], Rows]
"""Queries, k and effort in; rows out."""


def _in_memory(file: VectorFile) -> Any:
    dim = file.shape[1]
    if file.dtype == np.float16:
        flat = faiss.IndexScalarQuantizer(dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    else:
        flat = faiss.IndexFlatIP(dim)
    for _, block in file.all_rows().blocks(BLOCK):
        flat.add(block)
    return flat


def bare_flat(folder: Path) -> Search:
    """IndexFlatIP in memory."""
    flat = _in_memory(VectorFile(folder))
    return lambda queries, k, _effort: flat.search(queries, k)[1]


def bare_hnsw(folder: Path) -> Search:
    """IndexHNSW over vectors in memory."""
    graph, storage = faiss.read_index(str(folder / "shards/0000/graph.faiss")), _in_memory(VectorFile(folder))
    graph.storage = storage

    def search(queries: Vectors, k: int, effort: int) -> Rows:
        rows: Rows = graph.search(queries, k, params=faiss.SearchParametersHNSW(efSearch=effort))[1]
        return rows

    search.kept = storage  # type: ignore[attr-defined] # the graph does not own it
    return search


def bare_ivf(folder: Path, deep: tuple[int, int]) -> Search:
    """IndexIVF with lists in memory, refined by vectors in memory where `deep` (times k, at least) says so."""
    shard = folder / "shards/0000"
    index = faiss.read_index(str(shard / "ivf.faiss"))
    inner = faiss.extract_index_ivf(index)
    _fill(inner, shard)
    index.ntotal = inner.ntotal
    stored = _in_memory(VectorFile(folder))
    refined = faiss.IndexRefine(index, stored)
    turned = isinstance(index, faiss.IndexPreTransform)

    def search(queries: Vectors, k: int, effort: int) -> Rows:
        params: Any = faiss.SearchParametersIVF(nprobe=effort)
        if turned:
            params = faiss.SearchParametersPreTransform(index_params=params)
        if deep[0] == 1:
            return np.asarray(index.search(queries, k, params=params)[1])
        factor = max(deep[0], deep[1] / k)
        refining = faiss.IndexRefineSearchParameters(k_factor=factor, base_index_params=params)
        return np.asarray(refined.search(queries, k, params=refining)[1])

    search.kept = stored  # type: ignore[attr-defined] # the refined index does not own it
    return search


def _fill(inner: Any, shard: Path) -> None:
    """Read the lists from their file into memory, as `add` would have left them."""
    sizes, width = np.load(shard / "lists.sizes.npy"), int(inner.code_size)
    lists = faiss.ArrayInvertedLists(inner.nlist, width)
    with (shard / "lists.bin").open("rb") as stream:
        for number, size in enumerate(sizes.tolist()):
            codes = np.frombuffer(stream.read(size * width), dtype=np.uint8)
            ids = np.frombuffer(stream.read(size * 8), dtype=np.int64)
            if size:
                lists.add_entries(number, size, faiss.swig_ptr(ids), faiss.swig_ptr(codes))
    inner.replace_invlists(lists, True)
    lists.this.disown()
    inner.ntotal = int(sizes.sum())


def build_hnswlib(file: VectorFile, path: Path) -> None:
    """hnswlib with two threads."""
    import hnswlib

    index = hnswlib.Index(space="ip", dim=file.shape[1])
    index.init_index(max_elements=file.shape[0], M=LINKS, ef_construction=EF_BUILD)
    index.set_num_threads(THREADS)
    for start, block in file.all_rows().blocks(BLOCK):
        index.add_items(block, np.arange(start, start + len(block)))
    index.save_index(str(path))


def open_hnswlib(path: Path, dim: int) -> Search:
    """hnswlib; `effort` is its ef."""
    import hnswlib

    index = hnswlib.Index(space="ip", dim=dim)
    index.load_index(str(path))

    def search(queries: Vectors, k: int, effort: int) -> Rows:
        index.set_ef(max(effort, k))
        rows, _ = index.knn_query(queries, k, num_threads=1 if len(queries) == 1 else THREADS)
        return np.asarray(rows).astype(np.int64)

    return search


def build_usearch(file: VectorFile, path: Path) -> None:
    """usearch in float16 with two threads."""
    from usearch.index import Index

    index = Index(ndim=file.shape[1], metric="ip", dtype="f16", connectivity=LINKS, expansion_add=EF_BUILD)
    for start, block in file.all_rows().blocks(BLOCK):
        index.add(np.arange(start, start + len(block)), block, threads=THREADS)
    index.save(str(path))


def open_usearch(path: Path) -> Search:
    """usearch; `effort` is its expansion while searching."""
    from usearch.index import Index

    index = Index.restore(str(path))

    def search(queries: Vectors, k: int, effort: int) -> Rows:
        index.expansion_search = effort
        found = index.search(queries, k, threads=1 if len(queries) == 1 else THREADS)
        return np.asarray(found.keys).reshape(len(queries), -1).astype(np.int64)

    return search
