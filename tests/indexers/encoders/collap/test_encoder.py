"""What was learnt on disk, and as the joint encoder of a library."""

import json
import shutil

import numpy as np
import pytest
import torch

from indexers.encoders import fingerprint_of, joint_hears, load_joint_encoder, towers_below
from indexers.encoders.collap.encoder import CollapEncoder
from indexers.encoders.collap.storage import CARD, WEIGHTS, base_of, read_stored, stored_of, write_stored
from indexers.encoders.collap.training.loop import start_network
from indexers.encoders.testing import TrackEncoderContract
from indexers.errors import ConfigError, ModelError
from indexers.testing import FakeEncoder, FakeJointEncoder


@pytest.fixture(scope="module")
def network(quick):
    made = start_network(quick.model_copy(update={"base_dim": FakeJointEncoder.dim}), torch.device("cpu")).eval()
    with torch.no_grad():
        for mixer in (made.audio, made.text):
            mixer.say.weight.normal_(std=0.05)
            mixer.gate.weight.normal_(std=0.5)
    return made


@pytest.fixture(scope="module")
def folder(network, quick, tmp_path_factory):
    made = tmp_path_factory.mktemp("collap")
    settings = quick.model_copy(update={"base_dim": FakeJointEncoder.dim})
    base = base_of("fake-joint", FakeJointEncoder.fingerprint, made)
    write_stored(made, stored_of(network, settings, base, {"limits": ["few"]}))
    return made


@pytest.fixture(scope="module")
def encoder(folder):
    return CollapEncoder(f"collap:{folder}", folder, FakeJointEncoder())


@pytest.fixture(scope="module")
def listeners():
    return [FakeEncoder()]


class TestCollap(TrackEncoderContract):
    pass


def test_it_is_found_by_folder(folder, tmp_path):
    from indexers.models.store import ModelStore

    name = f"collap:{folder}"
    assert towers_below(name)[1] == "fake-joint"
    assert joint_hears(name) == FakeJointEncoder.hears
    found = load_joint_encoder(name, ModelStore(tmp_path))
    assert found.fingerprint == fingerprint_of(name)
    assert found.fingerprint.endswith(FakeJointEncoder.fingerprint)
    np.testing.assert_array_equal(found.encode(["band0 first."]), encoder_of(folder).encode(["band0 first."]))


def encoder_of(folder):
    return CollapEncoder("collap", folder, FakeJointEncoder())


def test_what_fuses_is_what_was_learnt(encoder, network):
    reading = encoder.read("band0. band1 then.")
    assert reading.balance == pytest.approx(float(network.balance.detach()), abs=1e-6)
    assert float(reading.weights[0]) == pytest.approx(float(network.lumped.detach()), abs=1e-6)
    np.testing.assert_array_equal(reading.sentences[0], reading.whole)
    assert reading.sharpness == pytest.approx(float(network.sharpness.detach()), rel=1e-6)


def test_the_order_of_sentences_is_read(encoder):
    one, other = (encoder.encode([text])[0] for text in ("band0 plays. band5 plays.", "band5 plays. band0 plays."))
    assert not np.allclose(one, other, atol=1e-3)


def test_towers_are_found_beside_it_wherever_both_lie(tmp_path):
    base = base_of(f"clap:{tmp_path}/models/clap", "1f", tmp_path / "models" / "collap")
    assert base.name == "clap:../clap"
    assert base.named_from(tmp_path / "moved" / "collap") == f"clap:{tmp_path}/moved/clap"
    assert base_of("clap", "1f", tmp_path).named_from(tmp_path) == "clap"


def test_other_towers_than_it_was_learnt_over_are_refused(folder):
    class Other(FakeJointEncoder):
        fingerprint = "2f"

    with pytest.raises(ModelError, match="learnt over other towers than fake-joint is now: run `segue train collap"):
        CollapEncoder("collap", folder, Other())


def test_vectors_of_another_length_are_refused(folder):
    class Wide(FakeJointEncoder):
        dim = 17

    with pytest.raises(ModelError, match="for vectors of 16 numbers, fake-joint gives 17"):
        CollapEncoder("collap", folder, Wide()).encode(["band0"])


@pytest.mark.parametrize("ask", [joint_hears, fingerprint_of, towers_below])
def test_a_relative_folder_is_refused(ask):
    with pytest.raises(ConfigError, match="not collap: and an absolute path"):
        ask("collap:made")


def test_folders_that_hold_nothing_of_it_are_told(tmp_path, folder):
    with pytest.raises(ModelError, match="make it with `segue train collap`"):
        read_stored(tmp_path)
    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / WEIGHTS).write_bytes((copy / WEIGHTS).read_bytes()[:-8] + b"\x00" * 8)
    with pytest.raises(ModelError, match="not what its card tells of"):
        read_stored(copy)
    (copy / CARD).write_text(json.dumps({"format": 1, "kind": "clap"}))
    with pytest.raises(ModelError, match="no card of collap"):
        read_stored(copy)
    (copy / CARD).write_text(json.dumps({"format": 2, "kind": "collap"}))
    with pytest.raises(ModelError, match="upgrade Segue"):
        read_stored(copy)


def test_it_survives_being_written(folder, network):
    stored = read_stored(folder)
    assert stored.about == {"limits": ["few"]}
    for name, values in network.state_dict().items():
        np.testing.assert_allclose(stored.tensors[name], values.numpy(), atol=2e-3, rtol=1e-3)
