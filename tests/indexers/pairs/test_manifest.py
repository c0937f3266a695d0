"""Manifests as people write them: what is read, and one clear line for each mistake."""

import json
from pathlib import Path
from typing import Any

import pytest

from indexers.errors import PairsError
from indexers.pairs.manifest import NO_AUDIO, Pair, read_pairs, write_pairs

LEAST: dict[str, Any] = {"audio": "one.wav", "text": "a dog barks", "split": "train"}


def written(folder: Path, *rows: object) -> Path:
    path = folder / "pairs.jsonl"
    path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows), "utf-8")
    return path


def test_the_least_that_can_be_written(tmp_path: Path) -> None:
    (pair,) = read_pairs(written(tmp_path, LEAST, ""))
    assert pair == Pair(tmp_path / "one.wav", "a dog barks", "train", tune=str(tmp_path / "one.wav"))


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    pair = Pair(
        tmp_path / "audio" / "é.ogg", "Quiet “harp”\u2028alone", "test", 1.5, 11.5, ("soft harp",), "book", "CC0", "t",
        "long", {"bpm": 90},
    )  # fmt: skip
    path = tmp_path / "deep" / "pairs.jsonl"
    write_pairs(path, [pair])
    assert read_pairs(path) == (pair,)
    assert json.loads(path.read_text("utf-8"))["audio"] == "../audio/é.ogg"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"audio": ""}, r"line 1: audio is ''; give words"),
        ({"text": "  "}, r"text is '  '; give words"),
        ({"text": 3}, r"text is 3; give words"),
        ({"text": "静かなピアノ"}, r"not in Latin letters; texts must be English: translate it"),
        ({"text": "…"}, r"not in Latin letters"),
        ({"split": "valid"}, r"split is 'valid'; there are train, validation, test"),
        ({"kind": "song"}, r"kind is 'song'; there are clip, long, text"),
        ({"start_s": 4, "end_s": 4}, r"start_s 4 is not before end_s 4"),
        ({"start_s": -1}, r"start_s is -1; give seconds from the start of the file, 0 or more"),
        ({"end_s": "4"}, r"end_s is '4'; give seconds"),
        ({"start_s": True}, r"start_s is True; give seconds"),
        ({"caption": "x"}, r"unknown key 'caption'; there are audio, text, split"),
        ({"rewrites": "one"}, r"rewrites is 'one'; give a list of texts"),
        ({"rewrites": [""]}, r"rewrites is \[''\]; give a list of texts"),
        ({"facts": []}, r"facts is \[\]; give an object"),
        ({"tune": 7}, r"tune is 7; give words or leave it out"),
        ({"kind": "text"}, r"is of texts alone and has 'audio': leave it out, or give kind 'clip'"),
    ],
)
def test_each_mistake_is_told_with_its_line(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    with pytest.raises(PairsError, match=message):
        read_pairs(written(tmp_path, LEAST | change))


def test_a_line_without_what_it_needs(tmp_path: Path) -> None:
    with pytest.raises(PairsError, match="line 2 has no 'split': every pair needs audio, text and split"):
        read_pairs(written(tmp_path, LEAST, {"audio": "a.wav", "text": "b"}))


@pytest.mark.parametrize(("line", "message"), [("{", "is not JSON"), ("[1]", "is no object"), ("", "holds no pair")])
def test_lines_that_are_no_pairs(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(PairsError, match=message):
        read_pairs(written(tmp_path, line))


def test_a_manifest_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PairsError, match=r"none\.jsonl cannot be read"):
        read_pairs(tmp_path / "none.jsonl")


def test_texts_alone_have_no_audio(tmp_path: Path) -> None:
    row = {"text": "a dog barks", "split": "train", "kind": "text", "rewrites": ["barking"]}
    path = written(tmp_path, row)
    (pair,) = read_pairs(path)
    assert pair == Pair(NO_AUDIO, "a dog barks", "train", rewrites=("barking",), tune="a dog barks", kind="text")
    write_pairs(path, [pair])
    assert "audio" not in json.loads(path.read_text("utf-8"))
    assert read_pairs(path) == (pair,)
    with pytest.raises(PairsError, match="line 1 is of texts alone and has 'end_s'"):
        read_pairs(written(tmp_path, row | {"end_s": 3.0}))
    with pytest.raises(PairsError, match="line 1 has no 'split': every pair needs text and split"):
        read_pairs(written(tmp_path, {"text": "a dog barks", "kind": "text"}))


def test_a_foreign_title_in_an_english_text_is_fine(tmp_path: Path) -> None:
    (pair,) = read_pairs(written(tmp_path, LEAST | {"text": "A folk song called 静か, sung softly – à la française"}))
    assert "française" in pair.text
