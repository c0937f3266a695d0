"""Drum patterns, by metre: what is struck where in a bar."""

from dataclasses import dataclass

import numpy as np

from indexers.scores.notes import Note, bar_of, beat_of

KICK, STICK, SNARE, CLAP = 36, 37, 38, 39
HAT, OPEN, RIDE, SHAKER = 42, 46, 51, 70
STRIKE = 0.1  # quarter notes


@dataclass(frozen=True, slots=True)
class Beat:
    """A pattern of one bar: (key, place in quarter notes) of each stroke, and what it is called."""

    name: str
    strokes: tuple[tuple[int, float], ...]


def _every(key: int, step: float, bar: float, start: float = 0.0) -> tuple[tuple[int, float], ...]:
    return tuple((key, start + step * place) for place in range(int((bar - start + step - 1e-6) / step)))


BEATS: dict[float, tuple[Beat, ...]] = {
    4.0: (
        Beat("rock beat", (*_every(HAT, 0.5, 4), (KICK, 0), (KICK, 2), (KICK, 2.5), (SNARE, 1), (SNARE, 3))),
        Beat("four-on-the-floor beat", (*_every(KICK, 1, 4), *_every(OPEN, 1, 4, 0.5), (CLAP, 1), (CLAP, 3))),
        Beat("half-time beat", (*_every(HAT, 1, 4), (KICK, 0), (SNARE, 2), (KICK, 3.5))),
        Beat("swing beat on the ride cymbal",
             (*_every(RIDE, 1, 4), (RIDE, 1.667), (RIDE, 3.667), (HAT, 1), (HAT, 3), (KICK, 0))),
        Beat("marching snare pattern", ((SNARE, 0), (SNARE, 1), (SNARE, 1.5), (SNARE, 2), (SNARE, 3), (SNARE, 3.25),
                                (SNARE, 3.5), (KICK, 0), (KICK, 2))),
        Beat("bossa nova beat", (*_every(SHAKER, 0.5, 4), (STICK, 0), (STICK, 1.5), (STICK, 3), (KICK, 0), (KICK, 1.5),
                                 (KICK, 2), (KICK, 3.5))),
    ),
    3.0: (
        Beat("waltz beat", ((KICK, 0), (HAT, 1), (HAT, 2))),
        Beat("waltz beat with snare", ((KICK, 0), (SNARE, 1), (SNARE, 2), *_every(HAT, 0.5, 3))),
    ),
    2.0: (
        Beat("two-step beat", ((KICK, 0), (SNARE, 1), *_every(HAT, 0.5, 2))),
        Beat("marching snare pattern", ((KICK, 0), (SNARE, 0), (SNARE, 0.5), (SNARE, 1), (SNARE, 1.25), (SNARE, 1.5))),
    ),
}  # fmt: skip
COMPOUND = (
    ("lilting beat", KICK, SNARE, HAT),
    ("lilting beat on the ride cymbal", KICK, STICK, RIDE),
)


def beats_for(metre: str) -> tuple[Beat, ...]:
    """The patterns that suit a metre; none for one that is not known or has none."""
    if not metre:
        return ()
    bar, beat = bar_of(metre), beat_of(metre)
    if beat != 1.5:
        return BEATS.get(bar, ()) if metre.endswith(("/4", "/2")) else ()
    return tuple(_compound(bar, *named) for named in COMPOUND)


def drum_notes(beat: Beat, bar: float, length: float, rng: np.random.Generator) -> tuple[Note, ...]:
    """A pattern repeated for so many quarter notes, with a fill at the end of some fourth bars."""
    notes: list[Note] = []
    n_bars = int(np.ceil(length / bar - 1e-6))
    fills = set(range(3, n_bars, 4)) if rng.random() < 0.5 else set()
    for place in range(n_bars):
        fill = _every(SNARE, 0.25, bar, bar - 0.5) if place in fills else ()
        notes += (Note(place * bar + at, STRIKE, key) for key, at in (*beat.strokes, *fill))
    return tuple(sorted((note for note in notes if note.start < length), key=lambda note: note.start))


def _compound(bar: float, name: str, low: int, high: int, steady: int) -> Beat:
    """A kick and a snare in turn on the beats, and every eighth on a cymbal."""
    beats = tuple((low if place % 2 == 0 else high, place * 1.5) for place in range(round(bar / 1.5)))
    return Beat(name, (*beats, *_every(steady, 0.5, bar)))
