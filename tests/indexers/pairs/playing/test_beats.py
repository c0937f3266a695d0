"""Drum patterns fit their metre."""

import numpy as np
import pytest

from indexers.pairs.playing.beats import HAT, KICK, SNARE, beats_for, drum_notes
from indexers.scores.notes import bar_of


@pytest.mark.parametrize("metre", ["4/4", "2/2", "3/4", "2/4", "6/8", "9/8", "12/8"])
def test_every_stroke_is_inside_its_bar(metre: str) -> None:
    assert beats_for(metre)
    for beat in beats_for(metre):
        assert all(0 <= at < bar_of(metre) for _, at in beat.strokes)
        assert any(at == 0 for _, at in beat.strokes)


def test_metres_without_a_pattern_have_no_drums() -> None:
    assert beats_for("") == beats_for("3/8") == beats_for("5/4") == beats_for("4/2") == ()


def test_a_rock_beat_is_repeated_each_bar() -> None:
    rock = next(beat for beat in beats_for("4/4") if beat.name == "rock beat")
    notes = drum_notes(rock, 4.0, 8.0, np.random.default_rng(0))
    assert [note.start for note in notes if note.pitch == SNARE] == [1.0, 3.0, 5.0, 7.0]
    assert [note.start for note in notes if note.pitch == KICK][:3] == [0.0, 2.0, 2.5]
    assert sum(note.pitch == HAT for note in notes) == 16
    assert max(note.start for note in drum_notes(rock, 4.0, 6.0, np.random.default_rng(0))) < 6.0
