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


def test_texts_alone_make_a_manifest_and_play_no_scores(tmp_path: Path) -> None:
    said = tmp_path / "said.jsonl"
    said.write_text(json.dumps({"text": "a dog barks loudly", "rewrites": ["loud barking"]}), encoding="utf-8")
    made = invoke("--out", str(tmp_path / "out"), "--texts", str(said), "--licence", "CC0")
    assert made.exit_code == 0, made.output
    assert "0 clips and 0 long tracks, 0.0 hours, 1 groups of texts" in made.stdout
    row = json.loads((tmp_path / "out" / "pairs.jsonl").read_text(encoding="utf-8"))
    assert (row["kind"], row["licence"], row["source"]) == ("text", "CC0", "said")
    assert "audio" not in row


def test_sources_in_a_file_and_mistakes_in_it(tmp_path: Path) -> None:
    (tmp_path / "said.csv").write_text("group,text\n1,a dog barks\n1,barking of a dog\n", encoding="utf-8")
    sources = tmp_path / "sources.toml"
    sources.write_text('[[texts]]\npath = "said.csv"\nsplit = "test"\n', encoding="utf-8")
    made = invoke("--out", str(tmp_path / "out"), "--sources", str(sources), "--json")
    document = json.loads(made.stdout)
    assert (document["texts"], document["pairs"]["test"]) == (1, 1)
    sources.write_text('[[texts]]\npath = "said.csv"\nside = "test"\n', encoding="utf-8")
    wrong = invoke("--out", str(tmp_path / "out"), "--sources", str(sources))
    assert wrong.exit_code == 1
    assert wrong.stderr.count("\n") == 1
    assert "unknown setting 'texts.side'" in wrong.stderr


def test_audio_that_is_not_there_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGUE_MODELS", str(tmp_path / "models"))
    without = invoke("--out", str(tmp_path / "out"), "--audio", str(tmp_path))
    assert without.exit_code == 1
    assert without.stderr.count("\n") == 1
    assert "segue models pull text" in without.stderr
    assert not (tmp_path / "out" / "pairs.jsonl").exists()


def test_a_pattern_for_folds_needs_a_group(tmp_path: Path) -> None:
    wrong = invoke("--out", str(tmp_path / "out"), "--audio", str(tmp_path), "--fold", "1-")
    assert wrong.exit_code == 1
    assert "it has no group" in wrong.stderr


@pytest.mark.parametrize("arguments", [("--clips", "-1"), ("--workers", "0"), ("--clip", "3")])
def test_usage(arguments: tuple[str, ...]) -> None:
    assert invoke(*arguments).exit_code == 2
