"""Texts alone: formats that are read, groups that are joined, and no text on two sides."""

import csv
import gzip
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from indexers.errors import PairsError
from indexers.pairs.checks import read_checked, tally
from indexers.pairs.collect import collect_pairs
from indexers.pairs.manifest import NO_AUDIO, Pair
from indexers.pairs.texts.make import pair_texts, text_maker
from indexers.pairs.texts.reading import read_groups
from indexers.pairs.texts.sources import TextSource


def sheet(path: Path, header: Sequence[str], *rows: Sequence[str]) -> TextSource:
    stream = io.StringIO()
    csv.writer(stream).writerows([header, *rows])
    raw = stream.getvalue().encode()
    path.write_bytes(gzip.compress(raw) if path.suffix == ".gz" else raw)
    return TextSource(path=path)


def lines(path: Path, *rows: object) -> TextSource:
    path.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    return TextSource(path=path)


def made(*sources: TextSource) -> list[Pair]:
    return pair_texts(sources, lambda *_: None)[0]


def test_rows_of_several_captions(tmp_path: Path) -> None:
    source = sheet(
        tmp_path / "clotho.csv.gz", ("file_name", "caption_1", "kor_1", "caption_2"),
        ("a.wav", "A dog barks.", "x", "Barking of a dog."), ("b.wav", "It rains hard.", "y", ""),
    )  # fmt: skip
    assert read_groups(source) == [
        ("a.wav", ("A dog barks.", "Barking of a dog.")), ("b.wav", ("It rains hard.",))
    ]  # fmt: skip


def test_rows_that_a_column_groups(tmp_path: Path) -> None:
    source = sheet(tmp_path / "a.csv", ("audiocap_id", "youtube_id", "caption"),
                   ("1", "x", "A man speaks"), ("2", "y", "Rain falls"), ("3", "x", "Speech of a man"))  # fmt: skip
    assert read_groups(source) == [("x", ("A man speaks", "Speech of a man")), ("y", ("Rain falls",))]
    by_id = source.model_copy(update={"group": "audiocap_id"})
    assert len(read_groups(by_id)) == 3
    with pytest.raises(PairsError, match="no column 'video'; there are audiocap_id, youtube_id, caption"):
        read_groups(source.model_copy(update={"group": "video"}))


def test_aspects_become_one_text_and_rewrites_many(tmp_path: Path) -> None:
    source = sheet(tmp_path / "m.csv", ("ytid", "aspect_list", "caption"), ("x", "['sad', 'slow piano']", "A sad one."))
    assert read_groups(source) == [("x", ("A sad one.", "sad, slow piano"))]
    row = {"text": "A dog barks.", "rewrites": ["dog bark", "barking"]}
    assert read_groups(lines(tmp_path / "t.jsonl", row)) == [("", ("A dog barks.", "dog bark", "barking"))]


def test_a_list_of_what_was_written_and_what_was_made_of_it(tmp_path: Path) -> None:
    path = tmp_path / "lp.json"
    path.write_text(json.dumps([{"prediction": "Slow song.", "ground_truth": "This is a slow song."}]))
    assert read_groups(TextSource(path=path)) == [("", ("This is a slow song.", "Slow song."))]


def test_mangled_letters_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "k.csv"
    path.write_bytes(b"file_name,caption_1,kor_1,caption_2\na.wav,Rain is falling.,\xb0\xa1,Ra\xb0\xa1n\n")
    assert read_groups(TextSource(path=path)) == [("a.wav", ("Rain is falling.",))]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"file,words\nx,y\n", "holds no texts: name a column text, caption or caption_1"),
        ("a.jsonl", b"{not json", "is no CSV, no JSON lines and no list in JSON"),
        ("a.jsonl", b"[1, 2]", "a row is no object"),
        ("a.csv.gz", b"no gzip", "cannot be read"),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(PairsError, match=message):
        read_groups(TextSource(path=tmp_path / name))
    with pytest.raises(PairsError, match="cannot be read"):
        read_groups(TextSource(path=tmp_path / "none.csv"))


def test_a_group_of_another_file_joins_the_one_that_has_its_first_text(tmp_path: Path) -> None:
    first = sheet(tmp_path / "m.csv", ("ytid", "caption", "rewrite"), ("x", "This is a slow song.", "slow song"))
    second = lines(tmp_path / "lp.jsonl", {"text": "THIS is a slow song.", "rewrites": ["A slow one.", "slow song"]})
    (pair,) = made(first.model_copy(update={"source": "M", "split": "test"}), second)
    assert pair == Pair(
        NO_AUDIO, "This is a slow song.", "test", rewrites=("slow song", "A slow one."), source="M", tune="M/x",
        kind="text",
    )  # fmt: skip


def test_a_text_that_two_groups_have_does_not_make_them_one(tmp_path: Path) -> None:
    rows = (("x", "A man is speaking"), ("x", "Speech, then rain"), ("y", "A man is speaking"),
            ("y", "Speech over music"), ("y", "Someone talks and music plays"))  # fmt: skip
    source = sheet(tmp_path / "a.csv", ("youtube_id", "caption"), *rows)
    pairs = made(source)
    assert [pair.tune for pair in pairs] == ["a/x", "a/y"]
    texts = [text for pair in pairs for text in (pair.text, *pair.rewrites)]
    assert len(texts) == len(set(texts)) == 4


def test_a_third_can_be_held_out(tmp_path: Path) -> None:
    rows = [(f"id{row}", f"This is sound number {row}", f"sound {row}") for row in range(900)]
    source = sheet(tmp_path / "m.csv", ("ytid", "caption_1", "caption_2"), *rows)
    sides = [pair.split for pair in made(source.model_copy(update={"held_out": 1 / 3}))]
    assert 260 < sides.count("test") < 340
    assert 60 < sides.count("validation") < 120


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    source = lines(
        tmp_path / "t.jsonl", {"text": "A dog barks.", "rewrites": ["bark"]}, {"text": "Alone in its group"},
        {"text": "It rains", "rewrites": ["rain"]}, {"text": "雨の音", "rewrites": ["rain falling", "falling of rain"]},
    )  # fmt: skip
    pairs, notes = pair_texts([source], lambda *_: None)
    assert [pair.text for pair in pairs] == ["A dog barks."]
    assert notes == [
        "t: 1 texts are not English and were left out",
        "3 of 4 groups of texts left out: a single text, or no sentence",
    ]
    with pytest.raises(PairsError, match="no text has a rewrite"):
        pair_texts([lines(tmp_path / "u.jsonl", {"text": "Alone in its group"})], lambda *_: None)


def test_a_manifest_of_texts_passes_the_checks(tmp_path: Path) -> None:
    source = lines(tmp_path / "t.jsonl", {"text": "A dog barks.", "rewrites": ["bark"]})
    made_of_texts = collect_pairs(tmp_path / "out", [text_maker([source])])
    pairs = read_checked(made_of_texts.manifest)
    assert pairs == made_of_texts.pairs
    found = tally(pairs)
    assert (found.clips, found.longs, found.texts, found.hours) == (0, 0, 1, 0.0)
