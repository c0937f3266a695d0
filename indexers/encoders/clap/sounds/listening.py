"""Letting the frozen encoders hear clips, each once: what was heard is kept by the content of the file and the span."""

import hashlib
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from indexers.base import AudioEncoder
from indexers.encoders import audio_card, fingerprint_of
from indexers.encoders.clap.sounds.frames import HEARS, N_FRAMES
from indexers.errors import PairsError
from indexers.files import sha256_of
from indexers.media.decode import Cut, read_cuts
from indexers.media.windows import plan_windows
from indexers.models.store import ModelStore
from indexers.pool import Outcome, run_tasks
from indexers.rebuild.embeddings.cache import CacheKey, EncoderCache, Entry, plan_name
from indexers.rebuild.embeddings.writer import CacheWriter
from indexers.rebuild.listen import load_listeners
from indexers.schema import Window

TIMEOUT_S = 300.0  # for one clip
SHOWN = 3  # clips that could not be heard are named

Progress = Callable[[int, int], None]
Outcomes = Generator[Outcome["Span", dict[str, Entry]], None, None]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a file; `key` names its content and span, `length_s` is that of the stretch."""

    key: str
    path: Path
    start_s: float
    length_s: float


def span_of(path: Path, start_s: float, end_s: float, digest: str = "") -> Span:
    """Name a stretch of a file by the file's content, whose SHA-256 `digest` is where it is known."""
    told = f"{digest or sha256_of(path)} {start_s:.3f} {end_s:.3f}"
    return Span(hashlib.sha256(told.encode()).hexdigest()[:32], path, start_s, end_s - start_s)


def windows_of(span: Span, window_s: float) -> tuple[Window, ...]:
    """The windows that a span is heard by, at most N_FRAMES, in the time of the file."""
    planned = plan_windows(span.length_s, N_FRAMES, window_s)
    return tuple(Window(span.start_s + one.start_s, span.start_s + one.end_s, one.padded) for one in planned)


def open_caches(folder: Path) -> dict[str, EncoderCache]:
    """The cache of each frozen encoder in a folder; other encoders, or other windows, have other caches there."""
    caches = {}
    for name, outputs in HEARS.items():
        card = audio_card(name)
        plan = plan_name(N_FRAMES, card.window_samples / card.sample_rate_hz)
        dims = {output: card.outputs[output] for output in outputs}
        caches[name] = EncoderCache(folder, CacheKey(name, fingerprint_of(name), plan, dims))
    return caches


def listen(spans: Sequence[Span], folder: Path, store: ModelStore, *, workers: int, progress: Progress) -> None:
    """Let the frozen encoders hear every span that is not in the cache yet; cut short, it goes on where it stopped.

    Args:
        spans: What to hear.
        folder: Of the cache.
        store: Where the encoders' weights are.
        workers: Processes.
        progress: Told how many spans were heard, of how many.

    Raises:
        PairsError: a span cannot be heard; all others are kept.
        ModelError: an encoder's weights are missing.
        StorageError: the disk refused.
    """
    caches = open_caches(folder)
    known = [set(cache.clips()) for cache in caches.values()]
    wanted = {span.key: span for span in spans}
    owed = [span for key, span in wanted.items() if not all(key in keys for keys in known)]
    refused: list[str] = []
    with closing(_outcomes(owed, store, workers)) as outcomes, CacheWriter(caches) as writer:
        for done, outcome in enumerate(outcomes, start=1 + len(wanted) - len(owed)):
            if outcome.value is None:
                refused.append(f"{outcome.task.path.name} ({outcome.error})")
            else:
                writer.add(outcome.value)
            progress(done, len(wanted))
    for cache in caches.values():
        cache.compact()
    if refused:
        raise PairsError(
            f"{len(refused)} of {len(wanted)} clips cannot be heard: {', '.join(refused[:SHOWN])}; "
            "mend them or take them out of the manifest"
        )


def _outcomes(owed: Sequence[Span], store: ModelStore, workers: int) -> Outcomes:
    if owed:
        yield from run_tasks(
            hear,
            owed,
            workers=min(workers, len(owed)),
            timeout_s=TIMEOUT_S,
            setup=partial(load_listeners, tuple(HEARS), store, "cpu"),
        )


def hear(encoders: Mapping[str, AudioEncoder], span: Span) -> dict[str, Entry]:
    """Run one span in a worker.

    Raises:
        MediaError: the file cannot be decoded.
    """
    first = next(iter(encoders.values()))
    rate, length = first.sample_rate_hz, first.window_samples
    windows = windows_of(span, length / rate)
    waveforms = read_cuts(span.path, [Cut(windows, rate, length)])[0].waveforms
    times_s = np.array([(one.start_s, one.end_s) for one in windows], dtype=np.float32)
    entries = {}
    for name, encoder in encoders.items():
        outputs = encoder.encode(waveforms)
        halves = {output: outputs[output].astype(np.float16) for output in HEARS[name]}
        entries[name] = Entry(span.key, times_s, halves)
    return entries
