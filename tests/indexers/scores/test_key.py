"""Keys of notes whose key is known."""

import pytest

from indexers.scores.key import estimate_key, home_key
from indexers.scores.notes import Note, Score

MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)
HARMONIC_MINOR = (0, 2, 3, 5, 7, 8, 11)


@pytest.mark.parametrize("tonic", range(12))
@pytest.mark.parametrize(("mode", "scale"), [("major", MAJOR_SCALE), ("minor", HARMONIC_MINOR)])
def test_a_scale_with_its_triad_held(tonic: int, mode: str, scale: tuple[int, ...]) -> None:
    notes = [(60 + tonic + step, 3.0 if step in {0, 3, 4, 7} else 1.0) for step in scale]
    key = estimate_key(notes)
    assert (key.tonic, key.mode) == (tonic, mode)
    assert key.margin > 0.05


def test_names() -> None:
    assert estimate_key([(61, 3.0), (65, 2.0), (68, 2.0)]).name == "D flat major"
    assert estimate_key([(61, 3.0), (64, 2.0), (68, 2.0)]).name == "C sharp minor"


def test_nothing_to_tell_from() -> None:
    assert estimate_key([]).margin == 0.0
    assert estimate_key([(pitch, 1.0) for pitch in range(60, 72)]).margin == 0.0


def test_a_piece_is_at_home_where_its_last_low_note_is_its_tonic() -> None:
    tune = [*MAJOR_SCALE, 12, 7, 4, 0, 4, 7]
    ends = {last: Score("", (tuple(Note(float(at), 1.0, 60 + step) for at, step in enumerate([*tune, last])),))
            for last in (0, 9)}  # fmt: skip
    home = home_key(ends[0])
    assert home is not None
    assert home.name == "C major"
    assert home_key(ends[9]) is None
    assert home_key(Score("", ())) is None


def test_the_lowest_of_the_last_notes_counts() -> None:
    chords = ((60, 64, 67), (65, 69, 72), (67, 71, 74), (60, 64, 67))
    parts = tuple(tuple(Note(4.0 * at, 4.0, chord[part]) for at, chord in enumerate(chords)) for part in (2, 1, 0))
    home = home_key(Score("", parts))
    assert home is not None
    assert home.name == "C major"
