"""`segue train clap`, and the towers it made in a library: trained, rebuilt with, and searched by."""

import json

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from engine.cli import app
from indexers.encoders.clap.training import learn

runner = CliRunner()
RATE = 16_000


def invoke(*arguments):
    return runner.invoke(app, list(map(str, arguments)))


@pytest.fixture
def sounds(tmp_path, monkeypatch):
    """Twelve files of four seconds, tones and noises in turn, with a manifest; a handful of clips is enough."""
    monkeypatch.setattr(learn, "FEWEST", 5)
    monkeypatch.setattr(learn, "FEWEST_HELD_OUT", 2)
    rng, at_s = np.random.default_rng(1), np.arange(4 * RATE) / RATE
    folder = tmp_path / "music"
    folder.mkdir()
    rows = []
    for number in range(12):
        tone = np.sin(2 * np.pi * 220 * 2 ** (number / 3) * at_s)
        sound = 0.3 * (tone if number % 2 else 0.5 * rng.normal(size=len(at_s)))
        soundfile.write(folder / f"{number:02}.wav", sound.astype(np.float32), RATE)
        split = "train" if number < 8 else "validation" if number < 10 else "test"
        text = "a pure tone" if number % 2 else "loud noise"
        rows.append({"audio": f"music/{number:02}.wav", "text": f"{text} {number}", "split": split})
    (tmp_path / "pairs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


@pytest.mark.usefixtures("model_store")
def test_towers_are_trained_and_search_a_library_that_is_not_heard_again(sounds):
    trained = invoke(
        "train", "clap", "--pairs", sounds / "pairs.jsonl", "--out", sounds / "clap", "--workers", 1, "--json"
    )
    assert trained.exit_code == 0, trained.output
    card = json.loads(trained.stdout)
    assert card["figures"]["test"]["pool"] == 2
    assert str(sounds) not in card["command"]
    library = sounds / "library"
    assert invoke("scan", sounds / "music", "--library", library).exit_code == 0
    assert invoke("rebuild", "--library", library).exit_code == 0
    name = f"clap:{sounds / 'clap'}"
    with (library / "segue.toml").open("a") as stream:
        stream.write(f"\n[analysis]\njoint = [{json.dumps(name)}]\n")
    planned = json.loads(invoke("rebuild", "--library", library, "--dry-run", "--json").stdout)
    assert set(planned["owed"].values()) == {0}
    rebuilt = invoke("rebuild", "--library", library)
    assert rebuilt.exit_code == 0, rebuilt.stderr
    found = json.loads(invoke("search", "a pure tone", "--library", library, "--json").stdout)
    assert any(name in result["arms"] for result in found["results"])


def test_what_cannot_be_learnt_from_is_one_clear_line(sounds, tmp_path):
    for manifest, told in ((tmp_path / "none.jsonl", "cannot be read"), (sounds / "broken.jsonl", "is not JSON")):
        (sounds / "broken.jsonl").write_text("no pair\n")
        failed = invoke("train", "clap", "--pairs", manifest, "--out", tmp_path / "clap")
        assert failed.exit_code == 1
        assert failed.stderr.count("\n") == 1
        assert told in failed.stderr


@pytest.mark.usefixtures("model_store")
def test_the_towers_that_ship_can_be_taught_more(sounds):
    arguments = ("train", "clap", "--pairs", sounds / "pairs.jsonl", "--out", sounds / "more", "--workers", 1, "--json")
    trained = invoke(*arguments, "--from", "clap", "--minutes", 0.1)
    assert trained.exit_code == 0, trained.output
    card = json.loads(trained.stdout)
    assert card["data"]["started_from"]["command"].startswith("segue train clap")
    assert card["settings"]["content"] == 384
    refused = invoke(*arguments, "--from", sounds / "nowhere")
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
    assert "no towers of clap" in refused.stderr
