"""Sides of the split: their shares, and that they hang on the tune's name alone."""

from collections import Counter

from indexers.pairs.plan import choose_places
from indexers.pairs.splits import split_of
from indexers.scores.places import list_corpus


def test_eight_one_one() -> None:
    sides = Counter(split_of(f"tune {number}") for number in range(4000))
    assert 0.77 < sides["train"] / 4000 < 0.83
    assert 0.08 < sides["validation"] / 4000 < 0.12
    assert 0.08 < sides["test"] / 4000 < 0.12


def test_the_sides_never_move() -> None:
    assert [split_of(name) for name in ("a", "b", "c", "d", "e", "f")] == [
        "train", "test", "train", "validation", "train", "train"
    ]  # fmt: skip


def test_the_scores_that_are_chosen_first_are_on_all_sides() -> None:
    sides = Counter(split_of(place.name) for place in choose_places(list_corpus(), 600, 0))
    assert min(sides.values()) >= 10
    assert len(sides) == 3
