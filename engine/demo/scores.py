"""Reading scores of the music21 corpus into plain notes."""

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from string import capwords
from typing import Any

from indexers.errors import MediaError

MIN_NOTES = 12  # fewer is a fragment, not a piece


@dataclass(frozen=True, slots=True)
class Note:
    """One sounding note: start and length in quarter notes from the first note, pitch as in MIDI."""

    start: float
    length: float
    pitch: int


@dataclass(frozen=True, slots=True)
class Score:
    """A piece as plain notes, part by part, highest part first; the title may be empty."""

    title: str
    parts: tuple[tuple[Note, ...], ...]

    @property
    def length(self) -> float:
        """How long it lasts, in quarter notes."""
        return max((note.start + note.length for part in self.parts for note in part), default=0.0)

    @property
    def notes_per_quarter(self) -> float:
        """How busy its busiest part is."""
        return max(map(len, self.parts), default=0) / max(self.length, 1.0)


def read_score(path: Path, number: int = 0) -> Score:
    """Read one score, or one tune of a book, straight from its file: music21's pickled cache is not used.

    Args:
        path: A score that music21 can parse.
        number: Of the tune; 0 where the file is a single piece.

    Raises:
        MediaError: music21 cannot read it, or it holds too few notes.
    """
    from music21.converter import Converter

    reader = Converter()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader.parseFileNoPickle(path, number=number or None)
            stream: Any = reader.stream
            staves = list(stream.parts) or [stream]
            parts = tuple(part for part in (_notes(staff) for staff in staves) if part)
    except Exception as error:  # music21 raises whatever its many readers raise
        raise MediaError(f"music21 cannot read {path.name} ({type(error).__name__}: {error})") from error
    if sum(map(len, parts)) < MIN_NOTES:
        raise MediaError(f"{path.name} holds fewer than {MIN_NOTES} notes: it is left out")
    return Score(_title(stream), _from_zero(parts))


def _notes(staff: Any) -> tuple[Note, ...]:
    """The notes of one staff in order, tied notes joined; grace notes and chord symbols do not sound."""
    open_ties: dict[int, int] = {}
    notes: list[Note] = []
    for element in staff.flatten().notes:
        length = float(element.quarterLength)
        if length <= 0 or "ChordSymbol" in element.classes or "Unpitched" in element.classes:
            continue
        for single in element.notes if element.isChord else (element,):
            _sound(notes, open_ties, single, float(element.offset), length)
    return tuple(notes)


def _sound(notes: list[Note], open_ties: dict[int, int], single: Any, start: float, length: float) -> None:
    pitch = int(single.pitch.midi)
    tie = single.tie.type if single.tie else ""
    if tie in {"continue", "stop"} and pitch in open_ties:
        before = notes[open_ties[pitch]]
        notes[open_ties[pitch]] = Note(before.start, start + length - before.start, pitch)
    else:
        notes.append(Note(start, length, pitch))
        open_ties[pitch] = len(notes) - 1
    if tie not in {"start", "continue"}:
        open_ties.pop(pitch, None)


def _from_zero(parts: Iterable[tuple[Note, ...]]) -> tuple[tuple[Note, ...], ...]:
    parts = tuple(parts)
    first = min(note.start for part in parts for note in part)
    return tuple(tuple(Note(note.start - first, note.length, note.pitch) for note in part) for part in parts)


def _title(stream: Any) -> str:
    said = stream.metadata.title if stream.metadata is not None else ""
    title = " ".join(str(said or "").replace("--", "–").split()).rstrip(".")
    return capwords(title) if title.isupper() else title
