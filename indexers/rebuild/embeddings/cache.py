"""The embedding cache: what each encoder heard in each track, by content, in checked Parquet parts."""

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from indexers.encoders.hub import is_hub
from indexers.files import disk_errors, write_atomically
from indexers.media.windows import plan_windows
from indexers.schema import Halves, Vectors

PART_TRACKS = 1024  # in a compacted part
GROUP_TRACKS = 64  # in a row group: what is in memory while reading
PLANNED_S = (0.5, 2.0, 3.1, 5.0, 7.7, 13.3, 29.9, 47.0, 61.5, 240.0, 1234.5, 10_800.0)  # lengths that tell plans apart
SMALL_PARTS = 8  # of less than half of PART_TRACKS, from which they are compacted

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """What one encoder heard in one track: times [n_clips, 2] in seconds, and [n_clips, dim] per output."""

    track_id: str
    times_s: Vectors
    outputs: Mapping[str, Halves]


@dataclass(frozen=True, slots=True)
class CacheKey:
    """What makes cached numbers valid: the encoder, its fingerprint, and how windows were laid."""

    encoder: str
    fingerprint: str
    plan: str  # see `plan_name`
    outputs: Mapping[str, int]  # output to dim

    @property
    def folder(self) -> str:
        """The folder of this key below the cache; a public checkpoint is known by its content, wherever it lies."""
        owner = "hub" if is_hub(self.encoder) else self.encoder
        return f"{owner}/{self.fingerprint[:12]}-{self.plan}"


def plan_name(n_windows: int, window_s: float) -> str:
    """Name the way windows are laid, such as "w12-3f9a01": another name if any track of some lengths got others."""
    laid = [plan_windows(duration_s, n_windows, window_s) for duration_s in PLANNED_S]
    return f"w{n_windows}-{hashlib.blake2b(repr(laid).encode(), digest_size=3).hexdigest()}"


class EncoderCache:
    """The parts of one key. A part's name carries the hash of its bytes, so a flipped bit anywhere is noticed."""

    def __init__(self, root: Path, key: CacheKey) -> None:
        self.key = key
        self.folder = root / key.folder

    def parts(self) -> list[Path]:
        """The files of this cache, in order of name."""
        return sorted(self.folder.glob("part-*.parquet"))

    def verify(self) -> None:
        """Read every byte of every part; a part that was altered is dropped, with a warning, and owed again.

        Raises:
            StorageError: the disk refused.
        """
        for path in self.parts():
            if path.name != _file_name(path.read_bytes()):
                log.warning("%s was altered since it was written: its tracks are analysed again", path)
                _remove(path)

    def clips(self) -> dict[str, int]:
        """How many clips of each track are there, by track_id."""
        return {entry.track_id: len(entry.times_s) for entry in self.entries(())}

    def append(self, entries: Sequence[Entry]) -> None:
        """Write entries as one new part, in one step.

        Raises:
            StorageError: the disk refused.
        """
        if entries:
            self._write(entries)

    def packed(self, entries: Sequence[Entry]) -> tuple[str, bytes]:
        """Make a part of at least one entry without writing it: its file's name and its bytes."""
        content = _encode(sorted(entries, key=lambda entry: entry.track_id), self.key)
        return _file_name(content), content

    def take(self, name: str, content: bytes) -> bool:
        """Write a part that was packed elsewhere, in one step; refuse it where the bytes are not those of its name.

        Raises:
            StorageError: the disk refused.
        """
        if name != _file_name(content):
            return False
        write_atomically(self.folder / name, lambda temporary: temporary.write_bytes(content))
        return True

    def entries(self, outputs: Sequence[str]) -> Iterator[Entry]:
        """Read every track with the outputs asked for, a few at a time; a track may come twice, with equal numbers."""
        for path in self.parts():
            yield from self._read(path, outputs)

    def compact(self) -> None:
        """Join small parts into large ones; a crash on the way leaves some tracks twice, which hurts nothing.

        Raises:
            StorageError: the disk refused.
        """
        import pyarrow.parquet as pq

        small = [path for path in self.parts() if pq.read_metadata(path).num_rows < PART_TRACKS // 2]
        if len(small) < SMALL_PARTS:
            return
        made: set[Path] = set()
        batch: list[Entry] = []
        for entry in self._unique(small):
            batch.append(entry)
            if len(batch) == PART_TRACKS:
                made.add(self._write(batch))
                batch = []
        if batch:
            made.add(self._write(batch))
        for path in small:
            if path not in made:
                _remove(path)

    def _unique(self, paths: Iterable[Path]) -> Iterator[Entry]:
        seen: set[str] = set()
        for path in paths:
            for entry in self._read(path, tuple(self.key.outputs)):
                if entry.track_id not in seen:
                    seen.add(entry.track_id)
                    yield entry

    def _write(self, entries: Sequence[Entry]) -> Path:
        name, content = self.packed(entries)
        self.take(name, content)
        return self.folder / name

    def _read(self, path: Path, outputs: Sequence[str]) -> Iterator[Entry]:
        import pyarrow.parquet as pq

        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            for group in range(file.num_row_groups):
                rows = file.read_row_group(group, columns=["track_id", "times_s", *outputs]).to_pylist()
                for row in rows:
                    yield self._entry(row, outputs)

    def _entry(self, row: Mapping[str, Any], outputs: Sequence[str]) -> Entry:
        times_s = np.frombuffer(row["times_s"], dtype="<f4").reshape(-1, 2)
        shapes = {name: (len(times_s), self.key.outputs[name]) for name in outputs}
        return Entry(
            row["track_id"],
            times_s,
            {name: np.frombuffer(row[name], dtype="<f2").reshape(shape) for name, shape in shapes.items()},
        )


def _encode(entries: Sequence[Entry], key: CacheKey) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: dict[str, Any] = {
        "track_id": pa.array([entry.track_id for entry in entries], pa.string()),
        "times_s": pa.array([entry.times_s.astype("<f4").tobytes() for entry in entries], pa.binary()),
    }
    for name in key.outputs:
        blobs = [np.ascontiguousarray(entry.outputs[name], dtype="<f2").tobytes() for entry in entries]
        columns[name] = pa.array(blobs, pa.binary())
    about = json.dumps({"outputs": dict(key.outputs), "fingerprint": key.fingerprint, "dtype": "float16"})
    table = pa.table(columns).replace_schema_metadata({"segue": about})
    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        row_group_size=GROUP_TRACKS,
        compression="zstd",
        use_dictionary=False,
        write_statistics=False,
        write_page_checksum=True,
    )
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _file_name(content: bytes) -> str:
    return f"part-{hashlib.blake2b(content, digest_size=12).hexdigest()}.parquet"


def _remove(path: Path) -> None:
    with disk_errors(path):
        path.unlink(missing_ok=True)
