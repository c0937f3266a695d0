"""When players come in and fall silent: always on a bar line, and never all at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from indexers.pairs.playing.arrange import Line, Setting
from indexers.pairs.playing.palette import PLAYER_OF, PLAYERS, fitting
from indexers.pairs.playing.performance import ALL, DRUMS, MELODY
from indexers.scores.notes import Note

STAGGERED = 0.45  # of passages with two lines or more
LEAVING = 0.15
HANDED_OVER = 0.16  # of melodies
EARLIEST, LATEST = 0.15, 0.65  # of the passage, between which entries lie


@dataclass(frozen=True, slots=True)
class Timing:
    """What entries rest on: the length of the passage and of a bar in quarter notes."""

    length: float
    bar: float

    def bar_lines(self, earliest: float, latest: float) -> list[float]:
        """The bar lines between two shares of the passage, in quarter notes."""
        lines = np.arange(self.bar, self.length - 1e-6, self.bar)
        return [float(at) for at in lines if earliest * self.length <= at <= latest * self.length]


def with_entries(lines: Sequence[Line], setting: Setting, rng: np.random.Generator, *, rise: int = 0) -> list[Line]:
    """Let some lines come in late, one leave early, or a melody pass to another player, by chance.

    Where the music grows (`rise` above 0) nobody leaves, and where it fades (below 0) nobody comes in: either would
    undo what is heard.
    """
    timing = Timing(setting.length, setting.passage.bar)
    if lines[0].role in {MELODY, ALL} and rng.random() < HANDED_OVER:
        handed = handed_over(lines, setting, rng)
        if len(handed) > len(lines):
            return handed
    if len(lines) > 1 and rise >= 0 and rng.random() < STAGGERED:
        return staggered(lines, timing, rng)
    if (
        len(lines) > 1
        and rise <= 0
        and rng.random() < LEAVING
        and (at := _one(timing.bar_lines(0.4, 0.7), rng)) is not None
    ):
        which = int(rng.integers(len(lines)))
        return [ended(line, at) if place == which else line for place, line in enumerate(lines)]
    return list(lines)


def staggered(lines: Sequence[Line], timing: Timing, rng: np.random.Generator) -> list[Line]:
    """Let one line or two come in late; those that play alone meanwhile are never drums only."""
    starts = timing.bar_lines(EARLIEST, LATEST)
    if not starts:
        return list(lines)
    order = [int(place) for place in rng.permutation(len(lines))]
    first = next((place for place in order if lines[place].role != DRUMS), order[0])
    late = [place for place in order if place != first][: 1 + int(rng.random() < 0.4)]
    at = {place: start for place in late if (start := _one(starts, rng)) is not None}
    return [begun(line, at[place]) if place in at else line for place, line in enumerate(lines)]


def handed_over(lines: Sequence[Line], setting: Setting, rng: np.random.Generator) -> list[Line]:
    """Let the leading line pass to another player at a bar line in the middle; as it was where nobody fits."""
    leading = lines[0]
    at = _one(Timing(setting.length, setting.passage.bar).bar_lines(0.35, 0.65), rng)
    taken = {line.player for line in lines} | setting.avoid
    family = PLAYER_OF[leading.player].family
    pitches = [note.pitch for note in leading.notes]
    able = [
        player
        for player in PLAYERS
        if player.name not in taken
        and player.family != family
        and fitting(player, pitches)
        and (player.chordal or leading.role != ALL)
    ]
    if at is None or not able:
        return list(lines)
    player = able[int(rng.integers(len(able)))]
    shift = min(fitting(player, pitches), key=abs)
    moved = tuple(replace(note, pitch=note.pitch + shift) for note in leading.notes)
    return [ended(leading, at), begun(Line(player.name, leading.role, moved), at), *lines[1:]]


def begun(line: Line, at: float) -> Line:
    """The line without what begins before a moment."""
    return replace(line, notes=tuple(note for note in line.notes if note.start >= at - 1e-6))


def ended(line: Line, at: float) -> Line:
    """The line without what begins after a moment; a note that lasts longer is cut there."""
    inside = (note for note in line.notes if note.start < at - 1e-6)
    return replace(
        line, notes=tuple(Note(note.start, min(note.length, at - note.start), note.pitch) for note in inside)
    )


def _one(places: Sequence[float], rng: np.random.Generator) -> float | None:
    return float(rng.choice(places)) if places else None
