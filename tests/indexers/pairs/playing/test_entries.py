"""Who comes in and leaves, and when."""

import numpy as np
import pytest

from indexers.pairs.playing.arrange import Line, setting_of
from indexers.pairs.playing.entries import Timing, begun, ended, handed_over, staggered, with_entries
from indexers.scores.notes import Note, Score

NOTES = tuple(Note(float(at), 1.0, 67) for at in range(16))
LINES = [
    Line("flute", "melody", NOTES),
    Line("harp", "broken chords", NOTES),
    Line("drum kit", "drums", NOTES, "rock beat"),
]


def test_lines_begin_and_end_where_they_are_told() -> None:
    assert begun(LINES[0], 4.0).notes == NOTES[4:]
    held = Line("flute", "melody", (Note(0.0, 3.0, 60), Note(3.0, 3.0, 62)))
    assert ended(held, 4.0).notes == (Note(0.0, 3.0, 60), Note(3.0, 1.0, 62))


@pytest.mark.parametrize("seed", range(20))
def test_entries_are_on_bar_lines_and_drums_never_begin_alone(seed: int) -> None:
    lines = staggered(LINES, Timing(16.0, 4.0), np.random.default_rng(seed))
    starts = [line.notes[0].start for line in lines]
    assert all(start in {0.0, 4.0, 8.0} for start in starts)
    assert max(starts) > 0.0
    assert min(starts[:2]) == 0.0


def test_a_melody_passes_to_a_player_of_another_family() -> None:
    score = Score("", (NOTES,), "4/4")
    old, new, *others = handed_over(LINES, setting_of(score, 16.0), np.random.default_rng(0))
    assert old.player == "flute"
    assert new.role == "melody"
    assert new.player not in {"flute", "harp", "drum kit"}
    assert old.notes[-1].start < new.notes[0].start == 8.0
    assert [line.player for line in others] == ["harp", "drum kit"]


@pytest.mark.parametrize("seed", range(40))
def test_nobody_leaves_while_it_grows_or_comes_in_while_it_fades(seed: int) -> None:
    setting = setting_of(Score("", (NOTES,), "4/4"), 16.0)
    for line in with_entries(LINES, setting, np.random.default_rng(seed), rise=50)[2:]:
        assert line.notes[-1].start == 15.0
    for line in with_entries(LINES, setting, np.random.default_rng(seed), rise=-50)[2:]:
        assert line.notes[0].start == 0.0
