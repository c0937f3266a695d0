"""Bars and beats of metres, and scores in a row."""

import pytest

from indexers.scores.notes import Note, Score, bar_of, beat_of, repeated


@pytest.mark.parametrize(
    ("metre", "bar", "beat"),
    [("4/4", 4.0, 1.0), ("3/4", 3.0, 1.0), ("6/8", 3.0, 1.5), ("9/8", 4.5, 1.5), ("3/8", 1.5, 0.5), ("2/2", 4.0, 2.0),
     ("4/2", 8.0, 2.0), ("", 4.0, 1.0)],
)  # fmt: skip
def test_bars_and_beats_in_quarter_notes(metre: str, bar: float, beat: float) -> None:
    assert (bar_of(metre), beat_of(metre)) == (bar, beat)


def test_a_score_in_a_row_keeps_its_bars() -> None:
    # an upbeat of one quarter and then a bar short of it, as folk tunes are written
    tune = Score("", (tuple(Note(float(at), 1.0, 60 + at) for at in range(8)),), "4/4", 1.0)
    (part,) = repeated(tune, 3).parts
    assert [note.start for note in part if note.pitch == 60] == [0.0, 8.0, 16.0]


def test_a_turn_that_ends_inside_a_bar_waits_for_the_next() -> None:
    tune = Score("", ((Note(0.0, 1.0, 60), Note(4.0, 1.5, 62)),), "4/4")
    (part,) = repeated(tune, 2).parts
    assert [note.start for note in part] == [0.0, 4.0, 8.0, 12.0]
