"""FAISS itself: its threads, its filters, its files."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from indexers.errors import StaleIndexError
from indexers.files import disk_errors
from indexers.schema import Rows, Vectors
from indexers.vectors.exact import Stored, search_exactly
from indexers.vectors.matrix import RowRange


def faiss() -> Any:
    """The library, loaded when it is first needed; its stubs know half of it."""
    import faiss

    return faiss


@contextmanager
def faiss_threads(n_queries: int) -> Iterator[None]:
    """One thread for a single query (waking more costs more than the search), all of them for a batch."""
    before = faiss().omp_get_max_threads()
    if n_queries != 1 or before == 1:
        yield
        return
    faiss().omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss().omp_set_num_threads(before)


@contextmanager
def one_faiss_thread() -> Iterator[None]:
    """One thread, whatever is done: what is built comes out the same, bit for bit."""
    with faiss_threads(1):
        yield


def selector(allowed: Rows, size: int) -> Any:
    """A filter that lets some rows of `size` through."""
    mask = np.zeros(size, dtype=bool)
    mask[allowed] = True
    return faiss().IDSelectorBitmap(np.packbits(mask, bitorder="little"))


def write_faiss(index: Any, path: Path, flags: int = 0) -> None:
    """Write an index.

    Raises:
        StorageError: the disk refused.
    """
    with disk_errors(path):
        try:
            faiss().write_index(index, str(path), flags)
        except RuntimeError as error:  # FAISS tells of a full disk in its own way
            raise OSError(f"FAISS could not write it ({_first_line(error)})") from error


def read_faiss(path: Path) -> Any:
    """Read an index.

    Raises:
        StaleIndexError: the file is missing or damaged.
    """
    try:
        return faiss().read_index(str(path))
    except RuntimeError as error:
        raise StaleIndexError(f"{path} cannot be read ({_first_line(error)}): run `segue rebuild`") from error


@cache
def _keeper() -> Any:
    """What FAISS wants to hold on to while it looks at memory that is not its own: here a tiny mapping of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "tiny.faiss")
        faiss().write_index(faiss().IndexFlatIP(1), path)
        return faiss().read_index(path, faiss().IO_FLAG_MMAP_IFC)


def viewed(rows: RowRange) -> Any:
    """All rows as a FAISS Flat index of their own precision that reads them where they are mapped; nothing is copied.

    The index is good for as long as `rows.mapped` lives.
    """
    native, flat = faiss(), empty_flat(rows)
    if len(rows.mapped):
        pointer = native.swig_ptr(rows.mapped.view(np.uint8))
        flat.codes = native.MaybeOwnedVectorUInt8.create_view(pointer, rows.mapped.nbytes, _keeper().codes.owner)
        flat.ntotal = len(rows.mapped)
    return flat


def empty_flat(rows: RowRange) -> Any:
    """A FAISS Flat index of the dim and precision of some rows, without any."""
    native, dim = faiss(), rows.shape[1]
    if rows.file.dtype == np.float16:
        return native.IndexScalarQuantizer(dim, native.ScalarQuantizer.QT_fp16, native.METRIC_INNER_PRODUCT)
    return native.IndexFlatIP(dim)


class OverRows:
    """What all kinds have that look at mapped rows."""

    def __init__(self, rows: RowRange) -> None:
        self._rows = rows  # kept: FAISS looks at its memory

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return self._rows.shape[1]

    @property
    def size(self) -> int:
        """How many rows it holds."""
        return self._rows.shape[0]

    @property
    def stored(self) -> Stored:
        """The vectors as they are stored."""
        return self._rows.mapped

    def finished(
        self, found: tuple[Rows, Vectors], queries: Vectors, k: int, allowed: Rows | None
    ) -> tuple[Rows, Vectors]:
        """What FAISS found, [n_queries, k], where it came short (row -1) found by brute force instead."""
        rows, scores = found
        short = np.flatnonzero((rows < 0).any(axis=1))
        if short.size:
            rows[short], scores[short] = search_exactly(queries[short], self.stored, k, allowed)
        return rows, scores


def nothing(n_queries: int) -> tuple[Rows, Vectors]:
    """No rows for each of some queries."""
    return np.empty((n_queries, 0), dtype=np.int64), np.empty((n_queries, 0), dtype=np.float32)


def _first_line(error: Exception) -> str:
    said = str(error).strip().splitlines()
    return said[-1].strip()[:160] if said else type(error).__name__
