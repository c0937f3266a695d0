"""From lines in quarter notes to notes in seconds with their loudness."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from indexers.pairs.playing.arrange import Line
from indexers.pairs.playing.palette import PLAYER_OF
from indexers.pairs.playing.performance import DRUMS, MELODY, OCTAVE, SUPPORT, Sounding, Voice
from indexers.pairs.playing.shape import Loudness

BACKGROUND = 14  # by how much lower the velocities of what accompanies are
ACCENT = 5  # on the first beat of a bar
JITTER = 2.0  # standard deviation of velocities
SHORTEST_S = 0.05
HEARD_S = 1.0  # a line that sounds for less in all is left out: nobody would hear that it was there
STACCATO, NORMAL, LEGATO = 0.35, 0.88, 1.0  # how much of its length a note sounds
TOUCHES = (STACCATO, NORMAL, LEGATO)
TOUCH_SHARES = (0.17, 0.6, 0.23)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a stretch is played: its tempo as seconds a quarter note, its bar in quarters, loudness and touch."""

    quarter_s: float
    bar: float
    length_s: float
    loudness: Loudness
    touch: float = NORMAL


def choose_touch(rng: np.random.Generator) -> float:
    """How much of its length a note sounds: staccato, normal or legato."""
    return float(rng.choice(TOUCHES, p=TOUCH_SHARES))


def perform(lines: Iterable[Line], manner: Manner, rng: np.random.Generator, start_s: float = 0.0) -> list[Voice]:
    """Play lines from a moment on; whatever sounds too briefly to be heard is left out."""
    voices = (Voice(line.player, line.role, _sounding(line, manner, rng, start_s), line.beat) for line in lines)
    heard = [voice for voice in voices if is_heard(voice.notes, voice.role)]
    if any(voice.role == MELODY for voice in heard):
        return heard
    return [replace(voice, role=MELODY) if voice.role == OCTAVE else voice for voice in heard]


def is_heard(notes: Sequence[Sounding], role: str) -> bool:
    """Whether a line sounds long enough to be noticed; a drum's stroke counts as a fifth of that."""
    return sum(HEARD_S / 5 if role == DRUMS else note.end_s - note.start_s for note in notes) >= HEARD_S


def _sounding(line: Line, manner: Manner, rng: np.random.Generator, start_s: float) -> tuple[Sounding, ...]:
    lower = BACKGROUND if line.role in SUPPORT else 0
    touch = 1.0 if line.role in SUPPORT or line.role == DRUMS else manner.touch
    if line.role != DRUMS and not PLAYER_OF[line.player].sustains and touch == LEGATO:
        touch = NORMAL
    played = []
    for note, jitter in zip(line.notes, rng.normal(0.0, JITTER, len(line.notes)), strict=True):
        at_s = note.start * manner.quarter_s
        accent = ACCENT if note.start % manner.bar < 1e-3 else 0
        velocity = round(manner.loudness.velocity(at_s, manner.length_s) + accent - lower + float(jitter))
        end_s = min(at_s + max(note.length * manner.quarter_s * touch, SHORTEST_S), manner.length_s)
        if end_s > at_s + 1e-3:
            played.append(
                Sounding(round(start_s + at_s, 4), round(start_s + end_s, 4), note.pitch, max(1, min(127, velocity)))
            )
    return tuple(played)
