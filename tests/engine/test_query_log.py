"""What is written down of searches, by one process or several, and what is read of it again."""

import fcntl
import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine import Engine, Query
from engine.query_log import Logged, QueryLog, old_log, read_log
from indexers.errors import InputError

LINE = Logged("2026-01-02T03:04:05.678+00:00", Query("rain", like=("abcdef",)), 5, 3, 1.5, ("aa", "bb"))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "queries.jsonl"


def logging_engine(library):
    settings = library / "segue.toml"
    settings.write_text(settings.read_text() + "log = true\n")  # [search] comes last
    return Engine.open(library)


def test_nothing_is_logged_unless_wanted(library):
    Engine.open(library).search(Query(text="rain"), 3)
    assert not (library / "queries.jsonl").exists()


def test_an_answered_search_is_one_line(library):
    engine = logging_engine(library)
    answer = engine.search(Query(text="rain", tags=("harp",), where="year IS NULL"), 3)
    (line,) = (library / "queries.jsonl").read_text().splitlines()
    table = json.loads(line)
    assert list(table) == ["time", "query", "k", "generation", "latency_ms", "track_ids"]
    assert table["query"] == answer.query.as_json()
    assert table["track_ids"] == [result.track_id for result in answer.results]
    assert (table["k"], table["generation"]) == (3, 1)
    assert table["latency_ms"] == pytest.approx(answer.latency_ms, abs=1e-3)
    assert table["time"].startswith("20")
    assert table["time"].endswith("+00:00")
    assert "log" not in answer.settings
    (logged,) = read_log(library / "queries.jsonl")
    assert logged.query == answer.query
    assert logged.as_json() == table


def test_a_search_that_was_not_answered_is_not_logged(library):
    engine = logging_engine(library)
    with pytest.raises(InputError):
        engine.search(Query(like=("ffffff",)))
    assert not (library / "queries.jsonl").exists()


def test_paths_are_logged_so_that_they_can_be_asked_for_from_elsewhere(library, music, monkeypatch):
    engine = logging_engine(library)
    monkeypatch.chdir(music / "high")
    liked = engine.refresh().generation.tracks["track_id"][0][:8]
    engine.search(Query(sound="../low/deep tone.wav", like=("whistle.wav", liked), unlike=("shrill whistle.flac",)), 3)
    (logged,) = read_log(library / "queries.jsonl")
    assert logged.query.as_json()["sound"] == str(music / "high" / ".." / "low" / "deep tone.wav")
    assert logged.query.like == (str(music / "high" / "whistle.wav"), liked)
    assert logged.query.unlike == (str(music / "high" / "shrill whistle.flac"),)


def test_a_log_that_cannot_be_written_is_told_once_and_disturbs_nothing(library, caplog):
    engine = logging_engine(library)
    (library / "queries.jsonl").mkdir()
    with caplog.at_level(logging.WARNING):
        answers = [engine.search(Query(text="rain"), 3) for _ in range(3)]
    assert all(len(answer.results) == 3 for answer in answers)
    (warning,) = caplog.messages
    assert "searches are not logged: cannot write" in warning
    assert "queries.jsonl" in warning


def test_only_the_owner_may_read_it(path):
    QueryLog(path).append(LINE)
    assert path.stat().st_mode & 0o077 == 0


def test_a_log_that_is_too_long_becomes_the_old_one(path):
    QueryLog(path).append(LINE)
    line_bytes = path.stat().st_size
    log = QueryLog(path, limit_bytes=3 * line_bytes)
    for _ in range(2):
        log.append(LINE)
    assert path.stat().st_size == 3 * line_bytes  # just what may be
    assert not old_log(path).exists()
    log.append(LINE)
    assert (len(read_log(path)), len(read_log(old_log(path)))) == (1, 3)
    for _ in range(4):
        log.append(LINE)
    assert (len(read_log(path)), len(read_log(old_log(path)))) == (2, 3)
    assert sorted(file.name for file in path.parent.iterdir()) == ["queries.jsonl", "queries.jsonl.1"]


def test_a_line_longer_than_the_log_may_be_is_kept(path):
    log = QueryLog(path, limit_bytes=10)
    log.append(LINE)
    assert read_log(path) == [LINE]
    assert not old_log(path).exists()


WRITER = """
import sys
from dataclasses import replace
from pathlib import Path
from engine.query import Query
from engine.query_log import Logged, QueryLog
log = QueryLog(Path(sys.argv[1]), int(sys.argv[2]))
for number in range(150):
    log.append(Logged("2026", Query(f"{sys.argv[3]} {number} " + "x" * (7 * number)), 5, 3, 1.5, ("aa",)))
"""


@pytest.mark.parametrize(("limit_bytes", "kept"), [(10_000_000, 600), (400_000, 600), (60_000, 0)])
def test_several_processes_write_whole_lines(path, limit_bytes, kept):
    root = Path(__file__).parents[2]
    words = [sys.executable, "-c", WRITER, str(path), str(limit_bytes)]
    writers = [subprocess.Popen([*words, str(number)], cwd=root) for number in range(4)]
    assert [writer.wait(timeout=120) for writer in writers] == [0] * 4
    files = [file for file in (old_log(path), path) if file.exists()]
    lines = [line for file in files for line in file.read_text().split("\n") if line]
    texts = [json.loads(line)["query"]["text"].split() for line in lines]
    assert all(len(rest[0]) == 7 * int(number) for _, number, *rest in texts if rest)  # no line within another
    assert len({(writer, number) for writer, number, *_ in texts}) == len(lines) >= kept
    assert len(files) == (1 if limit_bytes > 1_000_000 else 2)
    assert path.stat().st_size <= limit_bytes


def test_what_a_crash_cut_short_is_passed_over(path):
    log = QueryLog(path)
    log.append(LINE)
    whole = path.read_bytes()
    for length in (1, 5, 30, len(whole) - 2):
        path.write_bytes(whole + whole[:length])
        assert read_log(path) == [LINE]
        log.append(LINE)  # on a line of its own
        assert read_log(path) == [LINE, LINE]


def test_a_full_disk_spoils_no_later_line(path, monkeypatch, caplog):
    log, write = QueryLog(path), os.write
    monkeypatch.setattr(os, "write", lambda handle, content: write(handle, content[:40]))
    log.append(LINE)
    monkeypatch.undo()
    assert "the disk is full" in caplog.text
    log.append(LINE)
    assert read_log(path) == [LINE]


def test_another_process_that_rotates_just_now_is_left_to_it(path):
    QueryLog(path).append(LINE)
    with path.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        QueryLog(path, limit_bytes=10).append(LINE)
    assert len(read_log(path)) == 2
    assert not old_log(path).exists()


def test_what_another_process_rotated_a_moment_ago_is_not_rotated_again(path, monkeypatch):
    for _ in range(3):
        QueryLog(path).append(LINE)
    lock = fcntl.flock

    def too_late(handle, how):
        path.rename(old_log(path))  # between our look at the size and our lock
        QueryLog(path).append(LINE)
        return lock(handle, how)

    monkeypatch.setattr(fcntl, "flock", too_late)
    QueryLog(path, limit_bytes=10).append(LINE)
    assert (len(read_log(old_log(path))), len(read_log(path))) == (3, 2)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("slow piano\nrain\n", "line 1: this is no line of a log"),
        ('{"a": 1}\n', "line 1: this is no line of a log"),
        ("[1, 2]", "line 1: this is no line of a log"),
        (json.dumps(LINE.as_json() | {"k": "five"}), "line 1: this is no line of a log"),
        (json.dumps(LINE.as_json()) + "\nnot JSON\n", "line 2: this is no line of a log"),
        (json.dumps(LINE.as_json() | {"query": {"text": "rain"}}), "line 1: a query has text, sound, like"),
        (json.dumps(LINE.as_json() | {"query": Query().as_json() | {"text": 1}}), "line 1: a query is made of texts"),
        (json.dumps(LINE.as_json() | {"query": Query().as_json() | {"like": "ab"}}), "line 1: the lists of a query"),
    ],
)
def test_what_is_no_log_is_one_line(path, content, message):
    path.write_text(content)
    with pytest.raises(InputError, match=message) as caught:
        read_log(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_log_says_how_to_have_one(path):
    with pytest.raises(InputError, match=r"no log of queries at .*: set log = true under \[search\]"):
        read_log(path)
    path.write_text("")
    assert read_log(path) == []
