"""The same tune in another key, with another upbeat, or under the same title in another book."""

from indexers.scores.melody import Likeness, likeness_of, plain_title, same_tunes
from indexers.scores.notes import Note, Score

TUNE = (60, 62, 64, 60, 67, 65, 64, 69, 71, 72, 64, 62, 65, 60, 67, 55, 60, 64, 67, 72, 71)


def score(pitches: tuple[int, ...], title: str = "") -> Score:
    return Score(title, (tuple(Note(float(at), 1.0, pitch) for at, pitch in enumerate(pitches)),))


def test_another_key_and_upbeat_are_the_same_tune() -> None:
    moved = tuple(pitch + 5 for pitch in (57, 58, *TUNE))
    found = same_tunes({"b": likeness_of(score(TUNE)), "a": likeness_of(score(moved))})
    assert found == {"a": "a", "b": "a"}


def test_a_scale_says_nothing() -> None:
    scale = tuple(range(50, 80))
    found = same_tunes({"a": likeness_of(score(scale)), "b": likeness_of(score(scale))})
    assert len(set(found.values())) == 2


def test_a_title_joins_and_a_common_one_does_not() -> None:
    named = {"x/1": Likeness("long note", ()), "y/2": Likeness("long note", ()), "z/3": Likeness("other", ())}
    assert same_tunes(named) == {"x/1": "x/1", "y/2": "x/1", "z/3": "z/3"}
    kyries = {f"mass {number}": Likeness("kyrie", ()) for number in range(9)}
    assert len(set(same_tunes(kyries).values())) == 9


def test_plain_titles() -> None:
    assert plain_title("The Köllner – Reel.") == "kollner reel"
    assert plain_title("No. 12") == plain_title("First Section") == plain_title("7") == ""


def test_likeness_joins_through_others() -> None:
    found = same_tunes({"a": Likeness("one", ("s",)), "b": Likeness("two", ("s", "t")), "c": Likeness("", ("t",))})
    assert set(found.values()) == {"a"}
