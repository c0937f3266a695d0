import subprocess
import sys
from pathlib import Path

import pytest

from indexers.base import AudioEncoder, JointEncoder, TextEncoder
from indexers.encoders import (
    AUDIO_ENCODERS,
    JOINT_ENCODERS,
    REVISIONS,
    TEXT_ENCODERS,
    audio_card,
    fingerprint_of,
    joint_hears,
    load_audio_encoder,
    load_joint_encoder,
    load_text_encoder,
)
from indexers.errors import ConfigError, ModelError
from indexers.models.cards import SAMPLE_RATE_HZ, WINDOW_SAMPLES
from indexers.models.store import ModelStore
from indexers.testing import AudioEncoderContract, FakeEncoder, JointEncoderContract, TextEncoderContract


class TestFake(AudioEncoderContract):
    @pytest.fixture
    def encoder(self, tmp_path: Path) -> AudioEncoder:
        return load_audio_encoder("fake", ModelStore(tmp_path))


class TestFakeText(TextEncoderContract):
    @pytest.fixture
    def encoder(self, tmp_path: Path) -> TextEncoder:
        return load_text_encoder("fake-text", ModelStore(tmp_path))


class TestFakeJoint(JointEncoderContract):
    @pytest.fixture
    def encoder(self, tmp_path: Path) -> JointEncoder:
        return load_joint_encoder("fake-joint", ModelStore(tmp_path))

    @pytest.fixture
    def listeners(self) -> list[AudioEncoder]:
        return [FakeEncoder()]


@pytest.mark.parametrize("name", JOINT_ENCODERS)
def test_a_joint_encoder_hears_what_the_registry_says(tmp_path: Path, name: str) -> None:
    encoder = load_joint_encoder(name, ModelStore(tmp_path))
    assert (encoder.name, encoder.fingerprint, encoder.hears) == (name, fingerprint_of(name), joint_hears(name))
    assert all(set(outputs) <= set(audio_card(heard).outputs) for heard, outputs in encoder.hears.items())


@pytest.mark.parametrize("name", AUDIO_ENCODERS)
def test_every_sound_encoder_takes_the_same_windows(model_store: ModelStore, name: str) -> None:
    encoder = load_audio_encoder(name, model_store)
    assert isinstance(encoder, AudioEncoder)
    assert (encoder.name, encoder.fingerprint) == (name, fingerprint_of(name))
    assert (encoder.sample_rate_hz, encoder.window_samples) == (SAMPLE_RATE_HZ, WINDOW_SAMPLES)
    card = audio_card(name)
    assert (card.sample_rate_hz, card.window_samples, card.outputs) == (SAMPLE_RATE_HZ, WINDOW_SAMPLES, encoder.outputs)


@pytest.mark.parametrize("name", ["musicnn_msd", "musicnn_mtt", "yamnet"])
def test_tags_have_names(model_store: ModelStore, name: str) -> None:
    encoder = load_audio_encoder(name, model_store)
    assert len(encoder.tag_names) == encoder.outputs["tags"]  # type: ignore[attr-defined]


def test_fingerprints_differ_and_follow_revisions(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [*AUDIO_ENCODERS, *TEXT_ENCODERS]
    before = {name: fingerprint_of(name) for name in names}
    assert len(set(before.values())) == len(names)
    monkeypatch.setitem(REVISIONS, "yamnet", REVISIONS["yamnet"] + 1)
    assert [name for name in names if fingerprint_of(name) != before[name]] == ["yamnet"]


def test_names_that_do_not_exist_are_answered_with_those_that_do(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    with pytest.raises(ConfigError, match="no encoder 'clap'; there are musicnn_msd"):
        load_audio_encoder("clap", store)
    with pytest.raises(ConfigError, match="there are text, fake-text"):
        load_text_encoder("yamnet", store)
    with pytest.raises(ConfigError, match="there are fake-joint"):
        load_joint_encoder("text", store)
    for told in (fingerprint_of, audio_card, joint_hears):
        with pytest.raises(ConfigError, match="no encoder 'x'"):
            told("x")


def test_missing_weights_name_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="run `segue models pull yamnet`"):
        load_audio_encoder("yamnet", ModelStore(tmp_path))


def test_the_registry_imports_nothing_heavy() -> None:
    heavy = "{'torch', 'onnx', 'onnxruntime', 'tokenizers', 'transformers', 'safetensors'}"
    code = f"import sys, indexers.encoders as e; e.fingerprint_of('text'); print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
