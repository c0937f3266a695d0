"""`segue train pairs`: real scores in a process of its own, and manifests written by hand."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.cli import app

runner = CliRunner()


def invoke(*arguments: str):
    return runner.invoke(app, ["train", "pairs", *arguments])


def written(folder: Path, *rows: dict[str, object]) -> str:
    path = folder / "by-hand.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def test_pairs_of_the_corpus_are_made_and_pass_the_check(tmp_path: Path) -> None:
    made = invoke("--out", str(tmp_path / "pairs"), "--clips", "3", "--long", "0", "--workers", "1", "--json")
    assert made.exit_code == 0, made.output
    document = json.loads(made.stdout)
    assert (document["clips"], document["longs"]) == (3, 0)
    checked = invoke("--check", document["manifest"])
    assert "3 clips and 0 long tracks" in checked.stdout
    assert "train" in checked.stdout


def test_a_manifest_by_hand(tmp_path: Path) -> None:
    (tmp_path / "dog.wav").write_text("sound")
    row = {"audio": "dog.wav", "text": "a dog barks", "split": "train"}
    found = invoke("--check", written(tmp_path, row), "--json")
    assert json.loads(found.stdout)["pairs"] == {"train": 1, "validation": 0, "test": 0}


def test_missing_audio_and_leaks_are_one_clear_error(tmp_path: Path) -> None:
    row = {"audio": "dog.wav", "text": "a dog barks", "split": "train"}
    missing = invoke("--check", written(tmp_path, row))
    assert missing.exit_code == 1
    assert missing.stderr.count("\n") == 1
    assert "1 of 1 audio files are missing" in missing.stderr
    (tmp_path / "dog.wav").write_text("sound")
    leaking = invoke("--check", written(tmp_path, row, row | {"split": "test"}))
    assert leaking.exit_code == 1
    assert "1 of 1 tunes are on more than one side of the split" in leaking.stderr


@pytest.mark.parametrize("arguments", [("--clips", "-1"), ("--workers", "0"), ("--clip", "3")])
def test_usage(arguments: tuple[str, ...]) -> None:
    assert invoke(*arguments).exit_code == 2
