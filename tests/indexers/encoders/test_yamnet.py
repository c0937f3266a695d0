from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from indexers.encoders import load_audio_encoder
from indexers.encoders.yamnet import YamnetEncoder
from indexers.errors import ModelError
from indexers.models.store import ModelStore
from indexers.schema import Waveforms
from indexers.testing import AudioEncoderContract

CLASSES = {
    "001 - Dog bark": ("Dog", "Bark"),
    "002 - Rain": ("Rain",),
    "003 - Sea waves": ("Ocean", "Waves, surf"),
    "004 - Baby cry": ("Crying, sobbing", "Baby cry, infant cry"),
    "005 - Clock tick": ("Clock", "Tick", "Tick-tock"),
    "006 - Person sneeze": ("Sneeze",),
    "007 - Helicopter": ("Helicopter",),
    "008 - Chainsaw": ("Chainsaw",),
    "009 - Rooster": ("Chicken, rooster", "Crowing, cock-a-doodle-doo"),
    "010 - Fire crackling": ("Fire", "Crackle"),
}


@pytest.fixture(scope="module")
def encoder(model_store: ModelStore) -> YamnetEncoder:
    loaded = load_audio_encoder("yamnet", model_store)
    assert isinstance(loaded, YamnetEncoder)
    return loaded


class TestYamnet(AudioEncoderContract):
    pass


def first_and_last(path: Path) -> Waveforms:
    waveform, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    sound = soxr.resample(waveform.mean(axis=1), rate_hz, 16_000).astype(np.float32)
    sound = np.pad(sound, (0, max(0, 48_128 - len(sound))))
    return np.stack([sound[:48_128], sound[-48_128:]])


def test_knows_everyday_sounds(encoder: YamnetEncoder, shared_data: Path) -> None:
    right = 0
    for folder in CLASSES:
        for path in sorted((shared_data / "audio" / "esc10" / folder).iterdir())[:4]:
            tags = encoder.encode(first_and_last(path))["tags"].mean(axis=0)
            best = {key: max(tags[encoder.tag_names.index(name)] for name in some) for key, some in CLASSES.items()}
            right += max(best, key=best.__getitem__) == folder
    assert right >= 35  # of 40; 37 when this was written


@pytest.mark.parametrize(("sound", "name"), [("tone", "Beep, bleep"), ("noise", "White noise"), ("nothing", "Silence")])
def test_names_synthetic_sounds(encoder: YamnetEncoder, sound: str, name: str) -> None:
    at_s = np.arange(48_128) / 16_000
    noise = 0.3 * np.random.default_rng(0).normal(size=48_128)
    made = {"tone": 0.5 * np.sin(2 * np.pi * 1000 * at_s), "noise": noise.clip(-1, 1), "nothing": 0 * at_s}[sound]
    tags = encoder.encode(made[None].astype(np.float32))["tags"][0]
    assert encoder.tag_names[int(tags.argmax())] == name


def test_cuts_a_window_into_five_patches(encoder: YamnetEncoder) -> None:
    window = np.random.default_rng(0).uniform(-1, 1, 48_128).astype(np.float32)
    patches = encoder.patches(window)
    assert patches.shape == (5, 1, 96, 64)
    np.testing.assert_array_equal(patches[0, 0, 48:], patches[1, 0, :48])
    assert encoder.patches(0 * window).max() == pytest.approx(np.log(1e-3))


def test_a_damaged_model_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"no graph here")
    with pytest.raises(ModelError, match="segue models pull"):
        YamnetEncoder(tmp_path, "")
