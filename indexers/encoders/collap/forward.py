"""What the trained network computes, in numpy: neither a query nor a rebuild waits for torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from indexers.encoders.music import unit
from indexers.schema import Rows, Vectors

EPS = 1e-5  # of torch's norms
TRACKS_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights of one side, in float32, by their names in `network.Mixer`; `heads` of its layers."""

    tensors: Mapping[str, Vectors]
    heads: int

    @classmethod
    def of(cls, tensors: Mapping[str, npt.NDArray[Any]], side: str, heads: int) -> "Weights":
        """Take those of the side "audio" or "text"."""
        own = {name.removeprefix(f"{side}."): values for name, values in tensors.items() if name.startswith(f"{side}.")}
        return cls({name: np.asarray(values, dtype=np.float32) for name, values in own.items()}, heads)

    def linear(self, name: str, rows: Vectors) -> Vectors:
        """A linear map, with its bias where it has one."""
        turned = rows @ self.tensors[f"{name}.weight"].T
        bias = self.tensors.get(f"{name}.bias")
        return turned if bias is None else turned + bias

    def norm(self, name: str, rows: Vectors) -> Vectors:
        """A layer norm."""
        apart = rows - rows.mean(axis=-1, keepdims=True)
        spread = np.sqrt(np.square(apart).mean(axis=-1, keepdims=True) + EPS)
        normed: Vectors = apart / spread * self.tensors[f"{name}.weight"] + self.tensors[f"{name}.bias"]
        return normed

    @property
    def n_layers(self) -> int:
        """How many layers there are."""
        return len({name.split(".")[1] for name in self.tensors if name.startswith("layers.")})


def in_context(vectors: Vectors, places: Vectors, starts: Rows, weights: Weights) -> tuple[Vectors, Vectors]:
    """Let the rows of each group see one another.

    Args:
        vectors: [n, dim], unit rows, group g from starts[g] to starts[g + 1]; no group is empty.
        places: [n, N_PLACES].
        starts: [n_groups + 1].
        weights: Of one side.

    Returns:
        [n, dim], unit rows; and [n], the weights of each group's rows in its pool, which sum to one.
    """
    said, gates = np.empty_like(vectors), np.empty(len(vectors), dtype=np.float32)
    for at in range(0, len(starts) - 1, TRACKS_AT_ONCE):
        own = starts[at : at + TRACKS_AT_ONCE + 1]
        counts = np.diff(own)
        there = np.arange(counts.max()) < counts[:, None]
        rows = slice(own[0], own[-1])
        said[rows], gates[rows] = _block(vectors[rows], places[rows], there, weights)
    return said, gates


def pooled(vectors: Vectors, gates: Vectors, starts: Rows) -> Vectors:
    """Pool each group's rows by their weights, [n_groups, dim], unit rows."""
    if len(starts) == 1:
        return np.empty((0, vectors.shape[1]), dtype=np.float32)
    return unit(np.add.reduceat(gates[:, None] * vectors, starts[:-1], axis=0))


def _block(
    vectors: Vectors, places: Vectors, there: npt.NDArray[np.bool_], weights: Weights
) -> tuple[Vectors, Vectors]:
    known = weights.linear("read", np.sqrt(np.float32(vectors.shape[1])) * vectors) + weights.linear("place", places)
    rows = np.zeros((*there.shape, known.shape[1]), dtype=np.float32)
    rows[there] = known
    for number in range(weights.n_layers):
        rows = _layer(rows, there, weights, f"layers.{number}")
    last = weights.norm("norm", rows[there])
    gates = np.where(there, 0.0, -np.inf).astype(np.float32)
    gates[there] = weights.linear("gate", last)[:, 0]
    return unit(vectors + weights.linear("say", last)), _softmax(gates)[there]


def _layer(rows: Vectors, there: npt.NDArray[np.bool_], weights: Weights, name: str) -> Vectors:
    n, length, hidden = rows.shape
    width = hidden // weights.heads
    parts = weights.linear(f"{name}.ask", weights.norm(f"{name}.before", rows))
    query, key, value = parts.reshape(n, length, 3, weights.heads, width).transpose(2, 0, 3, 1, 4)
    heat = query @ key.swapaxes(2, 3) / np.sqrt(np.float32(width))
    seen = _softmax(np.where(there[:, None, None, :], heat, -np.inf)) @ value
    rows = rows + weights.linear(f"{name}.give", seen.transpose(0, 2, 1, 3).reshape(n, length, hidden))
    bent = _gelu(weights.linear(f"{name}.up", weights.norm(f"{name}.after", rows)))
    return np.asarray(rows + weights.linear(f"{name}.down", bent), dtype=np.float32)


def _softmax(heat: Vectors) -> Vectors:
    grown = np.exp(heat - heat.max(axis=-1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=-1, keepdims=True), dtype=np.float32)


def _gelu(rows: Vectors) -> Vectors:
    from scipy.special import erf

    return np.asarray(rows * (1.0 + erf(rows / np.float32(np.sqrt(2.0)))) / 2.0, dtype=np.float32)
