"""What a score is here: parts of plain notes, and where its bars begin."""

from dataclasses import dataclass

DEFAULT_BAR = 4.0  # quarter notes, where the metre is not known


@dataclass(frozen=True, slots=True)
class Note:
    """One sounding note: start and length in quarter notes from the first note, pitch as in MIDI."""

    start: float
    length: float
    pitch: int


@dataclass(frozen=True, slots=True)
class Score:
    """A piece as plain notes, part by part, highest part first; the title may be empty.

    `metre` is such as "3/4", empty where it is not known or changes; `upbeat` is how many quarter notes there are
    before the first bar line; `names` are the parts' own, as many as there are parts, or none.
    """

    title: str
    parts: tuple[tuple[Note, ...], ...]
    metre: str = ""
    upbeat: float = 0.0
    names: tuple[str, ...] = ()

    @property
    def length(self) -> float:
        """How long it lasts, in quarter notes."""
        return max((note.start + note.length for part in self.parts for note in part), default=0.0)

    @property
    def notes_per_quarter(self) -> float:
        """How busy its busiest part is."""
        return max(map(len, self.parts), default=0) / max(self.length, 1.0)

    @property
    def bar(self) -> float:
        """How long a bar is, in quarter notes; `DEFAULT_BAR` where the metre is not known."""
        return bar_of(self.metre)

    @property
    def beat(self) -> float:
        """How long a beat is, in quarter notes."""
        return beat_of(self.metre)


def bar_of(metre: str) -> float:
    """How long a bar of a metre is, in quarter notes."""
    if not metre:
        return DEFAULT_BAR
    count, unit = map(int, metre.split("/"))
    return count * 4 / unit


def beat_of(metre: str) -> float:
    """How long the felt beat of a metre is, in quarter notes: 1.5 in 6/8, 9/8 and 12/8, the written unit elsewhere."""
    if not metre:
        return 1.0
    count, unit = map(int, metre.split("/"))
    compound = unit >= 8 and count % 3 == 0 and count > 3
    return 12 / unit if compound else 4 / unit


def repeated(score: Score, times: int) -> Score:
    """The score so often in a row; each turn begins where a bar of the one before would."""
    turn = -(-(score.length - 1e-6) // score.bar) * score.bar
    parts = tuple(
        tuple(Note(note.start + place * turn, note.length, note.pitch) for place in range(times) for note in part)
        for part in score.parts
    )
    return Score(score.title, parts, score.metre, score.upbeat, score.names)
