"""Whole tracks as clip vectors: every window of each is heard once, whatever towers make vectors of it later."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path

import numpy as np

from indexers.base import JointEncoder
from indexers.encoders.clap.sounds.frames import HEARS, N_FRAMES
from indexers.encoders.clap.sounds.listening import Progress, Span, listen, open_caches, span_of
from indexers.errors import ConfigError, PairsError
from indexers.files import sha256_of
from indexers.media.probe import probe
from indexers.models.cards import SAMPLE_RATE_HZ, WINDOW_SAMPLES
from indexers.models.store import ModelStore
from indexers.pairs.manifest import Pair
from indexers.schema import Vectors

PART_S = N_FRAMES * WINDOW_SAMPLES / SAMPLE_RATE_HZ  # of a track are heard at a time, window after window
LONGEST_S = 1_800.0
PARTS_AT_ONCE = 256

Outputs = Mapping[str, Mapping[str, Vectors]]


@dataclass(frozen=True, slots=True)
class Track:
    """A track as clip vectors [n_clips, dim], their times [n_clips, 2] in seconds from its start, and its length."""

    clips: Vectors
    times_s: Vectors
    duration_s: float


def check_base(base: JointEncoder) -> None:
    """Refuse towers that hear by other encoders than the ones long tracks are heard by.

    Raises:
        ConfigError: it is so.
    """
    if dict(base.hears) != dict(HEARS):
        raise ConfigError(f"collap is trained over towers that `segue train clap` made, {base.name} is none: name one")


def parts_of(pair: Pair, digest: str = "") -> tuple[Span, ...]:
    """Part a pair's stretch into equal spans of at most `PART_S`, each heard by windows from its start to its end.

    Raises:
        PairsError: it is longer than `LONGEST_S`.
        MediaError: a file whose end is asked for cannot be read.
    """
    end_s = probe(pair.audio).duration_s if pair.end_s is None else pair.end_s
    length_s = end_s - pair.start_s
    if length_s > LONGEST_S:
        raise PairsError(
            f"{pair.audio.name} is {length_s:.0f} s long, {LONGEST_S:.0f} s is the limit: give a part of it"
        )
    edges = np.linspace(pair.start_s, end_s, max(1, math.ceil(length_s / PART_S - 1e-6)) + 1)
    digest = digest or sha256_of(pair.audio)
    return tuple(span_of(pair.audio, start, end, digest) for start, end in pairwise(edges.tolist()))


def hear_tracks(
    pairs: Sequence[Pair], folder: Path, store: ModelStore, base: JointEncoder, *, workers: int, progress: Progress
) -> list[Track]:
    """Make clip vectors of whole tracks; what was not heard yet into the cache in `folder` is heard now.

    Raises:
        PairsError: a track is too long or cannot be heard.
        MediaError: a file cannot be read.
        ModelError: an encoder's weights are missing.
        StorageError: the disk refused.
    """
    check_base(base)
    digests = {path: sha256_of(path) for path in dict.fromkeys(pair.audio for pair in pairs)}
    parts = [parts_of(pair, digests[pair.audio]) for pair in pairs]
    spans = [span for own in parts for span in own]
    listen(spans, folder, store, workers=workers, progress=progress)
    vectors: dict[str, tuple[Vectors, Vectors]] = {}
    found = _heard(folder, {span.key for span in spans})
    while heard := list(islice(found, PARTS_AT_ONCE)):
        vectors |= _vectors(heard, base)
    if missing := sum(span.key not in vectors for span in spans):
        raise PairsError(f"{missing} of {len(spans)} parts of tracks were not heard: run the training again")
    return [_track(pair, own, vectors) for pair, own in zip(pairs, parts, strict=True)]


_Part = tuple[str, Vectors, dict[str, dict[str, Vectors]]]


def _heard(folder: Path, keys: set[str]) -> Iterator[_Part]:
    """What all encoders heard of each part, once: its key, the times of its windows, and the outputs."""
    waiting: dict[str, dict[str, dict[str, Vectors]]] = {}
    done: set[str] = set()
    for name, cache in open_caches(folder).items():
        for entry in cache.entries(HEARS[name]):
            if entry.track_id not in keys or entry.track_id in done:
                continue
            outputs = waiting.setdefault(entry.track_id, {})
            outputs[name] = {output: np.asarray(rows) for output, rows in entry.outputs.items()}
            if len(outputs) == len(HEARS):
                done.add(entry.track_id)
                yield entry.track_id, entry.times_s, waiting.pop(entry.track_id)


def _vectors(heard: Sequence[_Part], base: JointEncoder) -> dict[str, tuple[Vectors, Vectors]]:
    outputs = {
        name: {
            output: np.concatenate([own[name][output] for _, _, own in heard]).astype(np.float32) for output in wanted
        }
        for name, wanted in HEARS.items()
    }
    ends = np.cumsum([len(times_s) for _, times_s, _ in heard])[:-1]
    clips = np.split(base.clips(outputs), ends)
    return {key: (own, times_s) for (key, times_s, _), own in zip(heard, clips, strict=True)}


def _track(pair: Pair, parts: Sequence[Span], vectors: Mapping[str, tuple[Vectors, Vectors]]) -> Track:
    clips = np.concatenate([vectors[part.key][0] for part in parts])
    # a file that lies under two names is heard once: times are those of the part, from where this pair has it
    times_s = np.concatenate(
        [vectors[part.key][1] - vectors[part.key][1][0, 0] + part.start_s - pair.start_s for part in parts]
    )
    return Track(clips, times_s.astype(np.float32), parts[-1].start_s + parts[-1].length_s - pair.start_s)
