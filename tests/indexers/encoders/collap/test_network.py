"""The network, by value: scores by hand, what is not there, and the same in numpy."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from indexers.encoders.collap.forward import Weights, in_context, pooled
from indexers.encoders.collap.network import Collap, Side
from indexers.encoders.collap.places import N_PLACES, clip_places, places_of, sentence_places
from indexers.encoders.collap.training.loop import start_network
from indexers.schema import Laid, TextReading
from indexers.testing import unit_rows
from rankers.attention import fused_scores

CPU = torch.device("cpu")
N_GROUPS, LENGTHS = 4, (3, 1, 5, 2)


@pytest.fixture
def network(quick):
    """One that changes what it is given: its last maps are not zero."""
    made = start_network(quick.model_copy(update={"layers": 2}), CPU).eval()
    with torch.no_grad():
        for mixer in (made.audio, made.text):
            mixer.say.weight.normal_(std=0.1)
            mixer.gate.weight.normal_(std=0.5)
    return made


@pytest.fixture
def rows(quick):
    rng = np.random.default_rng(4)
    starts = np.concatenate([[0], np.cumsum(LENGTHS)])
    vectors = unit_rows(rng.normal(size=(starts[-1], quick.base_dim)).astype(np.float32))
    return vectors, np.concatenate([sentence_places(length) for length in LENGTHS]), starts


def padded(values, starts):
    longest = int(np.diff(starts).max())
    block = torch.zeros(len(starts) - 1, longest, *values.shape[1:])
    there = torch.zeros(len(starts) - 1, longest, dtype=torch.bool)
    for row, (start, stop) in enumerate(pairwise(starts)):
        block[row, : stop - start] = torch.from_numpy(values[start:stop])
        there[row, : stop - start] = True
    return block, there


def sided(mixer, rows):
    vectors, places, starts = rows
    block, there = padded(vectors, starts)
    said, weights = mixer(block, padded(places, starts)[0], there)
    return Side(said, weights, there)


def test_at_first_it_says_what_the_towers_below_say(quick, rows):
    fresh = start_network(quick, CPU).eval()
    side = sided(fresh.audio, rows)
    np.testing.assert_allclose(side.vectors[side.there].detach(), rows[0], atol=1e-6)
    np.testing.assert_allclose(side.weights[2].detach(), np.full(5, 0.2), atol=1e-6)


def test_numpy_computes_what_torch_does(network, rows):
    vectors, places, starts = rows
    tensors = {name: values.numpy() for name, values in network.state_dict().items()}
    for name in ("audio", "text"):
        with torch.no_grad():
            side = sided(getattr(network, name), rows)
        said, gates = in_context(vectors, places, starts, Weights.of(tensors, name, 2))
        np.testing.assert_allclose(said, side.vectors[side.there].numpy(), atol=1e-5)
        np.testing.assert_allclose(gates, side.weights[side.there].numpy(), atol=1e-5)
        np.testing.assert_allclose(pooled(said, gates, starts), side.whole.numpy(), atol=1e-5)
        assert not np.allclose(said, vectors, atol=0.05)


def test_fused_scores_are_those_that_serve(network, rows):
    with torch.no_grad():
        audio, text = sided(network.audio, rows), sided(network.text, rows)
        fused, whole, local = network.scores(audio, text)
        said = network.sentences(text)
        balance, sharpness = float(network.balance), float(network.sharpness)
    np.testing.assert_allclose(fused, balance * whole + (1 - balance) * local, atol=1e-6)
    clips, starts = audio.vectors[audio.there].numpy(), rows[2]
    for row, length in enumerate(LENGTHS):
        reading = TextReading(
            said.vectors[row, : length + 1].numpy(),
            said.weights[row, : length + 1].numpy(),
            text.whole[row].numpy(),
            sharpness,
            balance,
        )
        np.testing.assert_allclose(fused[row], fused_scores(reading, audio.whole.numpy(), clips, starts), atol=1e-5)


def test_what_is_not_there_is_not_seen(network, rows):
    vectors, places, starts = rows
    block, there = padded(vectors, starts)
    spots = padded(places, starts)[0]
    other = torch.where(there[:, :, None], block, torch.full_like(block, 0.5))
    with torch.no_grad():
        for one, again in zip(network.audio(block, spots, there), network.audio(other, spots, there), strict=True):
            torch.testing.assert_close(one[there], again[there])


def test_it_knows_what_came_first(network, rows):
    vectors, places, starts = rows
    turned = np.concatenate([vectors[start:stop][::-1] for start, stop in pairwise(starts)])
    with torch.no_grad():
        one, other = (sided(network.audio, (each, places, starts)).whole for each in (vectors, turned))
    assert not torch.allclose(one[2], other[2], atol=1e-3)
    torch.testing.assert_close(one[1], other[1])  # of one clip there is no order


def test_places_are_relative_and_absolute():
    laid = Laid(np.array([[0, 2], [4, 6], [0, 8]], np.float32), np.array([0, 2, 3]), np.array([10, 0], np.float32))
    places = clip_places(laid)
    assert places.shape == (3, N_PLACES)
    np.testing.assert_allclose(places[:, 0], [0.1, 0.5, 0.5], atol=1e-6)  # without a length the last clip's end is one
    np.testing.assert_allclose(places[:, 1], 1 - places[:, 0], atol=1e-6)
    same_share = places_of(np.array([5.0, 50.0]), np.array([10.0, 100.0]))
    assert not np.allclose(same_share[0], same_share[1], atol=0.1)
    np.testing.assert_allclose(sentence_places(2)[:, 0], [0.25, 0.75])


def test_the_parameters_are_few(quick):
    from indexers.encoders.collap.settings import CollapSettings

    count = sum(values.numel() for values in Collap(CollapSettings()).parameters())
    assert 2 * count < 2_000_000  # bytes in half precision
