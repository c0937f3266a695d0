"""MIDI files as plain notes."""

import io
from collections.abc import Callable

import pytest

from indexers.errors import MediaError
from indexers.scores.midi_reader import read_midi
from indexers.scores.notes import Note

pretty_midi = pytest.importorskip("pretty_midi")
Write = Callable[..., bytes]


def written(parts: dict[str, list[tuple[float, float, int]]], metre: tuple[int, int] = (3, 4), bpm: int = 60) -> bytes:
    """A file whose notes are (start, end, pitch) in seconds; at 60 bpm a second is a quarter note."""
    midi = pretty_midi.PrettyMIDI(initial_tempo=bpm)
    midi.time_signature_changes.append(pretty_midi.TimeSignature(*metre, 0.0))
    for name, notes in parts.items():
        player = pretty_midi.Instrument(0, is_drum=name == "drums", name=name)
        player.notes = [pretty_midi.Note(80, pitch, start, end) for start, end, pitch in notes]
        midi.instruments.append(player)
    stream = io.BytesIO()
    midi.write(stream)
    return stream.getvalue()


LINE = [(2.0 + at, 2.9 + at, 60 + at) for at in range(12)]


def test_notes_metre_and_upbeat() -> None:
    score = read_midi(written({"MELODY": LINE, "drums": LINE}), "one.mid")
    assert score.names == ("MELODY",)
    assert score.parts[0][0].start == 0.0
    assert score.parts[0][1].start == 1.0
    assert [note.pitch for note in score.parts[0][:3]] == [60, 61, 62]
    assert score.parts[0][0].length == pytest.approx(0.9, abs=0.05)
    assert (score.metre, score.upbeat) == ("3/4", 1.0)  # the first note is on the third beat of a bar


def test_the_tempo_does_not_matter() -> None:
    fast = [(start / 2, end / 2, pitch) for start, end, pitch in LINE]
    assert read_midi(written({"": LINE}), "").parts == read_midi(written({"": fast}, bpm=120), "").parts


def test_a_file_of_beats_alone_is_in_four_where_the_bass_says_so() -> None:
    clear = [(float(at), at + 3.9, 40) for at in range(1, 33, 4)]
    score = read_midi(written({"": LINE, "PIANO": clear}, (1, 4)), "")
    assert (score.metre, score.upbeat) == ("4/4", 0.0)
    unclear = [(float(at), at + 0.9, 40) for at in range(32)]
    assert read_midi(written({"": LINE, "PIANO": unclear}, (1, 4)), "").metre == ""


def test_what_is_no_midi_or_a_fragment_is_refused() -> None:
    with pytest.raises(MediaError, match=r"bad\.mid cannot be read as MIDI"):
        read_midi(b"not midi", "bad.mid")
    with pytest.raises(MediaError, match="fewer than 12"):
        read_midi(written({"": LINE[:5]}), "short.mid")


def test_sixteenths_and_triplets_keep_their_places() -> None:
    notes = [(at / 3, at / 3 + 0.2, 60 + at) for at in range(6)] + [
        (2 + at / 4, 2.2 + at / 4, 70 + at) for at in range(8)
    ]
    (part,) = read_midi(written({"": notes}), "").parts
    assert part[1] == Note(pytest.approx(1 / 3), pytest.approx(0.2, abs=0.03), 61)
    assert part[7].start == 2.25
