import json
from pathlib import Path

import polars as pl
import pytest

from indexers.catalog.sidecar import join_sidecar, merge_metadata, read_sidecar
from indexers.errors import InputError

TRACK_OF = {"/m/a/one.mp3": "t1", "/m/a/two.mp3": "t2", "/m/b/two.mp3": "t3", "/copies/one.mp3": "t1"}
ROWS = [
    {"path": "/m/a/one.mp3", "caption": "a calm piano", "year": 1979, "mood": "calm"},
    {"path": "b/two.mp3", "caption": "loud drums", "year": None, "mood": "wild"},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def written(folder: Path, ending: str) -> Path:
    path = folder / f"side{ending}"
    frame = pl.DataFrame(ROWS)
    if ending == ".csv":
        frame.write_csv(path)
    elif ending == ".tsv":
        frame.write_csv(path, separator="\t")
    elif ending == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    else:
        frame.write_parquet(path)
    return path


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".jsonl", ".parquet"])
def test_every_format_says_the_same(folder: Path, ending: str) -> None:
    path = written(folder, ending)
    joined = join_sidecar(read_sidecar(path), path, TRACK_OF)
    assert joined.metadata.to_dicts() == [
        {"track_id": "t1", "caption": "a calm piano", "year": 1979, "mood": "calm"},
        {"track_id": "t3", "caption": "loud drums", "year": None, "mood": "wild"},
    ]
    assert joined.warnings == ()


def side(folder: Path, text: str) -> pl.DataFrame:
    path = folder / "side.csv"
    path.write_text(text, encoding="utf-8")
    joined = join_sidecar(read_sidecar(path), path, {str(folder / "x" / "a.mp3"): "t1", **TRACK_OF})
    return joined.metadata


def test_paths_are_relative_to_the_side_file_or_a_unique_ending(folder: Path) -> None:
    assert side(folder, "path,n\nx/a.mp3,1\n./x/../x/a.mp3,2\n")["n"].to_list() == [1]
    assert side(folder, "path,n\na/two.mp3,1\n").to_dicts() == [{"track_id": "t2", "n": 1}]
    assert side(folder, "path,n\nelsewhere/a.mp3,1\na.mp3,2\n").to_dicts() == [{"track_id": "t1", "n": 2}]
    assert side(folder, "path,n\ntwo.mp3,1\n").is_empty()  # two files end so


def test_names_of_columns_and_types_of_tags_are_made_plain(folder: Path) -> None:
    found = side(folder, "\ufeffFile Name;Genre;Year;My Own! Column\nx/a.mp3; Rock ;1979-05-01;7\n")
    assert found.to_dicts() == [{"track_id": "t1", "genre": "Rock", "year": 1979, "my_own_column": 7}]


def test_lists_of_captions_become_one(folder: Path) -> None:
    path = folder / "side.jsonl"
    path.write_text(json.dumps({"path": "/m/a/one.mp3", "caption": ["one", "two"], "tags": ["a", "b"]}) + "\n")
    found = join_sidecar(read_sidecar(path), path, TRACK_OF).metadata
    assert found.to_dicts() == [{"track_id": "t1", "caption": "one; two", "tags": ["a", "b"]}]


def test_what_is_said_in_vain_is_told(folder: Path) -> None:
    path = folder / "side.jsonl"
    rows = [
        {"path": "/m/a/one.mp3", "duration_s": 3, "odd": {"a": 1}, "n": 1},
        {"path": "/copies/one.mp3", "duration_s": 3, "odd": {"a": 1}, "n": 2},
        {"path": "nowhere.mp3", "duration_s": 3, "odd": {"a": 1}, "n": 3},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    joined = join_sidecar(read_sidecar(path), path, TRACK_OF)
    assert joined.metadata.to_dicts() == [{"track_id": "t1", "n": 1}]
    assert [warning.partition("side.jsonl: ")[2] for warning in joined.warnings] == [
        "column duration_s left out, Segue measures it itself",
        "column odd left out, it has no plain values",
        "1 of 3 rows name no file that was scanned",
        "1 rows repeat a track; the first row of each counts",
    ]


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("side.parquet", b"PAR1 not really PAR1", "cannot be read"),
        ("side.parquet", b"", "cannot be read"),
        ("side.jsonl", b"{no json\n", "cannot be read"),
        ("side.csv", b"path,n\n\xff\xfe\xfa,1\n", "cannot be read"),
        ("side.csv", b"title,n\nx,1\n", "no column of paths; name one of title, n `path`"),
        ("side.csv", b"", "no column of paths"),
        ("side.xlsx", b"", "not one of .csv, .tsv, .jsonl, .ndjson, .parquet"),
    ],
)
def test_a_bad_side_file_is_one_clear_line(folder: Path, name: str, content: bytes, why: str) -> None:
    (folder / name).write_bytes(content)
    with pytest.raises(InputError, match=why) as caught:
        read_sidecar(folder / name)
    assert "\n" not in str(caught.value)


def test_a_missing_side_file_is_one_clear_line(folder: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_sidecar(folder / "side.csv")


def test_a_later_side_file_goes_before_an_earlier_one() -> None:
    old = pl.DataFrame({"track_id": ["a", "b"], "mood": ["calm", "wild"], "n": [1, 2], "key": ["C", "D"]})
    new = pl.DataFrame(
        {"track_id": ["b", "c"], "mood": [None, "sad"], "n": ["two", "three"], "more": [0.5, 1.5], "key": ["E", "F"]}
    )
    assert merge_metadata(old, new).to_dicts() == [
        {"track_id": "a", "mood": "calm", "key": "C", "n": None, "more": None},
        {"track_id": "b", "mood": "wild", "key": "E", "n": "two", "more": 0.5},
        {"track_id": "c", "mood": "sad", "key": "F", "n": "three", "more": 1.5},
    ]
