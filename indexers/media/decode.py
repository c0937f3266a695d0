"""The samples of a file: chosen windows, one excerpt, or all of it in blocks."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil, gcd
from pathlib import Path

import numpy as np

from indexers.errors import MediaError, QueryError
from indexers.media.av_reader import AvReader
from indexers.media.container import shown
from indexers.media.reader import Reader, Samples, chunks
from indexers.media.soundfile_reader import SoundfileReader, takes
from indexers.schema import Waveforms, Window

QUALITY = "HQ"  # of soxr; LQ saves nothing on a window of 3 s, VHQ costs twice as much
CONTEXT_S = 0.05  # decoded on both sides of a window, so that the resampler sees what surrounds it
BLOCK_S = 10.0


@dataclass(frozen=True, slots=True)
class _Grid:
    """Sample positions that a file's rate and the wanted rate have in common: native_step samples each wanted_step."""

    native_hz: int
    wanted_hz: int

    @property
    def native_step(self) -> int:
        return self.native_hz // gcd(self.native_hz, self.wanted_hz)

    @property
    def wanted_step(self) -> int:
        return self.wanted_hz // gcd(self.native_hz, self.wanted_hz)

    def before(self, first: int) -> int:
        """The last common position at least CONTEXT_S before a wanted sample, in steps, never below 0."""
        return max(0, int(first - CONTEXT_S * self.wanted_hz) // self.wanted_step)


class _FallbackReader:
    """libsndfile for as long as it reads, then FFmpeg from there; see `Reader`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reader: Reader = _first_reader(path)
        self.sample_rate_hz = self._reader.sample_rate_hz

    def read(self, start: int, n_samples: int) -> Samples:
        try:
            return self._reader.read(start, n_samples)
        except MediaError:
            if isinstance(self._reader, AvReader):
                raise
        self._reader.close()
        self._reader = AvReader(self._path)
        if self._reader.sample_rate_hz != self.sample_rate_hz:
            raise MediaError(f"{shown(self._path)}: its headers disagree about the sample rate; convert it to FLAC")
        return self._reader.read(start, n_samples)

    def close(self) -> None:
        self._reader.close()


def read_windows(path: Path, windows: Sequence[Window], *, sample_rate_hz: int, window_samples: int) -> Waveforms:
    """Decode windows of a file as mono; the file is opened once.

    Args:
        path: The file.
        windows: Only `start_s` counts here; in order of time they are read fastest.
        sample_rate_hz: The rate wanted.
        window_samples: The length wanted.

    Returns:
        [n_windows, window_samples] in [-1, 1], each row the same whichever other windows are read with it; zeros after
        the end of the track.

    Raises:
        NoAudioError: the file has no sound.
        MediaError: the file cannot be decoded.
    """
    waveforms = np.zeros((len(windows), window_samples), dtype=np.float32)
    with _reader(path) as reader:
        for row in sorted(range(len(windows)), key=lambda row: windows[row].start_s):
            first = round(windows[row].start_s * sample_rate_hz)
            found = _cut(reader, first, window_samples, sample_rate_hz)
            waveforms[row, : len(found)] = found
    return waveforms


def read_excerpt(path: Path, start_s: float, seconds: float, *, sample_rate_hz: int) -> Samples:
    """Decode one span as mono, [n_samples] in [-1, 1]; shorter where the track ends before it.

    Raises:
        QueryError: the span is negative.
        NoAudioError: the file has no sound.
        MediaError: the file cannot be decoded.
    """
    if not (start_s >= 0 and seconds > 0):
        raise QueryError(f"cannot play {seconds} s from {start_s} s; give a start of 0 or more and a length above 0")
    with _reader(path) as reader:
        return _cut(reader, round(start_s * sample_rate_hz), round(seconds * sample_rate_hz), sample_rate_hz)


def blocks(path: Path, sample_rate_hz: int) -> Iterator[Samples]:
    """Decode a whole file as mono blocks [n_samples] of about BLOCK_S in [-1, 1], in bounded memory.

    Raises:
        NoAudioError: the file has no sound.
        MediaError: the file cannot be decoded.
    """
    import soxr

    with _reader(path) as reader:
        native_hz = reader.sample_rate_hz
        found = (_finite(chunk) for chunk in chunks(reader, int(BLOCK_S * native_hz)))
        if native_hz == sample_rate_hz:
            yield from (np.clip(block, -1.0, 1.0) for block in found)
            return
        stream = soxr.ResampleStream(native_hz, sample_rate_hz, 1, dtype="float32", quality=QUALITY)
        for chunk in found:
            if len(block := stream.resample_chunk(chunk)):
                yield np.clip(block, -1.0, 1.0)
        if len(block := stream.resample_chunk(np.empty(0, dtype=np.float32), last=True)):
            yield np.clip(block, -1.0, 1.0)


@contextmanager
def _reader(path: Path) -> Iterator[Reader]:
    reader = _FallbackReader(path)
    try:
        yield reader
    finally:
        reader.close()


def _first_reader(path: Path) -> Reader:
    if not takes(path):
        return AvReader(path)
    try:
        return SoundfileReader(path)
    except MediaError:
        return AvReader(path)


def _cut(reader: Reader, first: int, n_samples: int, wanted_hz: int) -> Samples:
    """Samples `first` to `first + n_samples` at the wanted rate, as if all of the file had been resampled."""
    import soxr

    grid = _Grid(reader.sample_rate_hz, wanted_hz)
    if grid.native_hz == wanted_hz:
        return np.clip(_finite(reader.read(first, n_samples)), -1.0, 1.0)
    step = grid.before(first)
    lead = first - step * grid.wanted_step
    n_native = ceil(((lead + n_samples) / wanted_hz + CONTEXT_S) * grid.native_hz)
    found = _finite(reader.read(step * grid.native_step, n_native))
    if len(found) == 0:
        return found
    resampled: Samples = soxr.resample(found, grid.native_hz, wanted_hz, quality=QUALITY)
    return np.clip(resampled[lead : lead + n_samples], -1.0, 1.0)


def _finite(samples: Samples) -> Samples:
    """Float files may hold NaN and infinity, which would spread over a whole window."""
    if np.isfinite(samples).all():
        return samples
    return np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0)
