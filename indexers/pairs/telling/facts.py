"""What is true of a span of a performance, read off the notes that sound in it."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from statistics import fmean, median
from typing import Any

from indexers.pairs.playing.palette import PLAYER_OF
from indexers.pairs.playing.perform import is_heard
from indexers.pairs.playing.performance import DRUMS, MELODY, OCTAVE, SUPPORT, Performance, Sounding, Span, Voice
from indexers.pairs.telling.loudness import Dynamics, read_dynamics
from indexers.scores.key import estimate_key
from indexers.scores.midi_reader import METRES

TOGETHER_S = 1.3  # entries closer than this are heard as one
LEFT_S = 1.5  # a player silent for so long before the end, and never heard again, has left
LEFT_GAPS = 1.2  # and for so many times its longest silence before
MODE_MARGIN = 0.07  # a key is told where it is the piece's own, fits better by this than any of the other mode,
KEY_NOTES = 10  # and where there are so many notes to tell it from
SPARSE, BUSY = 1.6, 5.0  # moments with new notes a second
HIGH, LOW = 76.0, 52.0  # mean pitches beyond which music is called high or low
SHORT, JOINED = 0.5, 0.97  # of the time to the next note that a note sounds
STATED = METRES | {"4/2"}


@dataclass(frozen=True, slots=True)
class Part:
    """What one player does in a span; `count` of them, where several of one kind play different parts.

    `enters_s` and `leaves_s` count from the span's start; `leaves_s` is None for one that plays to the end. `octaves`
    is how far a doubling lies above the melody. For drums `player` is the kit and `beat` the pattern.
    """

    player: str
    role: str
    count: int
    enters_s: float
    leaves_s: float | None
    octaves: int = 0
    beat: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is told of a span. Parts stand in order of entry; None and "" mean that there is nothing to tell."""

    start_s: float
    end_s: float
    parts: tuple[Part, ...]
    bpm: int
    beat: float
    metre: str
    key: str
    mode: str
    notes_per_s: float
    density: str
    dynamics: Dynamics
    register: str
    touch: str
    style: str

    @property
    def pitched(self) -> tuple[Part, ...]:
        """The parts without the drums."""
        return tuple(part for part in self.parts if part.role != DRUMS)

    @property
    def drums(self) -> Part | None:
        """The drums, if there are any."""
        return next((part for part in self.parts if part.role == DRUMS), None)

    def as_json(self) -> dict[str, Any]:
        """Plain values as JSON gives them back, for a manifest."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return plain


def read_facts(performance: Performance, span: Span | None = None) -> Facts:
    """Read what is true of a span of a performance; of all of it, with its first span's tempo, where none is given."""
    start_s, end_s = (0.0, performance.length_s) if span is None else (span.start_s, span.end_s)
    said = span or performance.spans[0]
    inside = [voice for voice in (_within(one, start_s, end_s) for one in performance.voices) if voice.notes]
    voices = _led(inside)
    pitched = [note for voice in voices if voice.role != DRUMS for note in voice.notes]
    key = estimate_key((note.pitch, note.end_s - note.start_s) for note in pitched)
    is_home = said.home is not None and (key.tonic, key.mode) == (said.home.tonic, said.home.mode)
    is_clear = is_home and key.margin >= MODE_MARGIN and len(pitched) >= KEY_NOTES
    moments = {round(note.start_s, 2) for note in pitched}
    density = len(moments) / (end_s - start_s)
    return Facts(
        start_s,
        end_s,
        tuple(_parts(voices, start_s, end_s)),
        said.bpm,
        said.beat,
        said.metre if said.metre in STATED else "",
        key.name if is_clear else "",
        key.mode if is_clear else "",
        round(density, 2),
        "sparse" if density < SPARSE else "busy" if density > BUSY else "moderate",
        read_dynamics(voices, start_s, end_s),
        _register(pitched),
        _touch(voices),
        performance.style,
    )


def _within(voice: Voice, start_s: float, end_s: float) -> Voice:
    """The voice as it sounds between two moments."""
    inside = (note for note in voice.notes if note.start_s < end_s - 1e-3 and note.end_s > start_s + 1e-3)
    cut = (Sounding(max(n.start_s, start_s), min(n.end_s, end_s), n.pitch, n.velocity) for n in inside)
    notes = tuple(cut)
    return Voice(voice.player, voice.role, notes if is_heard(notes, voice.role) else (), voice.beat)


def _led(voices: Sequence[Voice]) -> list[Voice]:
    """A doubling that begins before its melody is what is heard as the melody; the other doubles it."""
    starts = {role: [voice.notes[0].start_s for voice in voices if voice.role == role] for role in (MELODY, OCTAVE)}
    if not starts[OCTAVE] or not starts[MELODY] or min(starts[MELODY]) - min(starts[OCTAVE]) <= TOGETHER_S:
        return list(voices)
    swapped = {MELODY: OCTAVE, OCTAVE: MELODY}
    return [Voice(voice.player, swapped.get(voice.role, voice.role), voice.notes, voice.beat) for voice in voices]


def _parts(voices: Sequence[Voice], start_s: float, end_s: float) -> list[Part]:
    """Voices of one player and role as one part, in order of entry; those that begin together keep their order."""
    grouped: dict[tuple[str, str], list[Voice]] = defaultdict(list)
    for voice in voices:
        grouped[voice.player, voice.role].append(voice)
    melody = {round(note.start_s, 2): note.pitch for voice in voices if voice.role == MELODY for note in voice.notes}
    parts = [_part(group, melody, start_s, end_s) for group in grouped.values()]
    first_s = min((part.enters_s for part in parts), default=0.0)
    return sorted(parts, key=lambda part: 0.0 if part.enters_s - first_s <= TOGETHER_S else part.enters_s)


def _part(group: Sequence[Voice], melody: Mapping[float, int], start_s: float, end_s: float) -> Part:
    notes = [note for voice in group for note in voice.notes]
    last_s = max(note.end_s for note in notes)
    leaves_s = round(last_s - start_s, 2) if end_s - last_s >= max(LEFT_S, LEFT_GAPS * _longest_gap(notes)) else None
    first = group[0]
    doubled = [note.pitch - melody[at] for note in notes if (at := round(note.start_s, 2)) in melody]
    octaves = round(median(doubled) / 12) if first.role == OCTAVE and doubled else 0
    enters_s = round(min(note.start_s for note in notes) - start_s, 2)
    return Part(first.player, first.role, _at_once(group), enters_s, leaves_s, octaves, first.beat)


def _longest_gap(notes: Sequence[Sounding]) -> float:
    """The longest silence between notes, in seconds."""
    ordered = sorted(notes, key=lambda note: note.start_s)
    ended_s, longest_s = ordered[0].end_s, 0.0
    for note in ordered:
        longest_s = max(longest_s, note.start_s - ended_s)
        ended_s = max(ended_s, note.end_s)
    return longest_s


def _at_once(group: Sequence[Voice]) -> int:
    """How many voices play in the same stretch: those of two sections of a long track are one player's."""
    extents = [(voice.notes[0].start_s, max(note.end_s for note in voice.notes)) for voice in group]
    return max(sum(start < own_end and own_start < end for start, end in extents) for own_start, own_end in extents)


def _register(notes: Sequence[Sounding]) -> str:
    if not notes:
        return ""
    lengths = [note.end_s - note.start_s for note in notes]
    mean = sum(note.pitch * length for note, length in zip(notes, lengths, strict=True)) / sum(lengths)
    return "high" if mean >= HIGH else "low" if mean <= LOW else ""


def _touch(voices: Sequence[Voice]) -> str:
    """How the leading voices are played: "staccato", "legato" where all can hold a note, or nothing to tell."""
    leading = [voice for voice in voices if voice.role != DRUMS and voice.role not in SUPPORT]
    held = [share for voice in leading for share in _shares(voice.notes)]
    if len(held) < 6:
        return ""
    if fmean(held) <= SHORT:
        return "staccato"
    return "legato" if median(held) >= JOINED and all(PLAYER_OF[voice.player].sustains for voice in leading) else ""


def _shares(notes: Sequence[Sounding]) -> list[float]:
    """Of the time to the next note, the part that each note sounds."""
    ordered = sorted(notes, key=lambda note: note.start_s)
    gaps = ((one, after.start_s - one.start_s) for one, after in pairwise(ordered))
    return [min(1.0, (one.end_s - one.start_s) / gap) for one, gap in gaps if gap > 0.02]
