"""Towers on disk, and as the joint encoder of a library."""

import hashlib
import json

import numpy as np
import pytest
import torch

from indexers.encoders import fingerprint_of, joint_hears, load_audio_encoder, load_joint_encoder
from indexers.encoders.clap.encoder import ClapEncoder
from indexers.encoders.clap.sounds.frames import HEARS
from indexers.encoders.clap.storage import CARD, WEIGHTS, read_towers, stored_of, write_towers
from indexers.encoders.clap.texts.reading import TEXT_DIM, read_texts
from indexers.encoders.clap.training.loop import start_towers
from indexers.errors import ConfigError, ModelError
from indexers.testing import JointEncoderContract, unit_rows


class Sentences:
    """Hashed bags of words as long as MiniLM's vectors."""

    name, fingerprint, dim = "text", "a", TEXT_DIM

    def encode(self, texts):
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                vectors[row, int(hashlib.sha256(word.encode()).hexdigest(), 16) % self.dim] += 1
        return unit_rows(vectors)


@pytest.fixture(scope="module")
def towers(make_examples, classes, quick):
    return start_towers(make_examples(60, 1), classes, quick, torch.device("cpu")).eval()


@pytest.fixture(scope="module")
def folder(towers, quick, tmp_path_factory):
    made = tmp_path_factory.mktemp("clap")
    write_towers(made, stored_of(towers, quick, {"limits": ["few"]}))
    return made


@pytest.fixture(scope="module")
def encoder(folder):
    return ClapEncoder(f"clap:{folder}", folder, Sentences())


@pytest.fixture(scope="module")
def listeners(model_store):
    return [load_audio_encoder(name, model_store) for name in HEARS]


class TestClap(JointEncoderContract):
    pass


def test_the_text_head_in_numpy_is_that_of_torch(folder, towers):
    encoder, texts = ClapEncoder("clap", folder, Sentences()), ["slow piano", "a loud brass band, then bells"]
    with torch.no_grad():
        expected = towers.text(torch.from_numpy(read_texts(texts, Sentences().encode))).numpy()
    np.testing.assert_allclose(encoder.encode(texts), expected, atol=2e-3)  # weights are kept in half precision


def test_towers_survive_being_written(folder, towers, quick):
    stored = read_towers(folder)
    assert stored.settings == quick
    assert stored.about == {"limits": ["few"]}
    for name, values in towers.state_dict().items():
        np.testing.assert_allclose(stored.tensors[name], values.numpy(), atol=2e-3, rtol=1e-3)


def test_they_are_found_by_folder(folder, model_store):
    name = f"clap:{folder}"
    assert joint_hears(name) == HEARS
    encoder = load_joint_encoder(name, model_store)
    assert encoder.fingerprint == fingerprint_of(name)
    assert encoder.encode(["slow piano"]).shape == (1, encoder.dim)


def test_a_relative_folder_is_refused(model_store):
    for ask in (joint_hears, fingerprint_of, lambda name: load_joint_encoder(name, model_store)):
        with pytest.raises(ConfigError, match="no absolute path"):
            ask("clap:towers")


def test_folders_that_hold_no_towers_are_told(tmp_path, folder):
    with pytest.raises(ModelError, match="make them with `segue train clap`"):
        read_towers(tmp_path)
    (tmp_path / CARD).write_text((folder / CARD).read_text())
    (tmp_path / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:-8] + b"\x00" * 8)
    with pytest.raises(ModelError, match="not what its card tells of"):
        read_towers(tmp_path)
    (tmp_path / CARD).write_text(json.dumps({"format": 1, "kind": "clap"}))
    with pytest.raises(ModelError, match="earlier format 1"):
        read_towers(tmp_path)
    (tmp_path / CARD).write_text(json.dumps({"format": 2, "kind": "another"}))
    with pytest.raises(ModelError, match="no card of clap"):
        read_towers(tmp_path)
