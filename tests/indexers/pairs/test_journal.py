"""A journal that a kill may cut anywhere."""

from pathlib import Path

from indexers.pairs.journal import append_journal, read_journal


def test_lines_cut_short_are_passed_over_and_written_after(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "made.jsonl"
    append_journal(path, {"name": "a", "value": 1})
    with path.open("a") as stream:
        stream.write('{"name": "b", "val')
    append_journal(path, {"name": "c", "value": 3})
    append_journal(path, {"name": "a", "value": 4})
    assert read_journal(path) == {"a": {"name": "a", "value": 4}, "c": {"name": "c", "value": 3}}


def test_no_journal_is_empty(tmp_path: Path) -> None:
    assert read_journal(tmp_path / "none.jsonl") == {}
