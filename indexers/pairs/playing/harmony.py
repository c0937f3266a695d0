"""An accompaniment for a bare tune: chords that fit its notes, and ways to play them."""

from collections.abc import Sequence
from dataclasses import dataclass

from indexers.scores.key import Key
from indexers.scores.notes import Note

DEGREES = {  # semitones from the tonic to the root, third, and a fondness that decides between chords that fit alike
    "major": ((0, 4, 0.30), (7, 4, 0.20), (5, 4, 0.18), (9, 3, 0.10), (2, 3, 0.08)),
    "minor": ((0, 3, 0.30), (7, 4, 0.16), (5, 3, 0.18), (8, 4, 0.12), (3, 4, 0.12), (10, 4, 0.12)),
}
OUTSIDE = 0.6  # what a note outside a chord costs, for each unit of what one inside gains
MIDDLE = 55  # chords lie in the octave above it
LOW = 36  # basses lie in the octave above it


@dataclass(frozen=True, slots=True)
class Chord:
    """A triad for a stretch of time, in quarter notes."""

    start: float
    length: float
    root: int  # pitch class
    third: int  # semitones above the root

    @property
    def classes(self) -> tuple[int, int, int]:
        """Its pitch classes."""
        return self.root, (self.root + self.third) % 12, (self.root + 7) % 12

    @property
    def pitches(self) -> tuple[int, ...]:
        """Its notes in the middle of the keyboard, lowest first."""
        return tuple(sorted(MIDDLE + (one - MIDDLE) % 12 for one in self.classes))


def harmonise(melody: Sequence[Note], key: Key, bar: float, length: float) -> list[Chord]:
    """Choose the triad of the key for each bar that its melody notes fit best.

    Returns:
        A chord for each bar; one without notes keeps the chord before.
    """
    chords: list[Chord] = []
    start = 0.0
    while start < length - 1e-6:
        span = min(bar, length - start)
        inside = [note for note in melody if start <= note.start < start + span]
        before = chords[-1] if chords else Chord(0.0, bar, key.tonic, DEGREES[key.mode][0][1])
        root, third = _best(inside, key) if inside else (before.root, before.third)
        chords.append(Chord(start, span, root, third))
        start += bar
    return chords


def held(chords: Sequence[Chord]) -> tuple[Note, ...]:
    """Each chord struck once and held."""
    return tuple(Note(chord.start, chord.length, pitch) for chord in chords for pitch in chord.pitches)


def broken(chords: Sequence[Chord], step: float) -> tuple[Note, ...]:
    """Each chord note by note, up and down, every `step` quarter notes."""
    notes = []
    for chord in chords:
        low, middle, high = chord.pitches
        turn = (low, middle, high, low + 12, high, middle)
        n_notes = int(chord.length / step + 1e-6)
        notes += [Note(chord.start + place * step, step, turn[place % len(turn)]) for place in range(n_notes)]
    return tuple(notes)


def off_beat(chords: Sequence[Chord], beat: float) -> tuple[Note, ...]:
    """Each chord short, on every beat of its bar but the first; between the beats where there is only one."""
    notes = []
    for chord in chords:
        beats = [beat * place for place in range(1, int(chord.length / beat + 1e-6))] or [beat / 2]
        notes += [Note(chord.start + at, beat * 0.4, pitch) for at in beats for pitch in chord.pitches]
    return tuple(notes)


def bass(chords: Sequence[Chord], beat: float) -> tuple[Note, ...]:
    """Root on the first beat, fifth halfway through bars of two beats or more that can be halved."""
    notes = []
    for chord in chords:
        root = LOW + (chord.root - LOW) % 12
        n_beats = round(chord.length / beat)
        half = chord.length / 2 if n_beats % 2 == 0 and n_beats > 1 else chord.length
        notes.append(Note(chord.start, half, root))
        if half < chord.length:
            notes.append(Note(chord.start + half, half, root + 7 if root + 7 < LOW + 14 else root - 5))
    return tuple(notes)


def drone(key: Key, bar: float, length: float) -> tuple[Note, ...]:
    """Tonic and fifth, struck anew every fourth bar."""
    root = LOW + 12 + (key.tonic - LOW) % 12
    n_strikes = int(length // (4 * bar)) + 1
    starts = [4 * bar * place for place in range(n_strikes) if 4 * bar * place < length - 1e-6]
    return tuple(Note(at, min(4 * bar, length - at), pitch) for at in starts for pitch in (root, root + 7))


def _best(notes: Sequence[Note], key: Key) -> tuple[int, int]:
    total = sum(note.length for note in notes)

    def worth(degree: tuple[int, int, float]) -> float:
        root = (key.tonic + degree[0]) % 12
        chord = {root, (root + degree[1]) % 12, (root + 7) % 12}
        inside = sum(note.length for note in notes if note.pitch % 12 in chord)
        return (inside - OUTSIDE * (total - inside)) / total + degree[2]

    best = max(DEGREES[key.mode], key=worth)
    return (key.tonic + best[0]) % 12, best[1]
