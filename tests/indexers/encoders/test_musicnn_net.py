import numpy as np
import pytest
import torch

from indexers.encoders.musicnn_net import FrontLayer, MidLayer
from indexers.encoders.musicnn_weights import front_block, normalisation
from indexers.schema import Vectors


@pytest.fixture
def tensors() -> dict[str, Vectors]:
    """One convolution of twelve filters, the last four of them dead in the three ways there are."""
    rng = np.random.default_rng(7)
    kernel, bias = rng.normal(size=(7, 5, 1, 12)), rng.normal(size=12)
    scale = rng.normal(size=12)
    kernel[..., 8] *= 1e-9  # hears nothing
    bias[9:11] = -1e6, -1e5  # never rises above zero
    scale[11] = 1e-12  # is not listened to
    rows = {"gamma": scale, "beta": rng.normal(size=12), "moving_mean": rng.normal(size=12)}
    tensors = {"conv2d/kernel": kernel, "conv2d/bias": bias} | {
        f"batch_normalization_1/{k}": v for k, v in rows.items()
    }
    tensors["batch_normalization_1/moving_variance"] = rng.uniform(0.5, 2, size=12)
    return {name: tensor.astype(np.float32) for name, tensor in tensors.items()}


def test_normalisation_is_that_of_the_original(tensors: dict[str, Vectors]) -> None:
    affine = normalisation(tensors, 1)
    gamma, beta, mean, variance = (
        tensors[f"batch_normalization_1/{key}"] for key in ("gamma", "beta", "moving_mean", "moving_variance")
    )
    expected = gamma * (3.0 - mean) / np.sqrt(variance + 0.001) + beta
    np.testing.assert_allclose(3.0 * affine.scale + affine.shift, expected, rtol=1e-5, atol=1e-6)


def test_a_front_block_computes_only_what_lives(tensors: dict[str, Vectors]) -> None:
    block = front_block(tensors, 0)
    assert block.live.tolist() == [True] * 8 + [False] * 4
    image = np.random.default_rng(8).uniform(-2, 2, (1, 1, 20, 9)).astype(np.float32)
    found = block.constant[:, None].repeat(20, axis=1)
    found[block.live] = FrontLayer(block, torch.device("cpu"))(torch.from_numpy(image))[0].numpy()
    np.testing.assert_allclose(found, by_hand(tensors, image[0, 0]), rtol=1e-4, atol=1e-4)


def test_dropped_inputs_still_count(tensors: dict[str, Vectors]) -> None:
    layer, pruned = (MidLayer(tensors, 0, torch.device("cpu")) for _ in range(2))
    constant, live = torch.tensor([0.3, -2.0, 5.0, 0.0, 1.0]), torch.tensor([0, 3])
    pruned.drop_inputs(live, constant, 20)
    features = constant[None, :, None].repeat(1, 1, 20)
    features[:, live] = torch.randn(1, 2, 20, generator=torch.Generator().manual_seed(9))
    np.testing.assert_allclose(pruned(features[:, live]), layer(features), rtol=1e-4, atol=1e-4)


def by_hand(tensors: dict[str, Vectors], image: Vectors) -> Vectors:
    """Convolution, ReLU, normalisation, maximum over the bands, one after the other: [n_filters, n_frames]."""
    padded = np.pad(image, ((3, 3), (0, 0)))
    patches = np.lib.stride_tricks.sliding_window_view(padded, (7, 5))
    heard = np.einsum("tbij,ijf->tbf", patches, tensors["conv2d/kernel"][:, :, 0]) + tensors["conv2d/bias"]
    affine = normalisation(tensors, 1)
    rows: Vectors = (np.maximum(heard, 0) * affine.scale + affine.shift).max(axis=1).T
    return rows
