"""From the cache, in the order it was written, to matrices in the order of the tracks, on disk all the way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from indexers.files import disk_errors
from indexers.rebuild.embeddings.cache import EncoderCache
from indexers.schema import Rows, Vectors

BLOCK_TRACKS = 256  # worked on at a time


class DiskMatrix:
    """A .npy file [n_rows, dim] written and read in pieces, so that it never counts against this job's memory."""

    def __init__(self, path: Path, shape: tuple[int, int], dtype: type[np.generic]) -> None:
        self.path, self.shape, self.dtype = path, shape, np.dtype(dtype)
        with disk_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as stream:
                about = {"descr": self.dtype.str, "fortran_order": False, "shape": shape}
                np.lib.format.write_array_header_1_0(stream, about)
                self._start = stream.tell()
                stream.truncate(self._at(shape[0]))

    def put(self, row: int, values: npt.NDArray[Any]) -> None:
        """Write rows [n, dim] from `row` on.

        Raises:
            StorageError: the disk refused.
        """
        with disk_errors(self.path), self.path.open("r+b") as stream:
            stream.seek(self._at(row))
            stream.write(np.ascontiguousarray(values, dtype=self.dtype).data)

    def rows(self, start: int, stop: int) -> npt.NDArray[Any]:
        """Read rows start to stop, [stop - start, dim]."""
        count = (stop - start) * self.shape[1]
        return np.fromfile(self.path, self.dtype, count, offset=self._at(start)).reshape(-1, self.shape[1])

    def _at(self, row: int) -> int:
        return self._start + row * self.shape[1] * self.dtype.itemsize


@dataclass(frozen=True, slots=True)
class Block:
    """What was heard in some neighbouring tracks."""

    clips: slice  # their rows among all clips
    starts: Rows  # [n_tracks + 1]: where each track's clips begin within the block
    outputs: Mapping[str, Mapping[str, Vectors]]  # encoder to output to [n_clips, dim]


class Gathered:
    """Chosen outputs of chosen tracks, in the order of the tracks. Read in blocks, or per output as a whole matrix."""

    def __init__(self, offsets: Rows, times_s: Vectors, matrices: Mapping[str, Mapping[str, DiskMatrix]]) -> None:
        self.offsets = offsets  # [n_tracks + 1]: clips of track r are offsets[r]:offsets[r + 1]
        self.times_s = times_s  # [n_clips, 2]
        self.matrices = matrices

    @property
    def n_tracks(self) -> int:
        """How many tracks there are."""
        return len(self.offsets) - 1

    def blocks(self) -> "list[slice]":
        """The tracks, a few hundred at a time."""
        return [slice(at, min(at + BLOCK_TRACKS, self.n_tracks)) for at in range(0, self.n_tracks, BLOCK_TRACKS)]

    def read(self, tracks: slice) -> Block:
        """Read what was heard in some tracks, as float32."""
        first, last = int(self.offsets[tracks.start]), int(self.offsets[tracks.stop])
        outputs = {
            encoder: {name: matrix.rows(first, last).astype(np.float32) for name, matrix in of.items()}
            for encoder, of in self.matrices.items()
        }
        starts = self.offsets[tracks.start : tracks.stop + 1] - first
        return Block(slice(first, last), starts, outputs)


def gather(
    caches: Mapping[str, EncoderCache],
    wanted: Mapping[str, Sequence[str]],
    clips: Mapping[str, int],
    folder: Path,
) -> Gathered:
    """Lay the cached outputs of tracks out in the order of the tracks.

    Args:
        caches: Encoder to its cache.
        wanted: Encoder to the outputs needed of it.
        clips: track_id, in the order wanted, to number of clips; every cache has all of them.
        folder: For the matrices; a float16 file per output.

    Raises:
        StorageError: the disk refused.
    """
    offsets = np.concatenate([[0], np.cumsum(list(clips.values()))]).astype(np.int64)
    first_clip = dict(zip(clips, offsets[:-1].tolist(), strict=True))
    n_clips = int(offsets[-1])
    times_s = np.zeros((n_clips, 2), dtype=np.float32)
    matrices = {
        encoder: {
            name: DiskMatrix(folder / f"{number}.{name}.npy", (n_clips, caches[encoder].key.outputs[name]), np.float16)
            for name in outputs
        }
        for number, (encoder, outputs) in enumerate(wanted.items())
    }
    for encoder, outputs in wanted.items():
        for entry in caches[encoder].entries(outputs):
            at = first_clip.get(entry.track_id)
            if at is None:
                continue
            times_s[at : at + len(entry.times_s)] = entry.times_s
            for name in outputs:
                matrices[encoder][name].put(at, entry.outputs[name])
    return Gathered(offsets, times_s, matrices)
