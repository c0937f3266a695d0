"""`segue train collap` and `segue evaluate longform`, and what was learnt in a library."""

import json

import numpy as np
import pytest
import soundfile
import torch
from typer.testing import CliRunner

from engine.cli import app
from indexers.encoders.clap.network import Towers
from indexers.encoders.clap.settings import ClapSettings
from indexers.encoders.clap.storage import stored_of, write_towers
from indexers.encoders.collap import settings
from indexers.encoders.collap.training import learn

runner = CliRunner()
RATE, LENGTH_S = 16_000, 14.0


def invoke(*arguments):
    return runner.invoke(app, list(map(str, arguments)))


@pytest.fixture
def sounds(tmp_path, monkeypatch):
    """Seven tracks of fourteen seconds with a manifest, and towers of clap at random; a handful is enough."""
    monkeypatch.setattr(learn, "FEWEST", 3)
    monkeypatch.setattr(learn, "FEWEST_HELD_OUT", 2)
    monkeypatch.setattr(settings.CollapSettings.model_fields["epochs"], "default", 2)
    settings.CollapSettings.model_rebuild(force=True)
    rng, at_s = np.random.default_rng(1), np.arange(int(LENGTH_S * RATE)) / RATE
    (tmp_path / "music").mkdir()
    rows = []
    for number in range(7):
        tone = np.sin(2 * np.pi * 220 * 2 ** (number / 3) * at_s)
        sound = 0.3 * np.where(at_s < 7, tone, 0.5 * rng.normal(size=len(at_s)))
        soundfile.write(tmp_path / "music" / f"{number:02}.wav", sound.astype(np.float32), RATE)
        text = f"From 0:00 to 0:07 a pure tone of pitch {number} sounds. From 0:07 to 0:14 there is noise."
        split = "train" if number < 3 else "validation" if number < 5 else "test"
        row = {"audio": f"music/{number:02}.wav", "text": text, "split": split, "kind": "long"}
        row["facts"] = {"sections": [{"start_s": 0, "end_s": 7}, {"start_s": 7, "end_s": 14}]}
        rows.append({**row, "rewrites": [f"a tone {number}, then noise"]})
    (tmp_path / "pairs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    torch.manual_seed(3)
    chosen = ClapSettings(content=24, order=8, hidden=16, layers=1, heads=2, text_hidden=16)
    write_towers(tmp_path / "clap", stored_of(Towers(chosen), chosen, {}))
    yield tmp_path
    monkeypatch.undo()
    settings.CollapSettings.model_rebuild(force=True)


@pytest.mark.usefixtures("model_store")
def test_what_was_learnt_is_evaluated_and_searches_a_library(sounds):
    asked = ("train", "collap", "--pairs", sounds / "pairs.jsonl", "--clap", f"clap:{sounds / 'clap'}")
    trained = invoke(*asked, "--out", sounds / "collap", "--workers", 1, "--json")
    assert trained.exit_code == 0, trained.output
    card = json.loads(trained.stdout)
    assert card["data"]["tracks"] == {"train": 3, "validation": 2, "test": 2}
    assert card["command"] == "segue train collap --pairs pairs.jsonl --clap clap:clap --out collap"
    assert card["base"]["name"] == "clap:../clap"
    name = f"collap:{sounds / 'collap'}"
    longform = ("evaluate", "longform", "--pairs", sounds / "pairs.jsonl", "--encoder", name, "--workers", 1)
    found = json.loads(invoke(*longform, "--json").stdout)
    assert found["pool"]["tracks"] == 2
    assert set(found["windows"]) == {"12", "all"}
    kinds = found["windows"]["12"]
    assert {kind: figures["texts"] for kind, figures in kinds.items()} == {
        "captions": 2,
        "captions without clocks": 2,
        "summaries": 2,
        "single sections": 4,
    }
    assert kinds["captions"]["arms"]["fused"]["text to track"]["recall@10"] == [1, 1, 1]
    assert kinds["single sections"]["when"]["texts"] == 4
    shown = invoke(*longform, "--windows", 3)
    assert "fused over mean pooling, text to track, recall@10: +0.0%" in shown.stdout
    library = sounds / "library"
    assert invoke("scan", sounds / "music", "--library", library).exit_code == 0
    with (library / "segue.toml").open("a") as stream:
        stream.write(f"\n[analysis]\njoint = [{json.dumps(name)}]\n")
    rebuilt = invoke("rebuild", "--library", library)
    if rebuilt.exit_code:  # towers at random may well be collapsed: the doctor says so
        assert "encoder collap:" in rebuilt.stderr
        return
    results = json.loads(invoke("search", "a pure tone", "--library", library, "--json").stdout)["results"]
    assert any(name in result["arms"] for result in results)


@pytest.mark.usefixtures("model_store")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("train", "collap", "--clap", "clap:towers", "--out", "x"), "is no absolute path"),
        (("train", "collap", "--clap", "clap:/nowhere", "--out", "x"), "no towers of clap at /nowhere"),
        (("train", "collap", "--clap", "fake-joint", "--out", "x"), "fake-joint is none: name one"),
        (("evaluate", "longform", "--encoder", "clap"), "not collap: and an absolute path"),
        (("evaluate", "longform", "--encoder", "collap:/nowhere"), "no collap at /nowhere: make it with"),
    ],
)
def test_what_makes_no_sense_is_one_clear_line(sounds, words, told):
    failed = invoke(*words, "--pairs", sounds / "pairs.jsonl")
    assert failed.exit_code == 1
    assert told in failed.stderr
    assert failed.stderr.count("\n") == 1
