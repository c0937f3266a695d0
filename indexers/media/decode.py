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
from indexers.media.reader import Reader, chunks
from indexers.media.soundfile_reader import SoundfileReader, takes
from indexers.schema import Rows, Samples, Waveforms, Window

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


@dataclass(frozen=True, slots=True)
class Cut:
    """Windows of one length at one rate that are wanted of a file; only their `start_s` counts."""

    windows: tuple[Window, ...]
    sample_rate_hz: int
    window_samples: int


@dataclass(frozen=True, slots=True)
class Sound:
    """One cut's waveforms [n_windows, window_samples], and of each how many samples the track had: zeros follow."""

    waveforms: Waveforms
    lengths: Rows


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
    return read_cuts(path, [Cut(tuple(windows), sample_rate_hz, window_samples)])[0].waveforms


def read_cuts(path: Path, cuts: Sequence[Cut]) -> list[Sound]:
    """Decode windows of several rates and lengths, for listeners that differ; the file is opened once for all.

    Returns:
        A `Sound` per cut, its rows the same whatever else is read with them.

    Raises:
        NoAudioError: the file has no sound.
        MediaError: the file cannot be decoded.
    """
    sounds = [
        Sound(np.zeros((len(cut.windows), cut.window_samples), np.float32), np.zeros(len(cut.windows), np.int64))
        for cut in cuts
    ]
    with _reader(path) as reader:
        for at, row, stretch in _in_reading_order(cuts, reader.sample_rate_hz):
            found = stretch.read(reader)
            sounds[at].waveforms[row, : len(found)] = found
            sounds[at].lengths[row] = len(found)
    return sounds


def _in_reading_order(cuts: Sequence[Cut], native_hz: int) -> "list[tuple[int, int, _Stretch]]":
    """Every window as (its cut, its row, where it lies in the file), by where it begins: a reader never turns back."""
    stretches = [
        (at, row, _stretch(window.start_s, cut.window_samples, _Grid(native_hz, cut.sample_rate_hz)))
        for at, cut in enumerate(cuts)
        for row, window in enumerate(cut.windows)
    ]
    return sorted(stretches, key=lambda placed: placed[2].start)


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
        grid = _Grid(reader.sample_rate_hz, sample_rate_hz)
        return _stretch(start_s, round(seconds * sample_rate_hz), grid).read(reader)


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


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Samples of a file at its own rate that give `n_samples` at the wanted one, after `lead` of context."""

    start: int
    n_native: int
    lead: int
    n_samples: int
    grid: _Grid

    def read(self, reader: Reader) -> Samples:
        """At the wanted rate, as if all of the file had been resampled."""
        import soxr

        found = _finite(reader.read(self.start, self.n_native))
        if len(found) == 0 or self.grid.native_hz == self.grid.wanted_hz:
            return np.clip(found, -1.0, 1.0)
        resampled: Samples = soxr.resample(found, self.grid.native_hz, self.grid.wanted_hz, quality=QUALITY)
        return np.clip(resampled[self.lead : self.lead + self.n_samples], -1.0, 1.0)


def _stretch(start_s: float, n_samples: int, grid: _Grid) -> _Stretch:
    first = round(start_s * grid.wanted_hz)
    if grid.native_hz == grid.wanted_hz:
        return _Stretch(first, n_samples, 0, n_samples, grid)
    step = grid.before(first)
    lead = first - step * grid.wanted_step
    n_native = ceil(((lead + n_samples) / grid.wanted_hz + CONTEXT_S) * grid.native_hz)
    return _Stretch(step * grid.native_step, n_native, lead, n_samples, grid)


def _finite(samples: Samples) -> Samples:
    """Float files may hold NaN and infinity, which would spread over a whole window."""
    if np.isfinite(samples).all():
        return samples
    return np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0)
