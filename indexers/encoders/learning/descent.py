"""How weights move: AdamW at a rate that goes up in a straight line and then down along a cosine.

Source: I. Loshchilov and F. Hutter, "Decoupled weight decay regularization" (2019) and "SGDR" (2017), without restarts.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

LAST_RATE = 0.02  # of the learning rate that is left at the end
LONGEST_GRADIENT = 1.0
BETAS = (0.9, 0.98)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast weights move: `rate` at its highest, `warmup` as a share of all steps, `decay` of weights."""

    rate: float
    warmup: float
    decay: float


def optimiser_of(
    network: nn.Module, pace: Pace, slow: Collection[Tensor] = (), slower: float = 1.0
) -> torch.optim.AdamW:
    """AdamW over all weights of a network, those in `slow` at `slower` times the rate; only matrices decay."""
    held_back = {id(values) for values in slow}
    named: dict[tuple[float, float], list[Tensor]] = {}
    for values in network.parameters():
        rate = pace.rate * (slower if id(values) in held_back else 1.0)
        decay = pace.decay if values.ndim > 1 else 0.0  # not of biases, norms and the temperature
        named.setdefault((rate, decay), []).append(values)
    groups: list[dict[str, Any]] = [
        {"params": own, "rate": rate, "weight_decay": decay} for (rate, decay), own in named.items()
    ]
    return torch.optim.AdamW(groups, lr=pace.rate, betas=BETAS)


def descend(loss: Tensor, network: nn.Module, optimiser: torch.optim.Optimizer, share: float) -> float:
    """Take one step down a loss, at a share of each group's rate, and give the loss."""
    for group in optimiser.param_groups:
        group["lr"] = group["rate"] * share
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(network.parameters(), LONGEST_GRADIENT)
    optimiser.step()
    return float(loss.detach())


def share_of_rate(progress: float, warmup: float) -> float:
    """The share of the rate at a progress in [0, 1] through all steps, of which `warmup` go up."""
    if progress < warmup:
        return progress / warmup + 1e-3
    fallen = (1.0 + math.cos(math.pi * (progress - warmup) / (1.0 - warmup))) / 2.0
    return LAST_RATE + (1.0 - LAST_RATE) * fallen
