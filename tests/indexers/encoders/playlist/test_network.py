"""The network by value: what the decoder may look at, and the sampled loss against its formula."""

import numpy as np
import pytest
import torch

from indexers.encoders.playlist.network import Encoded, Network, sampled_loss
from indexers.encoders.playlist.settings import Item2VecSettings, Seq2SeqSettings

SETTINGS = Seq2SeqSettings(tracks=Item2VecSettings(dim=8), dim=12, hidden=10)
ROWS = torch.tensor([[3, 1, 4, 0], [5, 9, 2, 6]])
LENGTHS = torch.tensor([3, 4])


@pytest.fixture(params=[False, True], ids=["uni", "bi"])
def network(request):
    torch.manual_seed(1)
    return Network(15, SETTINGS, both_ways=request.param).eval()


def test_vectors_are_unit_and_padding_says_nothing(network):
    encoded = network.encode(ROWS, LENGTHS)
    assert encoded.vectors.shape == (2, 12)
    torch.testing.assert_close(encoded.vectors.norm(dim=1), torch.ones(2))
    alone = network.encode(ROWS[:1, :3], LENGTHS[:1])
    torch.testing.assert_close(encoded.vectors[0], alone.vectors[0])
    assert encoded.there.tolist() == [[True, True, True, False], [True] * 4]


def test_order_changes_the_vector(network):
    there, back = network.encode(torch.tensor([[1, 2, 3], [3, 2, 1]]), torch.tensor([3, 3])).vectors
    assert float((there - back).detach().abs().max()) > 1e-3


def test_the_vector_is_the_last_states():
    torch.manual_seed(1)
    network = Network(15, SETTINGS, both_ways=True).eval()
    encoded = network.encode(ROWS[1:], LENGTHS[1:])
    last = torch.cat([encoded.states[0, -1, :6], encoded.states[0, 0, 6:]])
    torch.testing.assert_close(encoded.vectors[0], last / last.norm())


def test_without_attention_only_the_vector_counts(network):
    encoded = network.encode(ROWS, LENGTHS)
    other = Encoded(encoded.vectors, encoded.states + 1.0, encoded.there)
    given = torch.tensor([[15, 3, 1], [15, 5, 9]])
    for attends, same in ((0.0, True), (1.0, False)):
        allowed = torch.full((2,), attends)
        written = network.decode(given, encoded, allowed)
        assert torch.equal(written, network.decode(given, other, allowed)) is same
    zeros = Encoded(torch.zeros_like(encoded.vectors), encoded.states, encoded.there)
    assert not torch.allclose(written, network.decode(given, zeros, torch.ones(2)))


def test_attention_does_not_look_beyond_the_end(network):
    encoded = network.encode(ROWS, LENGTHS)
    changed = encoded.states.clone()
    changed[0, 3] = 77.0
    given = torch.tensor([[15, 3, 1], [15, 5, 9]])
    written = network.decode(given, encoded, torch.ones(2))
    other = network.decode(given, Encoded(encoded.vectors, changed, encoded.there), torch.ones(2))
    assert torch.equal(written, other)


def test_step_by_step_is_all_at_once(network):
    encoded, allowed = network.encode(ROWS, LENGTHS), torch.ones(2)
    given = torch.tensor([[15, 3, 1], [15, 5, 9]])
    state, steps = network.opening(encoded.vectors), []
    for place in range(3):
        said, state = network.step(given[:, place : place + 1], encoded, allowed, state)
        steps.append(said)
    torch.testing.assert_close(torch.cat(steps, dim=1), network.decode(given, encoded, allowed))


def test_the_first_track_is_not_forgotten(network):
    long = torch.arange(60) % 15
    other = long.clone()
    other[0] = 7
    with torch.no_grad():
        one, two = network.encode(torch.stack([long, other]), torch.tensor([60, 60])).vectors
    assert float((one - two).norm()) > 1e-3


@pytest.mark.parametrize("both_ways", [False, True])
def test_an_untrained_network_is_a_bag_of_words(both_ways):
    torch.manual_seed(3)
    settings = SETTINGS.model_copy(update={"tracks": Item2VecSettings(dim=32), "dim": 64, "hidden": 16})
    network = Network(200, settings, both_ways=both_ways).eval()
    network.start(
        np.random.default_rng(0).normal(size=(200, 32)).astype(np.float32), np.full(200, 1 / 200, dtype=np.float32)
    )
    rows = torch.tensor([[3, 50, 120, 199, 77]])
    with torch.no_grad():
        encoded = network.encode(rows, torch.tensor([5]))
        scores = network.scores(network.decode(torch.tensor([[network.first]]), encoded, torch.zeros(1)))
    best = scores[0, 0].topk(10).indices.tolist()
    assert len(set(best) & set(rows[0].tolist())) >= 4  # by chance one in four times a single one


def test_start_makes_inner_products_cosines(network):
    vectors = np.random.default_rng(0).normal(loc=2.0, size=(15, 8)).astype(np.float32) * 5
    shares = np.full(15, 1 / 15, dtype=np.float32)
    network.start(vectors, shares)
    weight = network.table.weight.detach().numpy()[:15]
    centred = vectors - vectors.mean(axis=0)
    unit = centred / np.linalg.norm(centred, axis=1, keepdims=True)
    np.testing.assert_allclose(weight, unit * 0.3 * np.sqrt(8), rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(network.bias.detach().numpy(), np.log(1 / 15), rtol=1e-5)


def test_sampled_loss_by_hand(network):
    rng = np.random.default_rng(2)
    written = rng.normal(size=(2, 9)).astype(np.float32)
    with torch.no_grad():
        network.bias.copy_(torch.from_numpy(rng.normal(size=15).astype(np.float32)))
    shares = rng.dirichlet(np.ones(15)).astype(np.float32)
    targets, drawn = [4, 14], [4, 7, 7]
    table, bias = network.table.weight.detach().numpy(), network.bias.detach().numpy()
    losses = []
    for place, target in enumerate(targets):
        score = {
            row: written[place, :8] @ table[row] + bias[row] - np.log(3 * shares[row]) for row in (*targets, *drawn)
        }
        others = [score[row] for row in drawn if row != target]
        losses.append(np.log(np.exp(score[target]) + sum(map(np.exp, others))) - score[target])
    got = sampled_loss(
        network, torch.from_numpy(written), torch.tensor(targets), torch.tensor(drawn), torch.from_numpy(shares)
    )
    assert float(got.detach()) == pytest.approx(np.mean(losses), rel=1e-5)
