"""Names of files as words, or nothing."""

import json
from pathlib import Path

import pytest

from indexers.errors import ModelError
from indexers.pairs.real.labels import Vocabulary, label_of


@pytest.fixture
def vocabulary(tmp_path: Path) -> Vocabulary:
    path = tmp_path / "tokenizer.json"
    words = (
        "drum",
        "heavy",
        "kick",
        "dog",
        "wolf",
        "growl",
        "door",
        "break",
        "glass",
        "of",
        "rain",
        "hi",
        "hat",
        "##x",
    )
    path.write_text(json.dumps({"model": {"vocab": {word: row for row, word in enumerate(words)}}}))
    return Vocabulary(path, ["a gryphon"])


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("drum_heavy_kick", "heavy drum kick"),
        ("001 - Dog bark", "dog bark"),  # "bark" is a class of YAMNet
        ("wolf-growl-4", "wolf growl"),
        ("DoorOpen2", "door opening"),
        ("break_glass.1", "breaking glass"),
        ("ambi_rain", "ambient rain"),
        ("hh_open", "open hi-hat"),
        ("wolf_die", "wolf dying"),
        ("gryphon3", "gryphon"),
        ("bd_zome", ""),  # one word that nobody knows spoils it
        ("x7", ""),
        ("1234", ""),
    ],
)
def test_names_become_words(vocabulary: Vocabulary, name: str, label: str) -> None:
    assert label_of(name, (), vocabulary) == label


def test_words_that_say_nothing_are_left_out_and_a_person_is_believed(vocabulary: Vocabulary) -> None:
    assert label_of("default_wolf", ("default",), vocabulary) == "wolf"
    assert label_of("Zome qux", (), None) == "zome qux"
    assert label_of("a name of far too many words for a sound", (), None) == ""


def test_usual_endings_are_known(vocabulary: Vocabulary) -> None:
    assert "dogs" in vocabulary
    assert "breaking" in vocabulary
    assert "dogx" not in vocabulary


def test_a_damaged_tokenizer_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelError, match="run `segue models pull text`"):
        Vocabulary(tmp_path / "tokenizer.json")
