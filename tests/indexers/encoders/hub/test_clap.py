"""By value against transformers' own ClapModel and ClapProcessor."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from indexers.base import AudioEncoder, JointEncoder, PadsItself, TextEncoder
from indexers.encoders import load_audio_encoder, load_joint_encoder
from indexers.encoders.hub import clap_text, open_checkpoint
from indexers.encoders.hub import testing as small
from indexers.encoders.hub.clap_audio import ClapAudioEncoder
from indexers.encoders.hub.clap_text import ClapTextEncoder
from indexers.encoders.hub.loading import quiet
from indexers.encoders.hub.testing import write
from indexers.errors import ModelError
from indexers.models.store import ModelStore
from indexers.testing import AudioEncoderContract, JointEncoderContract, TextEncoderContract

Copy = Callable[[Path], Path]


class Original:
    """transformers, used as its documentation says."""

    def __init__(self, folder: Path) -> None:
        from transformers import ClapFeatureExtractor, ClapModel, PreTrainedTokenizerFast

        with quiet():
            self.model: Any = ClapModel.from_pretrained(folder).eval()
            self.extractor = ClapFeatureExtractor.from_pretrained(folder)
            self.words = PreTrainedTokenizerFast.from_pretrained(folder)

    def sound(self, waveform: np.ndarray) -> np.ndarray:
        made = self.extractor(waveform, sampling_rate=small.SAMPLE_RATE_HZ, return_tensors="pt")
        with torch.inference_mode():
            return self.model.get_audio_features(**made).pooler_output[0].numpy()

    def text(self, text: str) -> np.ndarray:
        tokens = self.words(text, return_tensors="pt")
        with torch.inference_mode():
            found = self.model.get_text_features(input_ids=tokens["input_ids"], attention_mask=tokens["attention_mask"])
        return found.pooler_output[0].numpy()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ModelStore:
    return ModelStore(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def original(clap_folder: Path) -> Original:
    return Original(clap_folder)


@pytest.fixture(scope="module")
def audio(clap_folder: Path, store: ModelStore) -> AudioEncoder:
    return load_audio_encoder(f"hub:{clap_folder}", store)


@pytest.fixture(scope="module")
def joint(clap_folder: Path, store: ModelStore) -> JointEncoder:
    return load_joint_encoder(f"hub:{clap_folder}", store)


class TestAudio(AudioEncoderContract):
    @pytest.fixture
    def encoder(self, audio: AudioEncoder) -> AudioEncoder:
        return audio


class TestText(TextEncoderContract):
    @pytest.fixture
    def encoder(self, clap_folder: Path) -> TextEncoder:
        return ClapTextEncoder(open_checkpoint(f"hub:{clap_folder}"))


class TestJoint(JointEncoderContract):
    @pytest.fixture
    def encoder(self, joint: JointEncoder) -> JointEncoder:
        return joint

    @pytest.fixture
    def listeners(self, audio: AudioEncoder) -> list[AudioEncoder]:
        return [audio]


def noise(n_samples: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.5, 0.5, n_samples).astype(np.float32)


def test_windows_are_what_transformers_makes_of_them(audio: AudioEncoder, original: Original) -> None:
    windows = np.stack([noise(32_000, seed) for seed in range(3)])
    found = audio.encode(windows)["audio"]
    np.testing.assert_allclose(found, [original.sound(window) for window in windows], atol=1e-6)


@pytest.mark.parametrize("padding", ["repeatpad", "repeat", "pad"])
@pytest.mark.parametrize("n_samples", [1, 9_001, 16_000, 31_999, 32_000])
def test_short_sounds_are_padded_as_transformers_pads_them(
    tmp_path: Path, clap_folder: Path, copy_of: Copy, store: ModelStore, padding: str, n_samples: int
) -> None:
    folder = copy_of(clap_folder)
    said = json.loads((folder / "processor_config.json").read_text())
    write(folder / "processor_config.json", {"feature_extractor": {**said["feature_extractor"], "padding": padding}})
    encoder: Any = load_audio_encoder(f"hub:{folder}", store)
    assert isinstance(encoder, PadsItself)
    sound = noise(n_samples)
    padded = encoder.pad(sound)
    assert padded.shape == (32_000,)
    expected = Original(folder).sound(sound)
    np.testing.assert_allclose(encoder.encode(padded[np.newaxis])["audio"][0], expected, atol=1e-6)


def test_a_tower_with_feature_fusion_is_never_random(tmp_path: Path) -> None:
    folder = small.save_clap(tmp_path / "fused", truncation="fusion")
    encoder, original = ClapAudioEncoder(open_checkpoint(f"hub:{folder}")), Original(folder)
    windows = np.stack([noise(32_000, seed) for seed in range(4)])
    expected = [original.sound(window) for window in windows]
    for seed in range(3):
        np.random.seed(seed)  # noqa: NPY002 - transformers draws from it
        np.testing.assert_allclose(encoder.encode(windows)["audio"], expected, atol=1e-6)
        np.testing.assert_allclose(encoder._encode_batch(windows), expected, atol=1e-6)  # as a GPU takes them


def test_texts_are_what_transformers_makes_of_them(joint: JointEncoder, original: Original) -> None:
    texts = ["a slow piano piece", "rain on a tin roof", "WHISTLE", "birds at dawn " * 5]
    np.testing.assert_allclose(joint.encode(texts), [original.text(text) for text in texts], atol=1e-6)


def test_a_text_longer_than_the_tower_is_read_to_its_end(joint: JointEncoder, original: Original) -> None:
    first, last = (
        "a man tells a story . " * 2 + "a man tells a story .",
        "rain on a tin roof . " * 3 + "birds at dawn .",
    )
    pieces = np.stack([original.text(first), original.text(last)])
    together = pieces.sum(axis=0) / np.linalg.norm(pieces.sum(axis=0))
    np.testing.assert_allclose(joint.encode([f"{first} {last}"])[0], together, atol=1e-6)


def test_the_limit_is_the_towers_own_or_where_training_texts_were_cut(clap_folder, copy_of, monkeypatch) -> None:
    folder = copy_of(clap_folder)
    assert ClapTextEncoder(open_checkpoint(f"hub:{folder}")).limit == small.LIMIT
    said = json.loads((folder / "tokenizer_config.json").read_text())
    write(folder / "tokenizer_config.json", {**said, "model_max_length": 512})
    assert ClapTextEncoder(open_checkpoint(f"hub:{folder}")).limit == small.LIMIT + 8  # 34 positions, two before them
    monkeypatch.setattr(clap_text, "TRAINED_TOKENS", 9)
    assert ClapTextEncoder(open_checkpoint(f"hub:{folder}")).limit == 9


def test_prompts_are_filled_in_and_averaged(clap_folder: Path, copy_of: Copy, original: Original) -> None:
    folder = copy_of(clap_folder)
    (folder / "README.md").write_text("---\nprompts: ['a {} piece', 'music with {}']\n---\n")
    joint = load_joint_encoder(f"hub:{folder}", ModelStore(folder))
    rows = np.stack([original.text("a slow piano piece"), original.text("music with slow piano")])
    mean = rows.sum(axis=0) / np.linalg.norm(rows.sum(axis=0))
    np.testing.assert_allclose(joint.encode(["slow piano"])[0], mean, atol=1e-6)


def test_a_blank_text_is_zeros(joint: JointEncoder) -> None:
    assert not joint.encode(["", "  \n"]).any()


def test_weights_that_are_not_all_there_are_refused(clap_folder: Path, copy_of: Copy, store: ModelStore) -> None:
    from safetensors.numpy import load_file, save_file

    folder = copy_of(clap_folder)
    weights = load_file(folder / "model.safetensors")
    del weights["text_projection.linear1.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"lacks 1 weights of ClapTextModelWithProjection, text_projection.linear1"):
        load_joint_encoder(f"hub:{folder}", store).encode(["x"])
    weights["text_projection.linear1.weight"] = np.zeros((3, 3), dtype=np.float32)
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"cannot be loaded|lacks 1 weights"):
        load_joint_encoder(f"hub:{folder}", store).encode(["x"])
    (folder / "model.safetensors").write_bytes(b"\xff" * 64)
    with pytest.raises(ModelError, match=r"cannot be loaded .*get it again"):
        load_audio_encoder(f"hub:{folder}", store)


def test_nothing_heavy_is_imported_before_a_tower_is_asked(clap_folder: Path) -> None:
    import subprocess
    import sys

    code = (
        "import sys, pathlib; from indexers.encoders import *; from indexers.models.store import ModelStore\n"
        f"n = 'hub:{clap_folder}'; j = load_joint_encoder(n, ModelStore(pathlib.Path('x')))\n"
        "fingerprint_of(n), audio_card(n), joint_hears(n), j.fingerprint, j.languages\n"
        "print(sorted({'torch', 'transformers', 'sentence_transformers', 'huggingface_hub'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
