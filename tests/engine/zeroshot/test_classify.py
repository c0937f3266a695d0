"""A file in, labels out: with the fake joint encoder, by the norm of a library, and with real weights."""

import json

import numpy as np
import pytest
import soundfile

from engine import Asked, Classifier, classify
from engine.build import Models, zero_shot
from engine.query import Span
from engine.zeroshot.hearing import hear_file
from indexers.encoders.taggram import Taggram, class_names, clip_evidence
from indexers.errors import ConfigError, LibraryError, MediaError, QueryError
from indexers.testing import FakeEncoder, FakeTextEncoder

RATE = 16_000
JOINT = Asked(encoder="fake-joint", prompts="name")


def write(path, *tones, seconds=4.0):
    """A file of tones one after the other."""
    at_s = np.arange(int(seconds * RATE)) / RATE
    soundfile.write(path, np.concatenate([0.4 * np.sin(2 * np.pi * hz * at_s) for hz in tones]), RATE)
    return path


def test_the_label_that_fits_comes_first_with_the_span_where_it_fits_most(tmp_path):
    found = classify(write(tmp_path / "a.wav", 7_700, 7_700, 150), ["band0", "band7", "band3"], JOINT)
    assert [one.label for one in found.labels][:2] == ["band7", "band0"]
    assert [one.score for one in found.labels] == sorted((one.score for one in found.labels), reverse=True)
    assert found.match.end_s <= 8.0
    assert (found.encoder, found.prompts, found.unit) == ("fake-joint", "name", "cosine")
    assert found.duration_s == pytest.approx(12.0)
    deep = classify(tmp_path / "a.wav", ["band0", "xyz"], JOINT)
    assert deep.match.start_s >= 7.5
    assert json.loads(json.dumps(deep.as_json()))["match"]["start_s"] == deep.match.start_s


def test_a_file_shorter_than_a_window_is_marked(tmp_path):
    found = classify(write(tmp_path / "a.wav", 150, seconds=1.25), ["band0", "band7"], JOINT)
    assert found.match == Span(0.0, 1.25, short=True)
    assert found.best.label == "band0"


def test_descriptions_of_a_user_reach_the_encoder(tmp_path):
    path, own = write(tmp_path / "a.wav", 7_700), tmp_path / "own.json"
    own.write_text(json.dumps({"rumble": ["band0"] * 3, "whistle": ["band7 band7 band7"]}))
    found = classify(path, ["rumble", "whistle"], Asked("fake-joint", descriptions=own))
    assert found.best.label == "whistle"
    assert found.notes == ()
    ontology = tmp_path / "ontology.json"
    ontology.write_text(json.dumps([{"name": "Zorp", "description": "band7 band7"}]))
    assert classify(path, ["zorp", "band0"], Asked("fake-joint", ontology=ontology)).best.label == "zorp"


def test_labels_are_noted_and_refused(tmp_path):
    path = write(tmp_path / "a.wav", 150)
    found = classify(path, ["band0", "Band0", "собака"], Asked("fake-joint"))
    assert len(found.labels) == 2
    assert len(found.notes) == 3
    with pytest.raises(QueryError, match="a single label"):
        classify(path, ["band0"], JOINT)
    with pytest.raises(QueryError, match="labels are one text"):
        classify(path, "dog, rain", JOINT)


def test_what_cannot_be_heard_is_one_line(tmp_path):
    classifier = Classifier.open(["band0", "band7"], JOINT)
    (tmp_path / "text.wav").write_text("no sound")
    soundfile.write(tmp_path / "silent.wav", np.zeros(RATE * 4), RATE)
    for name, told in (("none.wav", "no sound file"), ("text.wav", "not a media file"), ("silent.wav", "is silent")):
        with pytest.raises(MediaError, match=told):
            classifier.classify(tmp_path / name)


@pytest.mark.parametrize("encoder", ["nonsense", "clap:relative", "fake-joint+taggram+nonsense"])
def test_an_unknown_encoder_is_one_line(encoder):
    with pytest.raises(ConfigError):
        Classifier.open(["dog", "rain"], Asked(encoder))


def test_an_unknown_way_and_a_library_that_is_none_are_one_line(tmp_path):
    with pytest.raises(ConfigError, match="no prompts 'poem'"):
        Classifier.open(["dog", "rain"], Asked("fake-joint", "poem"))
    with pytest.raises(LibraryError):
        Classifier.open(["dog", "rain"], Asked(library=tmp_path / "none"))


def test_a_library_says_what_is_usual(built, music):
    path = music / "low" / "deep tone.wav"
    found = classify(path, ["bass", "bell"], Asked(prompts="name", library=built))
    norm = [np.load(built / "generations" / "1" / "taggram" / f"{part}.npy") for part in ("centre", "scale")]
    evidence = clip_evidence(hear_file(path, [FakeEncoder()], 12).outputs).mean(axis=0)
    taggram = Taggram(FakeTextEncoder(), class_names(("fake",)))
    weights = taggram.weights(["bass", "bell"])
    weights *= weights.sum(axis=1, keepdims=True) / np.linalg.norm(weights, axis=1, keepdims=True)
    expected = dict(zip(["bass", "bell"], weights @ ((evidence - norm[0]) / norm[1]), strict=True))
    assert {one.label: one.score for one in found.labels} == pytest.approx(expected, abs=1e-3)
    assert (found.encoder, found.best.label) == ("taggram", "bass")


def test_a_blend_takes_paths_with_a_plus(monkeypatch):
    asked = []
    models = Models()
    monkeypatch.setattr(models, "joint", lambda name: asked.append(name) or Models().joint("fake-joint"))
    zero_shot("clap:/a+b/c+hub:x/y+z", models)
    assert asked == ["clap:/a+b/c", "hub:x/y+z"]


@pytest.mark.usefixtures("model_store")
def test_real_sounds_are_told_apart_without_training(shared_data):
    folder = shared_data / "audio" / "esc10"
    kinds = {"dog": "001 - Dog bark", "rooster": "009 - Rooster", "chainsaw": "008 - Chainsaw", "rain": "002 - Rain"}
    classifier = Classifier.open(kinds)
    for label, name in kinds.items():
        path = sorted((folder / name).glob("1-*.ogg"))[0]
        assert classifier.classify(path).best.label == label
