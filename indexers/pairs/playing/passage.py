"""Cutting bars out of a score, and telling its melody from its accompaniment."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from indexers.scores.notes import Note, Score, repeated

TRIES = 12
CHORDAL = 1.3  # notes at once, on average, from which a part is chords and not a line
MOST_PARTS = 6


@dataclass(frozen=True, slots=True)
class Cast:
    """The parts of a score by what they do.

    `lead` is a melody, empty where no part is surely one; `second` another melody beside it; `given` its written
    accompaniment; `parts` are equal parts, highest first, where there is no lead.
    """

    lead: tuple[Note, ...] = ()
    second: tuple[Note, ...] = ()
    given: tuple[Note, ...] = ()
    parts: tuple[tuple[Note, ...], ...] = ()


def choose_bars(score: Score, length: float, rng: np.random.Generator) -> Score:
    """Cut `length` quarter notes out of a score, from a bar line; a shorter score is played again and again.

    Of some places drawn by chance the one with the shortest silence is taken.
    """
    times = int(length // max(score.length, 1.0)) + 2
    endless = repeated(score, times)
    n_bars = max(1, int(score.length // score.bar))
    first_bars = {int(bar) for bar in rng.integers(0, n_bars, TRIES)} if n_bars > 1 else {0}
    cuts = [cut(endless, score.upbeat + bar * score.bar, length) for bar in sorted(first_bars)]
    silences = [silence(one, length) for one in cuts]
    good = [place for place, quiet in enumerate(silences) if quiet <= min(silences) + 1.0]
    return cuts[int(rng.choice(good))]


def cut(score: Score, start: float, length: float) -> Score:
    """The notes that begin in a stretch, from its start on, ended where it ends; parts without any are left out.

    The stretch begins on a bar line, so that the result has no upbeat.
    """
    end = start + length
    parts: list[tuple[tuple[Note, ...], str]] = []
    for place, part in enumerate(score.parts):
        inside = [note for note in part if start - 1e-6 <= note.start < end - 1e-6]
        if inside:
            moved = (
                Note(max(0.0, note.start - start), min(note.length, end - note.start), note.pitch) for note in inside
            )
            parts.append((tuple(moved), score.names[place] if score.names else ""))
    names = tuple(name for _, name in parts) if score.names else ()
    return Score(score.title, tuple(notes for notes, _ in parts), score.metre, 0.0, names)


def silence(score: Score, length: float) -> float:
    """The longest time without any note, in quarter notes, of a stretch of this length."""
    ended, longest = 0.0, 0.0
    for note in sorted((note for part in score.parts for note in part), key=lambda note: note.start):
        longest = max(longest, note.start - ended)
        ended = max(ended, note.start + note.length)
    return max(longest, length - ended)


def cast_of(score: Score) -> Cast:
    """Tell melody from accompaniment.

    A single line is a melody; so is a part that is named one, and a line beside a part of chords. Else all parts count
    alike.
    """
    parts = score.parts
    named = {name.casefold(): part for name, part in zip(score.names, parts, strict=False)}
    if "melody" in named:
        return Cast(named["melody"], named.get("bridge", ()), named.get("piano", ()))
    if len(parts) == 1 and voices_at_once(parts[0]) < CHORDAL:
        return Cast(parts[0])
    if len(parts) == 2 and voices_at_once(parts[0]) < CHORDAL <= voices_at_once(parts[1]):
        return Cast(parts[0], given=parts[1])
    ordered = sorted(parts, key=lambda part: -fmean(note.pitch for note in part))
    kept = ordered if len(ordered) <= MOST_PARTS else [*ordered[: MOST_PARTS - 1], ordered[-1]]
    return Cast(parts=tuple(kept))


def voices_at_once(part: Sequence[Note]) -> float:
    """How many notes sound at once, on average over the time that any does."""
    covered, ended = 0.0, 0.0
    for note in sorted(part, key=lambda note: note.start):
        covered += max(0.0, note.start + note.length - max(note.start, ended))
        ended = max(ended, note.start + note.length)
    return sum(note.length for note in part) / covered if covered else 0.0
