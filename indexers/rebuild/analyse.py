"""One track: decoded once, heard by every encoder that needs it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from indexers.base import AudioEncoder, PadsItself
from indexers.errors import MediaError, NoAudioError
from indexers.media.decode import Cut, Sound, read_cuts
from indexers.media.windows import plan_windows
from indexers.rebuild.embeddings.cache import Entry
from indexers.schema import FileState, Vectors, Window

SILENCE_DB = -80.0  # of full scale: a track whose loudest analysed sample is below it is skipped


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was heard in one track: each encoder's windows and outputs [n_windows, dim], and the peak in [0, 1]."""

    windows: Mapping[str, tuple[Window, ...]]
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
    """Decode the windows of a file once and let every encoder hear its own.

    Args:
        path: The file.
        duration_s: Its length, which decides where the windows lie.
        encoders: At least one; those that take the same rate and length share their windows.
        n_windows: At most so many windows for each; a short track has fewer.

    Raises:
        NoAudioError: the file has no sound.
        MediaError: the file cannot be decoded.
    """
    alike: dict[tuple[int, int], list[AudioEncoder]] = {}
    for encoder in encoders:
        alike.setdefault((encoder.sample_rate_hz, encoder.window_samples), []).append(encoder)
    cuts = [Cut(plan_windows(duration_s, n_windows, length / hz), hz, length) for hz, length in alike]
    sounds = read_cuts(path, cuts)
    peak = max(float(np.abs(sound.waveforms).max(initial=0.0)) for sound in sounds)
    heard = list(zip(cuts, sounds, alike.values(), strict=True))
    windows = {encoder.name: cut.windows for cut, _, group in heard for encoder in group}
    if is_silent(peak):
        return Analysis(windows, {}, peak)
    outputs = {encoder.name: _encode(encoder, cut, sound) for cut, sound, group in heard for encoder in group}
    return Analysis(windows, outputs, peak)


def _encode(encoder: AudioEncoder, cut: Cut, sound: Sound) -> dict[str, Vectors]:
    """Let one encoder hear windows; one that fills up short sounds in its own way gets what there is of them."""
    if not isinstance(encoder, PadsItself):
        return encoder.encode(sound.waveforms)
    waveforms = sound.waveforms.copy()
    for row, window in enumerate(cut.windows):
        if window.padded and sound.lengths[row]:
            waveforms[row] = encoder.pad(waveforms[row, : sound.lengths[row]])
    return encoder.encode(waveforms)


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
    entries = {}
    for name, outputs in analysis.outputs.items():
        halves = {output: vectors.astype(np.float16) for output, vectors in outputs.items()}
        entries[name] = Entry(task.track_id, times_of(analysis.windows[name]), halves)
    return Heard(entries)
