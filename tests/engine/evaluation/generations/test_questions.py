"""What generations are asked: logs of queries, and texts."""

import json

import pytest

from engine.evaluation.generations.questions import library_log, read_questions
from engine.query import Query
from engine.query_log import Logged, old_log
from indexers.errors import InputError


def log_of(*texts):
    lines = (Logged("2026", Query(text), 5, 1, 1.0, ()).as_json() for text in texts)
    return "".join(json.dumps(line) + "\n" for line in lines)


def texts(questions):
    return [query.text for query in questions.queries]


def test_a_text_is_one_query_a_line(tmp_path):
    path = tmp_path / "asked.txt"
    path.write_bytes("\ufeff  slow piano \r\n\nrain\n".encode())
    assert read_questions([path], 9).queries == (Query("slow piano"), Query("rain"))


def test_each_query_is_asked_once_and_the_newest_stay(tmp_path):
    path = tmp_path / "queries.jsonl"
    path.write_text(log_of("rain", "choir", "rain", "drums", "rain"))
    questions = read_questions([path], 9)
    assert texts(questions) == ["choir", "drums", "rain"]
    assert (questions.n_read, questions.sources) == (5, (path,))
    assert texts(read_questions([path], 2)) == ["drums", "rain"]


def test_the_older_part_of_a_log_comes_first(tmp_path):
    path = tmp_path / "queries.jsonl"
    path.write_text(log_of("new"))
    assert texts(read_questions(library_log(path), 9)) == ["new"]
    old_log(path).write_text(log_of("old"))
    assert texts(read_questions(library_log(path), 9)) == ["old", "new"]
    assert texts(read_questions(library_log(path), 1)) == ["new"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no query in .*: set log = true"),
        (b" \n\n", "no query in"),
        (b'{"half": ', "line 1: this is no line of a log"),
        (b"\xff\xfe\x00r", "neither a log of queries nor UTF-8 text: write one query a line"),
    ],
)
def test_what_cannot_be_asked_is_one_line(tmp_path, content, message):
    path = tmp_path / "asked"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_questions([path], 9)
    with pytest.raises(InputError, match=r"no queries at .*/gone \(No such file or directory\): set log = true"):
        read_questions([tmp_path / "gone"], 9)
