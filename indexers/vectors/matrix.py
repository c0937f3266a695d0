"""Vectors on disk: one .npy file, read in blocks or mapped, every block with a checksum."""

import json
import zlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

from indexers.errors import ShapeError, StaleIndexError
from indexers.files import disk_errors
from indexers.schema import Rows, Vectors

Storage = Literal["float32", "float16"]

BLOCK = 4096  # rows that share a checksum
VECTORS, SUMS = "vectors.npy", "vectors.sums.json"
REMEDY = "run `segue rebuild`, or `segue rollback` if this generation serves"


class VectorWriter:
    """Writes [n_rows, dim] to a folder, row after row, and what each block of it sums to.

    The same rows give the same bytes, however they are cut into pieces.
    """

    def __init__(self, folder: Path, shape: tuple[int, int], storage: Storage = "float32") -> None:
        """Begin `vectors.npy`.

        Raises:
            ShapeError: dim is 0.
            StorageError: the disk refused.
        """
        if shape[1] < 1:
            raise ShapeError(f"vectors are {shape}, an index takes [n_tracks, dim] with dim of at least 1")
        self.folder, self.shape, self.dtype = folder, shape, np.dtype(storage)
        self._path = folder / VECTORS
        self._sums: list[int] = []
        self._sum, self._done = 0, 0
        with disk_errors(self._path):
            folder.mkdir(parents=True, exist_ok=True)
            self._stream = self._path.open("wb")
            about = {"descr": self.dtype.str, "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(self._stream, about)

    def append(self, rows: Vectors) -> None:
        """Write the next rows, [n, dim].

        Raises:
            ShapeError: another dim, or more rows than the shape has.
            StorageError: the disk refused.
        """
        if rows.ndim != 2 or rows.shape[1] != self.shape[1] or self._done + len(rows) > self.shape[0]:
            raise ShapeError(f"rows are {rows.shape}, {self.shape} less {self._done} written ones are to come")
        kept = np.ascontiguousarray(rows, dtype=self.dtype)
        with disk_errors(self._path):
            self._stream.write(kept.data)
        start = 0
        while start < len(kept):
            stop = min(len(kept), start + BLOCK - self._done % BLOCK)
            self._sum = zlib.crc32(kept[start:stop].data, self._sum)
            self._done += stop - start
            if self._done % BLOCK == 0:
                self._close_block()
            start = stop

    def finish(self) -> "VectorFile":
        """Close the file and write the sums.

        Raises:
            ShapeError: rows are missing.
            StorageError: the disk refused.
        """
        if self._done != self.shape[0]:
            raise ShapeError(f"{self._done} rows were written, the shape is {self.shape}")
        if self._done % BLOCK:
            self._close_block()
        with disk_errors(self._path):
            self._stream.close()
            text = json.dumps({"rows": BLOCK, "crc32": self._sums})
            (self.folder / SUMS).write_text(text + "\n", encoding="utf-8")
        return VectorFile(self.folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stream.close()

    def _close_block(self) -> None:
        self._sums.append(self._sum)
        self._sum = 0


def write_vectors(folder: Path, rows: Vectors, storage: Storage = "float32") -> "VectorFile":
    """Write a whole matrix, [n_rows, dim], into a folder; see `VectorWriter`.

    Raises:
        ShapeError: it is no matrix, or dim is 0.
        StorageError: the disk refused.
    """
    if rows.ndim != 2:
        raise ShapeError(f"vectors are {rows.shape}, an index takes [n_tracks, dim] with dim of at least 1")
    with VectorWriter(folder, (rows.shape[0], rows.shape[1]), storage) as writer:
        for start in range(0, len(rows), BLOCK):
            writer.append(rows[start : start + BLOCK])
        return writer.finish()


class VectorFile:
    """The vectors of an index folder, [n_rows, dim] in float32 or float16."""

    def __init__(self, folder: Path) -> None:
        """Open the file; nothing but its header is read.

        Raises:
            StaleIndexError: it is missing, cut short or no .npy file of vectors.
        """
        self.folder, self.path = folder, folder / VECTORS
        try:
            with self.path.open("rb") as stream:
                np.lib.format.read_magic(stream)
                shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
                self._start = stream.tell()
            size = self.path.stat().st_size
        except (OSError, ValueError) as error:
            raise StaleIndexError(f"{self.path} cannot be read ({error}): {REMEDY}") from error
        self.shape: tuple[int, int] = (int(shape[0]), int(shape[1]))
        self.dtype = np.dtype(dtype)
        wanted = self._start + self.shape[0] * self.row_bytes
        if size != wanted:
            raise StaleIndexError(f"{self.path} has {size} bytes, not the {wanted} its header tells of: {REMEDY}")

    @property
    def row_bytes(self) -> int:
        """The bytes of one row."""
        return self.shape[1] * self.dtype.itemsize

    @cached_property
    def mapped(self) -> npt.NDArray[Any]:
        """All rows, memory-mapped, as they are stored."""
        if not self.shape[0]:  # nothing can be mapped
            return np.empty(self.shape, dtype=self.dtype)
        return np.memmap(self.path, dtype=self.dtype, mode="r", offset=self._start, shape=self.shape)

    def all_rows(self) -> "RowRange":
        """The whole file as a range."""
        return RowRange(self, 0, self.shape[0])

    def read(self, start: int, stop: int) -> Vectors:
        """Read rows start to stop as float32, [stop - start, dim], without mapping them."""
        count = (stop - start) * self.shape[1]
        rows = np.fromfile(self.path, self.dtype, count, offset=self._start + start * self.row_bytes)
        return np.asarray(rows.reshape(-1, self.shape[1]), dtype=np.float32)

    def take(self, rows: Rows) -> Vectors:
        """Some rows as float32, [n, dim], in the order asked for."""
        return np.asarray(self.mapped[rows], dtype=np.float32)

    def verify(self, start: int = 0, stop: int | None = None) -> None:
        """Compare blocks with what they summed to when they were written.

        Raises:
            StaleIndexError: a block was altered; names its rows.
        """
        stop = self.shape[0] if stop is None else stop
        for block in range(start // BLOCK, -(-stop // BLOCK)):
            first, last = block * BLOCK, min(self.shape[0], (block + 1) * BLOCK)
            size = (last - first) * self.row_bytes
            content = np.fromfile(self.path, np.uint8, size, offset=self._start + first * self.row_bytes)
            if zlib.crc32(content.data) != self._sums[block]:
                raise StaleIndexError(f"{self.path}: rows {first} to {last - 1} were altered on the disk: {REMEDY}")

    @cached_property
    def _sums(self) -> list[int]:
        path = self.folder / SUMS
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            sums = [int(each) for each in said["crc32"]]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StaleIndexError(f"{path} cannot be read ({error}): {REMEDY}") from error
        if said["rows"] != BLOCK or len(sums) != -(-self.shape[0] // BLOCK):
            raise StaleIndexError(f"{path} does not belong to {self.path.name}: {REMEDY}")
        return sums


class RowRange:
    """Neighbouring rows of a file: what one shard of an index is built over. Row 0 is its first."""

    def __init__(self, file: VectorFile, start: int, stop: int) -> None:
        self.file, self.start, self.stop = file, start, stop

    @property
    def shape(self) -> tuple[int, int]:
        """[n_rows, dim]."""
        return self.stop - self.start, self.file.shape[1]

    @cached_property
    def mapped(self) -> npt.NDArray[Any]:
        """The rows, memory-mapped, as they are stored."""
        return self.file.mapped[self.start : self.stop]

    def take(self, rows: Rows) -> Vectors:
        """Some rows as float32, [n, dim], in the order asked for."""
        return np.asarray(self.mapped[rows], dtype=np.float32)

    def blocks(self, n_rows: int = BLOCK) -> Iterator[tuple[int, Vectors]]:
        """Read all rows as float32, `n_rows` at a time, each with the row it begins at; they are not mapped."""
        for first in range(self.start, self.stop, n_rows):
            yield first - self.start, self.file.read(first, min(self.stop, first + n_rows))

    def sample(self, n_rows: int, rng: np.random.Generator) -> Vectors:
        """Read at most `n_rows` rows chosen at random, in their order, as float32 [n, dim]; all are not mapped."""
        size, dim = self.shape
        chosen = np.arange(size) if n_rows >= size else np.sort(rng.choice(size, n_rows, replace=False))
        found = np.empty((len(chosen), dim), dtype=np.float32)
        for first in range(0, size, BLOCK):
            low, high = np.searchsorted(chosen, [first, first + BLOCK])
            if low < high:
                block = self.file.read(self.start + first, min(self.stop, self.start + first + BLOCK))
                found[low:high] = block[chosen[low:high] - first]
        return found
