"""MIDI as it is written, read back by its own library."""

import io

import pytest

from indexers.errors import ConfigError
from indexers.pairs.playing.midi import once_each, to_midi, volume
from indexers.pairs.playing.palette import PLAYERS
from indexers.pairs.playing.performance import Sounding

pretty_midi = pytest.importorskip("pretty_midi")


def test_players_programs_and_times(voice, performance) -> None:
    made = performance(
        voice("flute", "melody", (72, 74), 1.5, share=0.5), voice("rock drum kit", "drums", (36, 38), beat="rock beat")
    )
    midi = pretty_midi.PrettyMIDI(io.BytesIO(to_midi(made)))
    flute, drums = midi.instruments
    assert (flute.program, flute.is_drum, drums.program, drums.is_drum) == (73, False, 16, True)
    assert [(round(note.start, 2), round(note.end, 2), note.pitch, note.velocity) for note in flute.notes] == [
        (1.5, 2.0, 72, 72),
        (2.5, 3.0, 74, 72),
    ]


def test_two_voices_of_one_player_share_a_channel_and_a_pitch_sounds_once(voice, performance) -> None:
    made = performance(voice("violin", "top line", (72, 74)), voice("violin", "inner part", (72, 70)))
    (violin,) = pretty_midi.PrettyMIDI(io.BytesIO(to_midi(made))).instruments
    assert sorted(note.pitch for note in violin.notes) == [70, 72, 74]


def test_an_earlier_note_ends_where_the_next_of_its_pitch_begins() -> None:
    notes = [Sounding(0.0, 3.0, 60, 80), Sounding(1.0, 2.0, 60, 80), Sounding(0.0, 2.0, 60, 70)]
    assert once_each(notes) == [Sounding(0.0, 1.0, 60, 80), Sounding(1.0, 2.0, 60, 80)]


def test_louder_presets_are_turned_down() -> None:
    assert volume(0.0) == 100
    assert volume(12.0) == 50  # 40 log10(1/2) is 12 decibels
    assert volume(-6.0) == 127


def test_too_many_players_are_refused(voice, performance) -> None:
    with pytest.raises(ConfigError, match="16 players are too many for MIDI: at most 15"):
        to_midi(performance(*(voice(player.name, "melody", (60,)) for player in PLAYERS[:16])))
