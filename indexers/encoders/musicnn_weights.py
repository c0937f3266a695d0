"""Prepares musicnn's weights for speed: most of its filters never change, so only the live ones are computed."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexers.errors import ModelError
from indexers.schema import Vectors

EPSILON = 1e-3  # of batch normalisation in tf.compat.v1.layers
REACH = 4.0  # the normalised input stays within ±2 for any waveform in [-1, 1]; twice that, to be sure
DEAD_SWING = 1e-2  # a filter that cannot move its feature by more than this is a constant; live ones move it by about 1
N_FRONT = 5  # two timbral and three temporal blocks

Tensors = Mapping[str, Vectors]


@dataclass(frozen=True, slots=True)
class FrontBlock:
    """A convolution, ReLU, batch normalisation and maximum over frequency, reduced to its live filters.

    The maximum is taken before the rest, which rises with it; a filter whose scale is negative is turned round.
    """

    kernel: Vectors  # [n_live, frames, bands], turned round where the scale is negative
    turn: Vectors  # [n_live], 1 or -1
    bias: Vectors  # [n_live]
    scale: Vectors  # [n_live]
    shift: Vectors  # [n_live]
    live: Vectors  # [n_filters] bool
    constant: Vectors  # [n_filters], what each dead filter always gives


@dataclass(frozen=True, slots=True)
class Affine:
    """Batch normalisation in one multiplication and one addition."""

    scale: Vectors
    shift: Vectors


def load_tensors(path: Path) -> Tensors:
    """Read a safetensors file.

    Raises:
        ModelError: it is damaged.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        tensors: Tensors = load_file(path)
    except (SafetensorError, OSError) as error:
        raise ModelError(f"{path} cannot be read ({error}): run `segue models pull {path.parent.name}`") from error
    return tensors


def normalisation(tensors: Tensors, number: int) -> Affine:
    """Fold the number-th batch normalisation of the checkpoint."""
    name = "batch_normalization" + (f"_{number}" if number else "")
    scale = tensors[f"{name}/gamma"] / np.sqrt(tensors[f"{name}/moving_variance"] + EPSILON)
    return Affine(scale, tensors[f"{name}/beta"] - scale * tensors[f"{name}/moving_mean"])


def front_block(tensors: Tensors, number: int) -> FrontBlock:
    """Reduce the number-th convolution of the front end (from 0) to what can change.

    A filter's output lies between ReLU(bias ± reach · |kernel|₁); where that span, scaled by its normalisation,
    stays under `DEAD_SWING`, the filter is dead and its output is the constant it gives for an empty input.
    """
    kernel, bias = convolution(tensors, number)
    affine = normalisation(tensors, number + 1)
    span = REACH * np.abs(kernel).sum(axis=(1, 2))
    swing = (np.maximum(bias + span, 0) - np.maximum(bias - span, 0)) * np.abs(affine.scale)
    live = swing > DEAD_SWING
    turn = np.where(affine.scale < 0, -1.0, 1.0).astype(np.float32)
    return FrontBlock(
        (kernel * turn[:, None, None])[live],
        turn[live],
        bias[live],
        affine.scale[live],
        affine.shift[live],
        live,
        affine.scale * np.maximum(bias, 0) + affine.shift,
    )


def convolution(tensors: Tensors, number: int) -> tuple[Vectors, Vectors]:
    """Read the number-th convolution: kernel [n_filters, frames, bands] and bias [n_filters]."""
    name = "conv2d" + (f"_{number}" if number else "")
    return tensors[f"{name}/kernel"][:, :, 0, :].transpose(2, 0, 1), tensors[f"{name}/bias"]
