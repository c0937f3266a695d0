"""The layers of musicnn, evaluated with torch."""

import numpy as np
import torch
from torch.nn import functional

from indexers.encoders.musicnn_weights import (
    N_FRONT,
    Affine,
    FrontBlock,
    Tensors,
    convolution,
    front_block,
    normalisation,
)
from indexers.schema import Vectors

MID_FRAMES = 7
N_MID = 3


class FrontLayer:
    """One block of the front end: features of timbre or of rhythm, the loudest over frequency."""

    def __init__(self, block: FrontBlock, device: torch.device) -> None:
        kernel = torch.from_numpy(np.ascontiguousarray(block.kernel[:, None])).to(device)
        self._kernel = kernel.contiguous(memory_format=torch.channels_last)
        frames = kernel.shape[2]
        self._pad = ((frames - 1) // 2, frames - 1 - (frames - 1) // 2)
        rows = (block.turn, block.bias, block.scale, block.shift)
        self._turn, self._bias, self._scale, self._shift = (_column(row, device) for row in rows)
        self._live = torch.from_numpy(np.flatnonzero(block.live)).to(device)
        self.constant = _column(block.constant, device)

    def __call__(self, mel: torch.Tensor) -> torch.Tensor:
        """Turn [n, 1, n_frames, n_bands] into [n, n_filters, n_frames]."""
        padded = functional.pad(mel, (0, 0, *self._pad))
        peak = functional.conv2d(padded, self._kernel).amax(3)
        moving = functional.relu(peak * self._turn + self._bias) * self._scale + self._shift
        features = self.constant.repeat(len(mel), 1, mel.shape[2])
        return features.index_copy(1, self._live, moving)


class MidLayer:
    """One block of the middle: 64 filters over time, a residual sum where it has one."""

    def __init__(self, tensors: Tensors, number: int, device: torch.device) -> None:
        kernel, bias = convolution(tensors, number)
        self._kernel = torch.from_numpy(np.ascontiguousarray(kernel.transpose(0, 2, 1))).to(device)
        self._bias = torch.from_numpy(bias).to(device)
        affine = normalisation(tensors, number + 1)
        self._scale, self._shift = _column(affine.scale, device), _column(affine.shift, device)

    def __call__(self, features: torch.Tensor) -> torch.Tensor:
        """Turn [n, n_features, n_frames] into [n, 64, n_frames]."""
        out = functional.conv1d(features, self._kernel, self._bias, padding=MID_FRAMES // 2)
        return functional.relu(out) * self._scale + self._shift


class MusicnnNet:
    """The whole network, for evaluation only."""

    def __init__(self, tensors: Tensors, device: torch.device) -> None:
        self._device = device
        first = normalisation(tensors, 0)
        self._scale, self._shift = float(first.scale[0]), float(first.shift[0])
        self._front = [FrontLayer(front_block(tensors, number), device) for number in range(N_FRONT)]
        self._mid = [MidLayer(tensors, N_FRONT + number, device) for number in range(N_MID)]
        pooled = normalisation(tensors, N_FRONT + N_MID + 1)
        self._hidden = _dense(tensors, "dense", pooled, device)
        self._tags = _dense(tensors, "dense_1", normalisation(tensors, N_FRONT + N_MID + 2), device)
        last = normalisation(tensors, N_FRONT + N_MID + 2)
        self._last_scale, self._last_shift = (torch.from_numpy(row).to(device) for row in (last.scale, last.shift))

    @torch.inference_mode()
    def forward(self, mel: Vectors) -> dict[str, Vectors]:
        """Evaluate [n, n_frames, 96] log-mel; see `MusicnnEncoder.encode` for what comes out."""
        with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
            features = self._features(torch.from_numpy(mel)[:, None].to(self._device))
            mean = features.mean(2)
            pooled = torch.stack([features.amax(2), mean], dim=2).flatten(1)  # interleaved, as the original flattens
            hidden = functional.relu(functional.linear(pooled, *self._hidden))
            tags = torch.sigmoid(functional.linear(hidden, *self._tags))
        penultimate = hidden * self._last_scale + self._last_shift
        return {"tags": _array(tags), "penultimate": _array(penultimate), "mean_pool": _array(mean)}

    def _features(self, mel: torch.Tensor) -> torch.Tensor:
        """Concatenate what front and middle see: [n, 753, n_frames]."""
        normal = mel * self._scale + self._shift
        front = torch.cat([layer(normal) for layer in self._front], dim=1)
        first = self._mid[0](front)
        second = self._mid[1](first) + first
        return torch.cat([front, first, second, self._mid[2](second) + second], dim=1)


def _dense(tensors: Tensors, name: str, before: Affine, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """A dense layer that takes its input before normalisation: weights [n_out, n_in] and bias [n_out]."""
    kernel = tensors[f"{name}/kernel"].astype(np.float64)
    bias = tensors[f"{name}/bias"] + before.shift.astype(np.float64) @ kernel
    weight = (before.scale[:, None].astype(np.float64) * kernel).T
    single = (np.ascontiguousarray(weight.astype(np.float32)), bias.astype(np.float32))
    return torch.from_numpy(single[0]).to(device), torch.from_numpy(single[1]).to(device)


def _column(row: Vectors, device: torch.device) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(row, dtype=np.float32))[:, None].to(device)


def _array(tensor: torch.Tensor) -> Vectors:
    rows: Vectors = tensor.cpu().numpy()
    return rows
