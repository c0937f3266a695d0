"""Inverted lists on disk: written a block of rows at a time, read memory-mapped."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from indexers.errors import StaleIndexError
from indexers.files import disk_errors
from indexers.schema import Rows
from indexers.vectors.faiss_kinds.native import faiss, one_faiss_thread
from indexers.vectors.matrix import RowRange
from indexers.vectors.storage import mapped, write_array

BLOCK = 1 << 15  # rows assigned and coded at a time
ID_BYTES = 8
LISTS, SIZES = "lists.bin", "lists.sizes.npy"

Codes = npt.NDArray[np.uint8]


def write_lists(index: Any, rows: RowRange, folder: Path) -> None:
    """Put all rows into the lists of a trained index without holding more than a block of them.

    `lists.bin` has the codes of a list and then its rows as int64, list after list; `lists.sizes.npy` how many rows
    each has. Within a list rows are in order.

    Args:
        index: As `learn` gives it; it is left without rows.
        rows: What goes in.
        folder: Where the two files go.

    Raises:
        StorageError: the disk refused.
    """
    inner = faiss().extract_index_ivf(index)
    with one_faiss_thread():
        home = np.empty(rows.shape[0], dtype=np.int32)
        for start, block in rows.blocks(BLOCK):
            home[start : start + len(block)] = inner.quantizer.assign(_turned(index, block), 1)[:, 0]
        sizes = np.bincount(home, minlength=inner.nlist).astype(np.int64)
        with disk_errors(folder / LISTS):
            _fill(index, rows, home, sizes, folder / LISTS)
    write_array(folder / SIZES, sizes)  # last: lists without it are not whole


def _fill(index: Any, rows: RowRange, home: npt.NDArray[np.int32], sizes: Rows, path: Path) -> None:
    inner = faiss().extract_index_ivf(index)
    width = int(inner.code_size)
    starts = offsets(sizes, width)
    filled = np.zeros(len(sizes), dtype=np.int64)
    with path.open("wb") as stream:
        stream.truncate(int(starts[-1]))
        for start, block in rows.blocks(BLOCK):
            here = home[start : start + len(block)]
            codes = _coded(inner, _turned(index, block), here)
            order = np.argsort(here, kind="stable")
            present, first = np.unique(here[order], return_index=True)
            for number, part in zip(present.tolist(), np.split(order, first[1:]), strict=True):
                at = int(starts[number] + filled[number] * width)
                stream.seek(at)
                stream.write(codes[part].data)
                stream.seek(int(starts[number] + sizes[number] * width + filled[number] * ID_BYTES))
                stream.write((part + start).astype(np.int64).data)
                filled[number] += len(part)


def offsets(sizes: Rows, width: int) -> Rows:
    """Where each list begins in the file, and where the file ends, [n_lists + 1]."""
    return np.concatenate([[0], np.cumsum(sizes * (width + ID_BYTES))]).astype(np.int64)


def open_lists(index: Any, folder: Path) -> None:
    """Give a trained index the lists of a folder, memory-mapped.

    Raises:
        StaleIndexError: they are missing or cut short.
    """
    native, inner = faiss(), faiss().extract_index_ivf(index)
    sizes = np.asarray(mapped(folder / SIZES))
    path = folder / LISTS
    starts = offsets(sizes, int(inner.code_size))
    if len(sizes) != inner.nlist or not path.exists() or path.stat().st_size != starts[-1]:
        raise StaleIndexError(f"{path} is not the {int(starts[-1])} bytes that its lists take: run `segue rebuild`")
    _refuse_strangers(path, sizes, starts)
    lists = native.OnDiskInvertedLists()
    lists.nlist, lists.code_size = int(inner.nlist), int(inner.code_size)
    lists.filename, lists.totsize, lists.read_only = str(path), int(starts[-1]), True
    lists.prefetch_nthread = 0  # reading ahead starts threads for every query
    for size, start in zip(sizes.tolist(), starts.tolist(), strict=False):
        one = native.OnDiskOneList()
        one.size = one.capacity = size
        one.offset = start
        lists.lists.push_back(one)
    lists.do_mmap()
    inner.replace_invlists(lists, True)  # noqa: FBT003 - SWIG knows no names
    lists.this.disown()  # the index owns them now
    inner.ntotal = index.ntotal = int(sizes.sum())


def _refuse_strangers(path: Path, sizes: Rows, starts: Rows) -> None:
    """Stop before FAISS reads vectors that are not there.

    Raises:
        StaleIndexError: a list names a row that the index does not have.
    """
    size, content = int(sizes.sum()), np.memmap(path, dtype=np.uint8, mode="r")
    for length, stop in zip(sizes.tolist(), starts[1:].tolist(), strict=True):
        ids = content[stop - length * ID_BYTES : stop].view(np.int64) if length else np.zeros(1, dtype=np.int64)
        if ids.min() < 0 or ids.max() >= size:
            raise StaleIndexError(f"{path} names rows beyond its {size}, it was altered: run `segue rebuild`")


def _turned(index: Any, block: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    if not hasattr(index, "chain"):
        return block
    turned: npt.NDArray[np.float32] = index.chain.at(0).apply(block)
    return turned


def _coded(inner: Any, block: npt.NDArray[np.float32], home: npt.NDArray[np.int32]) -> Codes:
    native = faiss()
    codes = np.empty((len(block), int(inner.code_size)), dtype=np.uint8)
    block, numbers = np.ascontiguousarray(block), home.astype(np.int64)
    inner.encode_vectors(len(block), native.swig_ptr(block), native.swig_ptr(numbers), native.swig_ptr(codes))
    return codes
