import math

import pytest
import torch

from indexers.encoders.learning.descent import LAST_RATE, Pace, descend, optimiser_of, share_of_rate


def test_the_rate_goes_up_in_a_line_and_down_along_a_cosine():
    assert share_of_rate(0.025, 0.05) == pytest.approx(0.501)
    assert share_of_rate(0.05, 0.05) == 1.0
    assert share_of_rate(0.525, 0.05) == pytest.approx(LAST_RATE + (1 - LAST_RATE) / 2)
    assert share_of_rate(1.0, 0.05) == pytest.approx(LAST_RATE)
    assert share_of_rate(0.0, 0.0) == 1.0
    assert share_of_rate(0.25, 0.0) == pytest.approx(LAST_RATE + (1 - LAST_RATE) * (1 + math.cos(math.pi / 4)) / 2)


def test_only_matrices_decay_and_some_weights_move_more_slowly():
    network = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 2))
    optimiser = optimiser_of(network, Pace(0.1, 0.0, 0.5), (network[0].weight,), 0.1)
    told = {id(values): (group["rate"], group["weight_decay"]) for group in optimiser.param_groups
            for values in group["params"]}  # fmt: skip
    assert told[id(network[0].weight)] == (pytest.approx(0.01), 0.5)
    assert told[id(network[1].weight)] == (0.1, 0.5)
    assert told[id(network[0].bias)] == told[id(network[1].bias)] == (0.1, 0.0)


def test_a_step_goes_down_at_the_share_of_the_rate():
    network = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.ones_(network.weight)
    optimiser = optimiser_of(network, Pace(0.1, 0.0, 0.0))
    loss = descend(1_000.0 * network.weight.square().sum(), network, optimiser, 0.5)
    assert loss == pytest.approx(1_000.0)
    assert float(network.weight.detach()) == pytest.approx(1.0 - 0.05, abs=1e-4)  # Adam's first step is the rate
    assert float(network.weight.grad.norm()) == pytest.approx(1.0, abs=1e-4)  # the gradient was shortened
