"""Reading MIDI files into plain notes."""

import io
import warnings
from collections import Counter
from collections.abc import Iterable
from typing import Any

from indexers.errors import MediaError
from indexers.scores.music21_reader import MIN_NOTES
from indexers.scores.notes import Note, Score, bar_of

GRID = 24  # steps of a quarter note that starts and ends are moved to: both triplets and thirty-seconds fit
METRES = frozenset({"2/2", "3/2", "2/4", "3/4", "4/4", "5/4", "6/4", "3/8", "6/8", "9/8", "12/8"})
SURE = 1.25  # how much heavier than any other the bass must be on the beat that is taken for the first
LOW = 55  # pitches below it are the bass


def read_midi(content: bytes, name: str) -> Score:
    """Read a MIDI file: its pitched parts in the file's order, tempo left out, drums left out.

    Notes are moved to the nearest of `GRID` steps a quarter. The metre is the file's where it never changes; files that
    only say where beats are (a metre of 1/4) are taken for 4/4 where the bass says clearly which beat is the first.

    Args:
        content: The file.
        name: What to call it in an error.

    Raises:
        MediaError: it cannot be read, or holds too few notes.
    """
    from pretty_midi import PrettyMIDI

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            midi = PrettyMIDI(io.BytesIO(content))
    except Exception as error:  # mido and pretty_midi raise whatever they meet
        raise MediaError(f"{name} cannot be read as MIDI ({type(error).__name__}: {error})") from error
    players = [player for player in midi.instruments if not player.is_drum and player.notes]
    if sum(len(player.notes) for player in players) < MIN_NOTES:
        raise MediaError(f"{name} holds fewer than {MIN_NOTES} notes: it is left out")
    parts = [_notes(midi, player) for player in players]
    first = min(note.start for part in parts for note in part)
    metre, bar_at = _bars(midi, parts)
    upbeat = (bar_at - first) % bar_of(metre) if metre else 0.0
    moved = tuple(tuple(Note(note.start - first, note.length, note.pitch) for note in part) for part in parts)
    return Score("", moved, metre, round(upbeat, 6), tuple(str(player.name).strip() for player in players))


def _notes(midi: Any, player: Any) -> tuple[Note, ...]:
    notes = []
    for note in player.notes:
        start, end = (round(midi.time_to_tick(at) / midi.resolution * GRID) for at in (note.start, note.end))
        notes.append(Note(start / GRID, max(end - start, 1) / GRID, int(note.pitch)))
    return tuple(sorted(notes, key=lambda note: (note.start, note.pitch)))


def _bars(midi: Any, parts: Iterable[tuple[Note, ...]]) -> tuple[str, float]:
    """The metre and where a bar begins, in quarter notes from the file's start."""
    said = {f"{sign.numerator}/{sign.denominator}" for sign in midi.time_signature_changes}
    if len(said) == 1 and said <= METRES:
        return said.pop(), 0.0
    beat = _first_beat(note for part in parts for note in part) if said == {"1/4"} else None
    return ("", 0.0) if beat is None else ("4/4", float(beat))


def _first_beat(notes: Iterable[Note]) -> int | None:
    """Which of four beats the bass falls on most; None where that is not clear."""
    weights: Counter[int] = Counter()
    for note in notes:
        if note.pitch < LOW and note.start % 1 == 0:
            weights[int(note.start) % 4] += min(int(note.length * GRID), 4 * GRID)
    ranked = [*weights.most_common(2), (0, 0), (0, 0)]
    clear = ranked[0][1] > 0 and ranked[0][1] >= SURE * ranked[1][1]
    return ranked[0][0] if clear else None
