"""MIDI as it is written, read back by another reader."""

import io

import pytest

from engine.demo.arrange import SETTINGS, to_midi
from indexers.scores.notes import Note, Score

pretty_midi = pytest.importorskip("pretty_midi")
SCALE = Score("", (tuple(Note(float(beat), 1.0, 60 + beat) for beat in range(8)),))


def read(midi: bytes) -> "pretty_midi.PrettyMIDI":
    return pretty_midi.PrettyMIDI(io.BytesIO(midi))


def test_tempo_program_and_pitches() -> None:
    player = read(to_midi(SCALE, SETTINGS["organ"], 120, 4.0)).instruments[0]
    assert player.program == 19
    assert [note.pitch for note in player.notes] == [60, 61, 62, 63, 64, 65, 66, 67]
    assert [round(note.start, 3) for note in player.notes] == [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5]


def test_a_short_tune_is_played_again_up_to_the_limit() -> None:
    notes = read(to_midi(SCALE, SETTINGS["flute"], 120, 60.0)).instruments[0].notes
    assert len(notes) == 64  # 30 s of four-second turns
    assert notes[8].start == pytest.approx(4.0, abs=0.01)
    assert read(to_midi(SCALE, SETTINGS["flute"], 120, 10.0)).get_end_time() <= 10.01


def test_a_band_has_layers_and_drums() -> None:
    players = read(to_midi(SCALE, SETTINGS["rock band"], 120, 8.0)).instruments
    assert sorted(player.program for player in players if not player.is_drum) == [30, 30, 30, 34]
    lowest = [min(note.pitch for note in player.notes) for player in players if not player.is_drum]
    assert sorted(lowest) == [36, 48, 55, 60]  # the bass two octaves down, the guitar's octave and fifth
    (drums,) = [player for player in players if player.is_drum]
    kicks = [round(note.start, 2) for note in drums.notes if note.pitch == 36]
    assert kicks[:3] == [0.0, 1.0, 2.0]


def test_parts_take_their_programs_in_turn() -> None:
    four = Score("", tuple((Note(0.0, 60.0, 70 - part),) for part in range(4)))
    players = read(to_midi(four, SETTINGS["string quartet"], 120, 30.0)).instruments
    assert [player.program for player in players] == [40, 40, 41, 42]
