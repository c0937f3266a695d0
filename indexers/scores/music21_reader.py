"""Reading scores with music21 into plain notes."""

import warnings
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from string import capwords
from typing import Any

from indexers.errors import MediaError, ModelError
from indexers.scores.notes import Note, Score, bar_of

MIN_NOTES = 12  # fewer is a fragment, not a piece


def corpus_folder() -> Path:
    """The folder of music21's corpus, found without importing music21.

    Raises:
        ModelError: music21 is not installed, or came without its corpus.
    """
    found = find_spec("music21")
    places = [] if found is None else list(found.submodule_search_locations or ())
    folder = Path(places[0]) / "corpus" if places else Path("corpus")
    if not folder.is_dir():
        raise ModelError("this needs music21 and its corpus: run `pip install music21`")
    return folder


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
            metre, first_bar = _bars(staves[0])
    except Exception as error:  # music21 raises whatever its many readers raise
        raise MediaError(f"music21 cannot read {path.name} ({type(error).__name__}: {error})") from error
    if sum(map(len, parts)) < MIN_NOTES:
        raise MediaError(f"{path.name} holds fewer than {MIN_NOTES} notes: it is left out")
    first = min(note.start for part in parts for note in part)
    upbeat = (first_bar - first) % bar_of(metre) if metre else 0.0
    return Score(_title(stream), _from_zero(parts, first), metre, round(upbeat, 6))


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


def _bars(staff: Any) -> tuple[str, float]:
    """The metre, empty where it changes, and where a bar begins, in quarter notes from the staff's start."""
    signs: Sequence[Any] = list(staff.recurse().getElementsByClass("TimeSignature"))
    metres = {sign.ratioString for sign in signs}
    measures = list(staff.getElementsByClass("Measure"))
    if len(metres) != 1 or len(measures) < 2:
        return "", 0.0
    return metres.pop(), float(measures[1].offset)


def _from_zero(parts: Iterable[tuple[Note, ...]], first: float) -> tuple[tuple[Note, ...], ...]:
    return tuple(tuple(Note(note.start - first, note.length, note.pitch) for note in part) for part in parts)


def _title(stream: Any) -> str:
    said = stream.metadata.title if stream.metadata is not None else ""
    title = " ".join(str(said or "").replace("--", "–").split()).rstrip(".")
    return capwords(title) if title.isupper() else title
