"""Accuracy by hand: sources, answers, figures, captions and the command."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from engine.cli import app
from engine.evaluation.zeroshot.captions import captions_found, first_places
from engine.evaluation.zeroshot.report import as_json, as_markdown, confusion, majority
from engine.evaluation.zeroshot.run import Answers, ZeroShotResult, evaluate_zero_shot, hear_all
from engine.evaluation.zeroshot.sources import Labelled, label_of, read_labelled
from engine.zeroshot.scorers import JointScorer
from indexers.encoders.prompts import Way
from indexers.errors import InputError
from indexers.testing import FakeEncoder, FakeJointEncoder

RATE = 16_000
TONES = {"001 - band0": (120, 200, 300), "002 - band7": (7_300, 7_700)}


@pytest.fixture
def sounds(tmp_path):
    """Three deep tones and two high ones, in folders named by the band they lie in."""
    at_s = np.arange(4 * RATE) / RATE
    for folder, tones in TONES.items():
        (tmp_path / "sounds" / folder).mkdir(parents=True)
        for hz in tones:
            soundfile.write(tmp_path / "sounds" / folder / f"{hz}.wav", 0.4 * np.sin(2 * np.pi * hz * at_s), RATE)
    return tmp_path / "sounds"


def result(truth, said):
    items = tuple(Labelled(Path(f"{row}.wav"), "ab"[label]) for row, label in enumerate(truth))
    answers = tuple(Answers("fake", way, np.array(one)) for way, one in said.items())
    return ZeroShotResult(items, ("a", "b"), np.array(truth), answers, {}, ())


def test_folders_are_labels(sounds):
    (sounds / "001 - band0" / "notes.txt").write_text("no sound")
    found = read_labelled(sounds)
    assert [one.label for one in found] == ["band0"] * 3 + ["band7"] * 2
    assert label_of("17_door_knock") == "door knock"
    assert label_of("808") == "808"


def test_manifests_are_read_relative_to_themselves(tmp_path):
    (tmp_path / "m.csv").write_text("file,label\na.wav,dog\nb.wav, rain \n")
    (tmp_path / "m.jsonl").write_text('{"file": "a.wav", "label": "dog"}\n\n{"file": "b.wav", "label": "rain"}\n')
    wanted = (Labelled(tmp_path / "a.wav", "dog"), Labelled(tmp_path / "b.wav", "rain"))
    assert read_labelled(tmp_path / "m.csv") == read_labelled(tmp_path / "m.jsonl") == wanted


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("m.csv", "path,label\na,b\n", "row 1 has no file"),
        ("m.csv", "file,label\na,dog\nb,dog\n", "2 sounds of 1 labels"),
        ("m.jsonl", "{", "cannot be read"),
        ("m.jsonl", "[1]\n", "no JSON objects"),
        ("m.jsonl", "", "0 sounds of 0 labels"),
    ],
)
def test_a_bad_manifest_is_one_line(tmp_path, name, text, told):
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=told):
        read_labelled(tmp_path / name)
    with pytest.raises(InputError, match="cannot be read"):
        read_labelled(tmp_path / "none.csv")


def test_figures_are_counted_by_hand():
    found = result([0, 0, 0, 1], {Way.NAME: [0, 1, 1, 1], Way.DESCRIBED: [0, 0, 0, 0]})
    document = as_json(found)
    assert [one["accuracy"] for one in document["figures"]] == [0.5, 0.75]
    low, high = document["figures"][0]["interval"]
    assert 0.0 <= low < 0.5 < high <= 1.0
    assert document["baselines"] == {"majority": 0.75, "chance": 0.5}
    assert document["best"]["prompts"] == "described"
    assert confusion(found, found.answers[0]) == [[1, 2], [0, 1]]
    assert majority(np.array([2, 2, 0])) == pytest.approx(2 / 3)
    assert "| fake | 0.500 [" in as_markdown(document)


def test_a_part_keeps_its_answers():
    part = result([0, 1, 1], {Way.NAME: [0, 0, 1]}).part(lambda path: path.name != "1.wav")
    assert part.right(part.answers[0]).tolist() == [True, True]
    assert len(part.items) == 2


def test_sounds_are_labelled_right_and_broken_ones_named(sounds):
    (sounds / "001 - band0" / "broken.wav").write_text("no sound")
    told = []
    hearing = hear_all(read_labelled(sounds), [FakeEncoder()], lambda *step: told.append(step))
    assert [Path(path).name for path in hearing.refused] == ["broken.wav"]
    assert told[-1] == ("listening", 6, 6)
    found = evaluate_zero_shot(hearing, [JointScorer(FakeJointEncoder())])
    assert [one.way for one in found.answers] == list(Way)
    assert all(found.right(one).all() for one in found.answers)


def test_mostly_broken_sounds_are_refused(tmp_path):
    items = [Labelled(tmp_path / "none.wav", "a")] * 3
    with pytest.raises(InputError, match="3 of 3 files cannot be heard"):
        hear_all(items, [FakeEncoder()], lambda *_: None)


def test_first_places_by_hand():
    scores = np.array([[0.9, 0.1, 0.3, 0.2], [0.2, 0.8, 0.1, 0.1]], dtype=np.float32)
    found = first_places(scores, np.array([0, 0, 1, 1]))
    assert found.text_to_audio == 0.25
    assert found.audio_to_text == 0.5  # the second sound's best caption is the first one's
    assert (found.chance_text_to_audio, found.chance_audio_to_text) == (0.5, 0.5)


def test_captions_find_their_sounds(sounds):
    scorer = JointScorer(FakeJointEncoder())
    items = [Labelled(sounds / "001 - band0" / "120.wav", "x"), Labelled(sounds / "002 - band7" / "7700.wav", "x")]
    heard = hear_all(items, [FakeEncoder()], lambda *_: None).heard
    found = captions_found(scorer, heard, [["band0", "band0 band0 band1"], ["band7", "band7 band6"]])
    assert (found.text_to_audio, found.audio_to_text) == (1.0, 1.0)
    with pytest.raises(InputError, match="give each sound one or more"):
        captions_found(scorer, heard, [["band0"], []])


def test_the_command_writes_its_report(sounds, tmp_path):
    out = tmp_path / "report"
    done = CliRunner().invoke(
        app, ["evaluate", "zeroshot", str(sounds), "--encoder", "fake-joint", "--out", str(out), "--json"]
    )
    assert done.exit_code == 0, done.stderr
    document = json.loads(done.stdout)
    assert document == json.loads((out / "zeroshot.json").read_text())
    assert [one["accuracy"] for one in document["figures"]] == [1.0, 1.0, 1.0]
    assert document["baselines"]["majority"] == 0.6
    assert "Confusion of fake-joint" in (out / "zeroshot.md").read_text()
    shown = CliRunner().invoke(app, ["evaluate", "zeroshot", str(sounds), "--encoder", "fake-joint"])
    assert "5 files of 2 labels; majority 0.600, chance 0.500" in shown.stdout
