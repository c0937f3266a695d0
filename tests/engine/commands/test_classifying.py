"""`segue classify` as a user runs it."""

import json

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from engine.cli import app

RATE = 16_000


def invoke(*arguments):
    return CliRunner().invoke(app, ["classify", *map(str, arguments)])


@pytest.fixture
def tones(tmp_path):
    at_s = np.arange(5 * RATE) / RATE
    for name, hz in (("deep", 150), ("high", 7_700)):
        soundfile.write(tmp_path / f"{name}.wav", 0.4 * np.sin(2 * np.pi * hz * at_s), RATE)
    return tmp_path


def test_files_are_labelled_as_json(tones):
    done = invoke(
        tones / "deep.wav", tones / "high.wav", "--labels", "band0, band7", "--encoder", "fake-joint", "--json"
    )
    assert done.exit_code == 0, done.stderr
    document = json.loads(done.stdout)
    assert [one["labels"][0]["label"] for one in document["files"]] == ["band0", "band7"]
    assert document["failed"] == {}


def test_for_people(tones):
    (tones / "labels.txt").write_text("band0\nband7\n")
    done = invoke(tones / "deep.wav", "--labels-file", tones / "labels.txt", "--encoder", "fake-joint")
    assert "deep.wav: band0, most at 0:0" in done.stdout
    assert "Nobody described 'band0', 'band7'" in done.stdout
    assert "a score is cosine" in done.stdout


def test_a_file_that_is_no_sound_keeps_none_from_its_labels(tones):
    (tones / "text.wav").write_text("no sound")
    done = invoke(
        tones / "text.wav", tones / "high.wav", "--labels", "band0,band7", "--encoder", "fake-joint", "--json"
    )
    assert done.exit_code == 1
    document = json.loads(done.stdout)
    assert [one["labels"][0]["label"] for one in document["files"]] == ["band7"]
    assert list(document["failed"]) == [str(tones / "text.wav")]
    assert "1 of 2 files have no label: text.wav" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "give either --labels"),
        (("--labels", " "), "give either --labels"),
        (("--labels", "a, b", "--labels-file", "x"), "give either --labels"),
        (("--labels", "dog"), "a single label, 'dog'"),
        (("--labels", ",,"), "no labels"),
        (("--labels-file", "none.txt"), "labels cannot be read from none.txt"),
        (("--labels", "a, b", "--prompts", "poem"), "no prompts 'poem'"),
        (("--labels", "a, b", "--encoder", "nonsense"), "no encoder 'nonsense'"),
        (("--labels", "a, b", "--descriptions", "none.json"), "none.json cannot be read"),
    ],
)
def test_a_bad_request_is_one_line(tones, options, told):
    done = invoke(tones / "deep.wav", *options)
    assert done.exit_code == 1
    assert done.stdout == ""
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
