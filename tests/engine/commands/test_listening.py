"""`segue evaluate listens` on a small table, and what it says of tables it cannot use."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from engine.cli import app


def segue(*words):
    return CliRunner().invoke(app, ["evaluate", "listens", *map(str, words)])


@pytest.fixture
def table(tmp_path):
    """30 users of two tastes, each with 6 of 9 items of theirs."""
    rng = np.random.default_rng(0)
    lines = ["who,what,plays"]
    for user in range(30):
        lines += [f"u{user},i{item + 9 * (user % 2)},{item + 1}" for item in rng.choice(9, 6, replace=False)]
    path = tmp_path / "plays.csv"
    path.write_text("\n".join(lines))
    return path


def test_the_report_is_written_and_told(table, tmp_path):
    options = ("--user-column", "who", "--item-column", "what", "--hold-out", 1, "--k", 3)
    shown = segue(table, *options, "--out", tmp_path / "out")
    assert shown.exit_code == 0, shown.stderr
    assert "30 users asked about" in shown.stdout
    document = json.loads((tmp_path / "out" / "listens.json").read_text())
    assert document["settings"] == {"n_held_out": 1, "k": 3, "seed": 0, "n_resamples": 10_000}
    assert set(document["arms"]) == {"popularity", "item_knn_cosine", "item_knn_bm25", "als", "ease", "blend"}
    assert document["arms"]["ease"]["recall_3"] > document["arms"]["popularity"]["recall_3"]
    printed = segue(table, *options, "--out", tmp_path / "out", "--json")
    assert json.loads(printed.stdout) == document
    assert "recall@3" in (tmp_path / "out" / "listens.md").read_text()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "has no column for the user; there are who, what, plays: name it with --user-column"),
        (("--user-column", "who", "--item-column", "song"), "has no column 'song'"),
        (("--user-column", "who", "--item-column", "what"), "no user has 20 items left"),
        (("--user-column", "who", "--item-column", "what", "--hold-out", 1, "--k", 0), "k = 0 is too short"),
    ],
)
def test_what_cannot_be_done_is_one_line(table, tmp_path, options, message):
    result = segue(table, *options, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()
