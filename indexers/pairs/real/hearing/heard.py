"""Reading what was heard of spans, and choosing what is sure enough to be told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexers.encoders.clap.sounds.frames import HEARS, TAGGED
from indexers.encoders.clap.sounds.listening import Span, open_caches
from indexers.encoders.classes import class_names
from indexers.encoders.music import music_clips
from indexers.encoders.taggram import TagNorm, clip_evidence, standardise, track_evidence
from indexers.pairs.real.hearing.roles import GENRE, INSTRUMENT, MOOD, PACE, PLACE, SOUND, VOICE, music_row, roles
from indexers.schema import Vectors

# Sure enough: so many standard deviations above what is usual in the audio given, and at least so likely.
SURE_Z = {INSTRUMENT: 1.2, GENRE: 1.3, MOOD: 1.2, VOICE: 1.0, PACE: 1.0, SOUND: 1.0, PLACE: 1.5}
SURE_P = {INSTRUMENT: 0.12, GENRE: 0.25, MOOD: 0.08, VOICE: 0.15, PACE: 0.15, SOUND: 0.15, PLACE: 0.15}
MOST = {INSTRUMENT: 4, GENRE: 2, MOOD: 2, VOICE: 1, PACE: 1, SOUND: 3, PLACE: 1}
MUSIC_P = 0.4  # of the class "Music", from which on a clip is music
N_MUSIC_CLASSES = len(class_names(TAGGED[:2]))  # those of the taggers that know music alone come first
OPPOSED = ({"vocals", "female vocals", "male vocals", "choir singing"}, {"slow", "fast"})


@dataclass(frozen=True, slots=True)
class Sounding:
    """What was heard of one span: `times_s` is [n_windows], the windows' middles in seconds of the file.

    `outputs` is encoder to output to [n_windows, dim], `evidence` [n_windows, n_classes].
    """

    times_s: Vectors
    outputs: Mapping[str, Mapping[str, Vectors]]
    evidence: Vectors

    @property
    def pooled(self) -> Vectors:
        """The evidence of the span, [n_classes]."""
        return track_evidence(self.evidence)

    @property
    def vectors(self) -> Vectors:
        """How the windows sound, [n_windows, dim], unit rows."""
        return music_clips(self.outputs)


def joined(soundings: Sequence[Sounding]) -> Sounding:
    """Several spans as one, in the order given; at least one."""
    outputs = {
        name: {to: np.concatenate([one.outputs[name][to] for one in soundings]) for to in HEARS[name]} for name in HEARS
    }
    times_s = np.concatenate([one.times_s for one in soundings])
    return Sounding(times_s, outputs, np.concatenate([one.evidence for one in soundings]))


@dataclass(frozen=True, slots=True)
class Heard:
    """What is sure enough to be told of a span, in words, the surest first."""

    is_music: bool
    instruments: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    moods: tuple[str, ...] = ()
    voices: tuple[str, ...] = ()
    paces: tuple[str, ...] = ()
    sounds: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is told of what sounds."""
        return not (self.instruments or self.genres or self.voices or self.sounds)


def read_heard(spans: Sequence[Span], folder: Path) -> dict[str, Sounding]:
    """Read spans back from the folder that `listen` filled, by their keys; those that were not heard are missing."""
    wanted = {span.key for span in spans}
    parts: dict[str, dict[str, Mapping[str, Vectors]]] = {key: {} for key in wanted}
    times: dict[str, Vectors] = {}
    for name, cache in open_caches(folder).items():
        for entry in cache.entries(HEARS[name]):
            if entry.track_id in wanted:
                parts[entry.track_id][name] = {to: np.asarray(rows, np.float32) for to, rows in entry.outputs.items()}
                times[entry.track_id] = entry.times_s.mean(axis=1)
    return {
        key: Sounding(times[key], own, clip_evidence({name: own[name] for name in TAGGED}))
        for key, own in parts.items()
        if len(own) == len(HEARS)
    }


def sure(evidence: Vectors, norm: TagNorm) -> Heard:
    """Choose what is told of a span.

    A class is told where its evidence is `SURE_Z` standard deviations above what is usual and its probability is
    `SURE_P`; of each part at most `MOST` are. The taggers that know music alone are heard where there is music.

    Args:
        evidence: [n_classes], pooled over the span.
        norm: What is usual.
    """
    likely = 1 / (1 + np.exp(-evidence))
    unusual = standardise(evidence[None], norm)[0]
    is_music = bool(likely[music_row()] >= MUSIC_P)
    told: dict[str, list[str]] = {part: [] for part in MOST}
    for row in np.argsort(-unusual * likely, kind="stable"):
        part, words = roles()[row].part, roles()[row].words
        if not part or likely[row] < SURE_P[part] or unusual[row] < SURE_Z[part]:
            continue
        if not is_music and (row < N_MUSIC_CLASSES or part in (GENRE, MOOD, PACE)):
            continue
        if len(told[part]) < MOST[part] and not any(_same(words, other) for other in told[part]):
            told[part].append(words)
    order = (INSTRUMENT, GENRE, MOOD, VOICE, PACE, SOUND, PLACE)
    return Heard(is_music, *(tuple(told[part]) for part in order))


def _same(words: str, other: str) -> bool:
    """Whether one says no more than the other: "guitar" beside "electric guitar"."""
    return words in other or other in words or any({words, other} <= group for group in OPPOSED)
