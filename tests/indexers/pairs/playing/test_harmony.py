"""Chords for tunes whose harmony is plain."""

from indexers.pairs.playing import harmony
from indexers.scores.key import Key
from indexers.scores.notes import Note, Score

C_MAJOR = Key(0, "major", 0.3)


def test_each_bar_has_the_triad_of_its_notes(tune: Score) -> None:
    chords = harmony.harmonise(tune.parts[0][:16], C_MAJOR, 4.0, 16.0)
    assert [(chord.root, chord.third) for chord in chords] == [(0, 4), (5, 4), (7, 4), (0, 4)]


def test_a_bar_without_notes_keeps_its_chord() -> None:
    chords = harmony.harmonise([Note(0.0, 4.0, 65), Note(1.0, 1.0, 69)], C_MAJOR, 4.0, 10.0)
    assert [chord.root for chord in chords] == [5, 5, 5]
    assert [chord.length for chord in chords] == [4.0, 4.0, 2.0]


def test_ways_to_play_a_chord() -> None:
    (chord,) = harmony.harmonise([Note(0.0, 4.0, 60)], C_MAJOR, 4.0, 4.0)
    assert {note.pitch % 12 for note in harmony.held([chord])} == {0, 4, 7}
    assert {note.length for note in harmony.held([chord])} == {4.0}
    broken = harmony.broken([chord], 0.5)
    assert [note.start for note in broken] == [0.5 * place for place in range(8)]
    assert {note.start for note in harmony.off_beat([chord], 1.0)} == {1.0, 2.0, 3.0}
    assert [(note.start, note.pitch % 12) for note in harmony.bass([chord], 1.0)] == [(0.0, 0), (2.0, 7)]


def test_a_waltz_has_one_bass_note_and_two_chords_a_bar() -> None:
    (chord,) = harmony.harmonise([Note(0.0, 3.0, 60)], C_MAJOR, 3.0, 3.0)
    assert [note.start for note in harmony.bass([chord], 1.0)] == [0.0]
    assert {note.start for note in harmony.off_beat([chord], 1.0)} == {1.0, 2.0}


def test_a_drone_is_tonic_and_fifth() -> None:
    notes = harmony.drone(Key(9, "minor", 0.2), 4.0, 20.0)
    assert {note.pitch % 12 for note in notes} == {9, 4}
    assert sorted({note.start for note in notes}) == [0.0, 16.0]
    assert max(note.start + note.length for note in notes) == 20.0
