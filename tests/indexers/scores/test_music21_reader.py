"""Scores as plain notes, against music that can be counted by hand."""

from pathlib import Path

import pytest

from indexers.errors import MediaError
from indexers.scores.music21_reader import corpus_folder, read_score
from indexers.scores.notes import Note

TUNE = """X:1
T:THE LONG NOTE
M:4/4
L:1/4
K:C
z CDE-|EFGA|Bcde|fgab|]

X:2
T:Another -- Reel
M:4/4
L:1/4
K:G
GABc|defg|GABc|defg|]
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.abc"
    path.write_text(TUNE, encoding="utf-8")
    return path


def test_a_tie_is_one_note_and_the_first_note_starts_at_zero(book: Path) -> None:
    score = read_score(book, 1)
    (part,) = score.parts
    assert part[:4] == (Note(0.0, 1.0, 60), Note(1.0, 1.0, 62), Note(2.0, 2.0, 64), Note(4.0, 1.0, 65))
    assert score.length == 15.0
    assert score.title == "The Long Note"


def test_a_book_is_read_by_number(book: Path) -> None:
    score = read_score(book, 2)
    assert score.title == "Another – Reel"
    assert [note.pitch for note in score.parts[0][:4]] == [67, 69, 71, 72]
    assert score.notes_per_quarter == 1.0


def test_a_chorale_has_four_parts() -> None:
    score = read_score(corpus_folder() / "bach" / "bwv66.6.mxl")
    assert len(score.parts) == 4
    assert [part[0].pitch for part in score.parts] == [73, 64, 57, 57]
    assert score.length == 36.0


def test_what_is_no_score_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "bad.mxl"
    bad.write_bytes(b"not a zip")
    with pytest.raises(MediaError, match=r"cannot read bad\.mxl"):
        read_score(bad)


def test_a_fragment_is_refused(tmp_path: Path) -> None:
    short = tmp_path / "short.abc"
    short.write_text("X:1\nT:Short\nM:4/4\nL:1/4\nK:C\nCDEF|]\n", encoding="utf-8")
    with pytest.raises(MediaError, match="fewer than 12"):
        read_score(short, 1)


def test_metre_and_upbeat(book: Path) -> None:
    assert (read_score(book, 1).metre, read_score(book, 1).upbeat) == ("4/4", 3.0)  # it begins with a rest
    assert (read_score(book, 2).metre, read_score(book, 2).upbeat) == ("4/4", 0.0)


def test_a_chorale_begins_with_an_upbeat() -> None:
    score = read_score(corpus_folder() / "bach" / "bwv66.6.mxl")
    assert (score.metre, score.upbeat) == ("4/4", 1.0)
