"""The layers of musicnn, evaluated with torch; only filters that can change are computed."""

from typing import Any

import numpy as np
import numpy.typing as npt
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

N_MID = 3
MID_PAD = 3  # frames of silence before and after, for filters of seven


class FrontLayer:
    """One block of the front end: features of timbre or of rhythm, the loudest over frequency."""

    def __init__(self, block: FrontBlock, device: torch.device) -> None:
        kernel = _tensor(block.kernel[:, None], device)
        self._kernel = kernel.contiguous(memory_format=torch.channels_last)
        frames = kernel.shape[2]
        self._pad = ((frames - 1) // 2, frames - 1 - (frames - 1) // 2)
        rows = (block.turn, block.bias, block.scale, block.shift)
        self._turn, self._bias, self._scale, self._shift = (_tensor(row[:, None], device) for row in rows)

    def __call__(self, mel: torch.Tensor) -> torch.Tensor:
        """Turn [n, 1, n_frames, n_bands] into [n, n_live, n_frames]."""
        peak = functional.conv2d(functional.pad(mel, (0, 0, *self._pad)), self._kernel).amax(3)
        return functional.relu(peak * self._turn + self._bias) * self._scale + self._shift


class MidLayer:
    """One block of the middle: 64 filters over seven frames of the features before."""

    def __init__(self, tensors: Tensors, number: int, device: torch.device) -> None:
        kernel, bias = convolution(tensors, number)
        self.kernel = _tensor(kernel.transpose(0, 2, 1), device)  # [64, n_features, 7]
        self.bias = _tensor(bias[:, None], device)  # [64, 1], or [64, n_frames] with what never changes added
        affine = normalisation(tensors, number + 1)
        self._scale, self._shift = _tensor(affine.scale[:, None], device), _tensor(affine.shift[:, None], device)

    def __call__(self, features: torch.Tensor) -> torch.Tensor:
        """Turn [n, n_features, n_frames] into [n, 64, n_frames]."""
        out = functional.conv1d(features, self.kernel, padding=MID_PAD) + self.bias
        return functional.relu(out) * self._scale + self._shift

    def drop_inputs(self, live: torch.Tensor, constant: torch.Tensor, n_frames: int) -> None:
        """Take only the live features from now on, and add what the others always contribute, frame by frame."""
        still = constant.clone()
        still[live] = 0
        self.bias = self.bias + functional.conv1d(still[:, None].repeat(1, n_frames), self.kernel, padding=MID_PAD)
        self.kernel = self.kernel[:, live].contiguous()


class MusicnnNet:
    """The whole network, for evaluation only."""

    def __init__(self, tensors: Tensors, n_frames: int, device: torch.device) -> None:
        blocks = [front_block(tensors, number) for number in range(N_FRONT)]
        self._device = device
        self._first = normalisation(tensors, 0)
        self._front = [FrontLayer(block, device) for block in blocks]
        self._live = _tensor(np.flatnonzero(np.concatenate([block.live for block in blocks])), device)
        self._constant = _tensor(np.concatenate([block.constant for block in blocks]), device)
        self._mid = [MidLayer(tensors, N_FRONT + number, device) for number in range(N_MID)]
        self._mid[0].drop_inputs(self._live, self._constant, n_frames)
        self._hidden = _dense(tensors, "dense", normalisation(tensors, N_FRONT + N_MID + 1), device)
        last = normalisation(tensors, N_FRONT + N_MID + 2)
        self._tags = _dense(tensors, "dense_1", last, device)
        self._last_scale, self._last_shift = _tensor(last.scale, device), _tensor(last.shift, device)

    @torch.inference_mode()
    def forward(self, mel: Vectors) -> dict[str, Vectors]:
        """Evaluate [n, n_frames, 96] log-mel; see `MusicnnEncoder.encode` for what comes out."""
        with torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
            normal = torch.from_numpy(mel)[:, None].to(self._device)
            front, middle = self._features(normal * float(self._first.scale[0]) + float(self._first.shift[0]))
            mean = torch.cat([self._whole(front.mean(2)), middle.mean(2)], dim=1)
            peak = torch.cat([self._whole(front.amax(2)), middle.amax(2)], dim=1)
            pooled = torch.stack([peak, mean], dim=2).flatten(1)  # interleaved, as the original flattens them
            hidden = functional.relu(functional.linear(pooled, *self._hidden))
            tags = torch.sigmoid(functional.linear(hidden, *self._tags))
        penultimate = hidden * self._last_scale + self._last_shift
        return {"tags": _array(tags), "penultimate": _array(penultimate), "mean_pool": _array(mean)}

    def _features(self, normal: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Live features of the front [n, n_live, n_frames] and all of the middle [n, 192, n_frames]."""
        front = torch.cat([layer(normal) for layer in self._front], dim=1)
        first = self._mid[0](front)
        second = self._mid[1](first) + first
        return front, torch.cat([first, second, self._mid[2](second) + second], dim=1)

    def _whole(self, live: torch.Tensor) -> torch.Tensor:
        """Put the pooled live features [n, n_live] back among those that never change: [n, 561]."""
        return self._constant.repeat(len(live), 1).index_copy(1, self._live, live)


def _dense(tensors: Tensors, name: str, before: Affine, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """A dense layer that takes its input before normalisation: weights [n_out, n_in] and bias [n_out]."""
    kernel = tensors[f"{name}/kernel"].astype(np.float64)
    bias = tensors[f"{name}/bias"] + before.shift.astype(np.float64) @ kernel
    weight = (before.scale[:, None].astype(np.float64) * kernel).T
    return _tensor(weight.astype(np.float32), device), _tensor(bias.astype(np.float32), device)


def _tensor(rows: npt.NDArray[Any], device: torch.device) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(rows)).to(device)


def _array(tensor: torch.Tensor) -> Vectors:
    rows: Vectors = tensor.cpu().numpy()
    return rows
