"""One track: decoded once, heard by every encoder that needs it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from indexers.base import AudioEncoder
from indexers.errors import MediaError, NoAudioError
from indexers.media.decode import read_windows
from indexers.media.windows import plan_windows
from indexers.rebuild.embeddings.cache import Entry
from indexers.schema import FileState, Vectors, Waveforms, Window

SILENCE_DB = -80.0  # of full scale: a track whose loudest analysed sample is below it is skipped


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was heard in one track: its windows, each encoder's outputs [n_windows, dim], and the peak in [0, 1]."""

    windows: tuple[Window, ...]
    outputs: Mapping[str, Mapping[str, Vectors]]
    peak: float

    @property
    def silent(self) -> bool:
        """Whether no analysed sample is louder than `SILENCE_DB`; a silent track is not encoded."""
        return is_silent(self.peak)


@dataclass(frozen=True, slots=True)
class Task:
    """One track and the encoders that still owe it; `paths` are its copies, tried in turn."""

    track_id: str
    paths: tuple[str, ...]
    duration_s: float
    encoders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of a task: entries for the cache by encoder, or a state and a reason for the ledger."""

    entries: Mapping[str, Entry]
    state: FileState = FileState.INDEXED
    reason: str = ""


def is_silent(peak: float) -> bool:
    """Whether a peak in [0, 1] is below `SILENCE_DB`."""
    return peak < 10 ** (SILENCE_DB / 20)


def analyse(path: Path, duration_s: float, encoders: Sequence[AudioEncoder], n_windows: int) -> Analysis:
    """Decode the windows of a file once and let every encoder hear them.

    Args:
        path: The file.
        duration_s: Its length, which decides where the windows lie.
        encoders: At least one; all take windows of the same rate and length.
        n_windows: At most so many windows; a short track has fewer.

    Raises:
        NoAudioError: the file has no sound.
        MediaError: the file cannot be decoded.
    """
    sample_rate_hz, window_samples = encoders[0].sample_rate_hz, encoders[0].window_samples
    windows = plan_windows(duration_s, n_windows, window_samples / sample_rate_hz)
    sound = read_windows(path, windows, sample_rate_hz=sample_rate_hz, window_samples=window_samples)
    peak = float(np.abs(sound).max(initial=0.0))
    return Analysis(windows, {} if is_silent(peak) else _hear(sound, encoders), peak)


def _hear(sound: Waveforms, encoders: Sequence[AudioEncoder]) -> dict[str, dict[str, Vectors]]:
    return {encoder.name: encoder.encode(sound) for encoder in encoders}


def times_of(windows: Sequence[Window]) -> Vectors:
    """The times of windows as [n_windows, 2] seconds."""
    return np.array([(window.start_s, window.end_s) for window in windows], dtype=np.float32).reshape(-1, 2)


def hear(encoders: Mapping[str, AudioEncoder], task: Task, *, n_windows: int) -> Heard:
    """Run one task in a worker; a file that cannot be decoded is an answer, not an error."""
    owing = [encoders[name] for name in task.encoders]
    trials = [partial(analyse, Path(path), task.duration_s, owing, n_windows) for path in task.paths]
    refusals: list[MediaError] = []
    for trial in trials:
        try:
            return _heard(task, trial())
        except MediaError as error:
            refusals.append(error)
    state = FileState.SKIPPED if isinstance(refusals[0], NoAudioError) else FileState.FAILED
    return Heard({}, state, str(refusals[0]))


def _heard(task: Task, analysis: Analysis) -> Heard:
    if analysis.silent:
        return Heard({}, FileState.SKIPPED, f"silent: peak below {SILENCE_DB:.0f} dBFS in every analysed window")
    times_s = times_of(analysis.windows)
    entries = {}
    for name, outputs in analysis.outputs.items():
        halves = {output: vectors.astype(np.float16) for output, vectors in outputs.items()}
        entries[name] = Entry(task.track_id, times_s, halves)
    return Heard(entries)
