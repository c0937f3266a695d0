"""Reading dynamics off the velocities of notes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexers.pairs.playing.perform import BACKGROUND
from indexers.pairs.playing.performance import SUPPORT, Voice
from indexers.schema import Vectors

STEP_S = 0.5
ENDS = 8  # the first and the last of so many parts of a span are its start and its end
CHANGE = 20.0  # velocities between the ends of a change that can be heard
LEAP = 0.6  # of the whole change that happens within a second where it is sudden
EDGE_S = 1.5  # a leap so close to the start or the end of a span is an accent, no change
LEVELS = ((42.0, "very soft"), (61.0, "soft"), (85.0, "moderate"), (107.0, "loud"), (128.0, "very loud"))


@dataclass(frozen=True, slots=True)
class Dynamics:
    """How loud a span is: words for its start and end, and how one becomes the other.

    `change` is "none", "growing", "fading", "sudden rise" or "sudden fall"; `at_s` is when a sudden one happens.
    """

    start: str
    end: str
    change: str = "none"
    at_s: float | None = None


def read_dynamics(voices: Sequence[Voice], start_s: float, end_s: float) -> Dynamics:
    """Read the dynamics of a span: of each half second the mean velocity of the loudest voice counts.

    What accompanies is struck more softly than what leads at the same dynamics; that is added back.
    """
    moments, levels = _course(voices, start_s, end_s)
    if not len(levels):
        return Dynamics("moderate", "moderate")
    n_ends = max(2, len(levels) // ENDS)
    first, last = float(levels[:n_ends].mean()), float(levels[-n_ends:].mean())
    word = level_word(float(levels.mean()))
    steady = Dynamics(word, word)
    if abs(last - first) < CHANGE or level_word(first) == level_word(last):
        return steady
    leap, at_s = _leap(moments, levels)
    if abs(leap) < LEAP * abs(last - first) or leap * (last - first) <= 0:
        return Dynamics(level_word(first), level_word(last), "growing" if last > first else "fading")
    if not start_s + EDGE_S <= at_s <= end_s - EDGE_S:
        return steady
    return Dynamics(level_word(first), level_word(last), "sudden rise" if leap > 0 else "sudden fall", at_s)


def level_word(velocity: float) -> str:
    """A velocity as a word, "very soft" to "very loud"."""
    return next(word for limit, word in LEVELS if velocity < limit)


def _course(voices: Sequence[Voice], start_s: float, end_s: float) -> tuple[Vectors, Vectors]:
    """The half seconds in which notes begin, and the loudest voice's mean velocity in each."""
    n_steps = max(1, int(np.ceil((end_s - start_s) / STEP_S)))
    loudest = np.zeros(n_steps, dtype=np.float32)
    for voice in voices:
        inside = [note for note in voice.notes if start_s <= note.start_s < end_s]
        steps = np.array([int((note.start_s - start_s) / STEP_S) for note in inside], dtype=np.int64)
        total = np.bincount(steps, [note.velocity for note in inside], n_steps)
        counts = np.bincount(steps, minlength=n_steps)
        lower = BACKGROUND if voice.role in SUPPORT else 0
        means = np.where(counts > 0, total / np.maximum(counts, 1) + lower, 0.0)
        loudest = np.maximum(loudest, means.astype(np.float32))
    moments = np.flatnonzero(loudest > 0)
    return (start_s + moments * STEP_S).astype(np.float32), loudest[moments]


def _leap(moments: Vectors, levels: Vectors) -> tuple[float, float]:
    """The largest change between the means of the two steps before and the two after a moment, and that moment."""
    best, at_s = 0.0, 0.0
    for place in range(2, len(levels) - 1):
        change = float(levels[place : place + 2].mean() - levels[place - 2 : place].mean())
        if abs(change) > abs(best):
            best, at_s = change, float(moments[place])
    return best, at_s
