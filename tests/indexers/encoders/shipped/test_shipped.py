"""The towers that come with Segue: they load, they are sound, and they know a little of the world."""

import json

import numpy as np
import pytest

from indexers.encoders import (
    fingerprint_of,
    joint_hears,
    load_audio_encoder,
    load_joint_encoder,
    usual_joint,
)
from indexers.encoders.clap.sounds.frames import HEARS
from indexers.encoders.doctor import examine_joint_encoder
from indexers.encoders.shipped import SHIPPED, in_full, shipped_folder
from indexers.testing import JointEncoderContract

MOST_BYTES = 20_000_000  # of all weights together


@pytest.fixture(scope="module", params=SHIPPED)
def encoder(request, model_store):
    return load_joint_encoder(request.param, model_store)


@pytest.fixture(scope="module")
def listeners(model_store):
    return [load_audio_encoder(name, model_store) for name in HEARS]


class TestShipped(JointEncoderContract):
    pass


def test_they_are_sound(encoder, listeners):
    findings = examine_joint_encoder(encoder, listeners)
    assert [finding for finding in findings if not finding.ok] == []


def test_they_are_small_and_their_cards_tell_where_they_come_from():
    files = [path for name in SHIPPED for path in shipped_folder(name).glob("*.safetensors")]
    assert len(files) == len(SHIPPED)
    assert sum(path.stat().st_size for path in files) <= MOST_BYTES
    for name in SHIPPED:
        card = json.loads((shipped_folder(name) / "card.json").read_text())
        assert card["command"].startswith(f"segue train {name} ")
        assert {"data", "date", "figures", "limits"} <= set(card)
        assert card["data"]["licences"]


def test_they_are_called_by_one_word_and_are_those_of_their_folders(encoder, model_store):
    folder = in_full(encoder.name)
    assert folder.startswith(f"{encoder.name}:/")
    assert fingerprint_of(encoder.name) == fingerprint_of(folder) == encoder.fingerprint
    same = load_joint_encoder(folder, model_store)
    assert same.name == folder
    np.testing.assert_array_equal(same.encode(["slow piano"]), encoder.encode(["slow piano"]))


def test_libraries_have_them_where_nothing_more_must_be_heard():
    assert usual_joint(("musicnn_msd", "musicnn_mtt", "yamnet", "fake")) == SHIPPED
    assert usual_joint(("musicnn_msd", "musicnn_mtt")) == ()
    assert all(joint_hears(name) == HEARS for name in SHIPPED)
    assert in_full("hub:somebody/clap") == "hub:somebody/clap"


def test_words_are_nearer_to_what_they_mean(encoder):
    asked, right, wrong = encoder.encode(["a dog barks", "barking", "a string quartet"])
    assert asked @ right > asked @ wrong + 0.2


def test_clap_tells_orders_apart(model_store):
    clap = load_joint_encoder("clap", model_store)
    first, same, other = clap.encode(["rain, then a dog", "a dog after rain", "a dog, then rain"])
    assert first @ same > first @ other
