"""The audio tower of transformers' CLAP: windows of sound to unit vectors of the joint space.

Source: Y. Wu et al., "Large-scale contrastive language-audio pretraining with feature fusion and keyword-to-caption
augmentation" (ICASSP 2023).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from indexers.encoders.device import pick_device
from indexers.encoders.hub.checkpoint import Checkpoint, feature_settings
from indexers.encoders.hub.loading import load_tower, model_errors
from indexers.encoders.mel import check_windows
from indexers.errors import ModelError
from indexers.schema import Samples, Vectors, Waveforms

OUTPUT = "audio"
SAMPLE_RATE_HZ, WINDOW_S = 48_000, 10.0  # of a checkpoint that does not say: transformers' own defaults
PADDINGS = ("repeatpad", "repeat", "pad")
GPU_BATCH = 16  # windows at once on a GPU; a CPU takes them one by one, so that no result depends on its neighbours
DIM = 512  # of a checkpoint that does not say: transformers' own default


@dataclass(frozen=True, slots=True)
class Hearing:
    """What a CLAP checkpoint says of its audio side: the windows it takes, how it pads, and what it gives."""

    sample_rate_hz: int
    window_samples: int
    padding: str
    dim: int


def hearing_of(checkpoint: Checkpoint) -> Hearing:
    """Read what a checkpoint was trained on; no weights are loaded.

    Raises:
        ModelError: the checkpoint does not say, or says what makes no sense.
    """
    said = feature_settings(checkpoint)
    try:
        sample_rate_hz = int(said.get("sampling_rate", SAMPLE_RATE_HZ))
        window_samples = int(said.get("max_length_s", WINDOW_S) * sample_rate_hz)
        padding, dim = said.get("padding", PADDINGS[0]), int(checkpoint.config.get("projection_dim", DIM))
    except (TypeError, ValueError) as error:
        raise ModelError(f"{checkpoint.name}: its feature extractor is set to {said}: get a whole copy") from error
    if min(sample_rate_hz, window_samples, dim) < 1 or padding not in PADDINGS:
        raise ModelError(
            f"{checkpoint.name} takes {window_samples} samples at {sample_rate_hz} Hz padded by {padding!r} into {dim} "
            f"dims: all must be above 0, the padding one of {', '.join(PADDINGS)}"
        )
    return Hearing(sample_rate_hz, window_samples, padding, dim)


class ClapAudioEncoder:
    """Windows of a checkpoint's own length and rate to its unit vectors; see `AudioEncoder` for its promises.

    A checkpoint with feature fusion hears each window as transformers' own feature extractor gives it when it is asked
    for that one alone; asked for several, the extractor would mark a random one of them as longer than it is.
    """

    def __init__(self, checkpoint: Checkpoint, *, device: str = "cpu") -> None:
        """Load the tower and its feature extractor.

        Args:
            checkpoint: Of kind `Kind.CLAP`.
            device: "cpu", "cuda", or "auto" for a GPU where there is one.

        Raises:
            ModelError: the checkpoint is damaged.
            ConfigError: there is no such device.
        """
        from transformers import ClapAudioModelWithProjection, ClapConfig, ClapFeatureExtractor

        hearing = hearing_of(checkpoint)
        self.name, self.fingerprint = checkpoint.name, checkpoint.fingerprint
        self.sample_rate_hz, self.window_samples = hearing.sample_rate_hz, hearing.window_samples
        self.outputs: Mapping[str, int] = {OUTPUT: hearing.dim}
        self.device = pick_device(device)
        self._padding = hearing.padding
        with model_errors(checkpoint):
            config = ClapConfig.from_pretrained(checkpoint.folder, local_files_only=True).audio_config
            self._extractor = ClapFeatureExtractor.from_pretrained(checkpoint.folder, local_files_only=True)
        self._model = load_tower(ClapAudioModelWithProjection, checkpoint, config, self.device)

    def pad(self, sound: Samples) -> Samples:
        """Fill up a short sound as the checkpoint was trained: repeated and then silent, repeated, or silent.

        The same samples as transformers' `ClapFeatureExtractor` makes of it.
        """
        n_times = self.window_samples // len(sound)
        if self._padding == "repeat":
            n_times += 1
        elif self._padding == "pad":
            n_times = 1
        filled = np.zeros(self.window_samples, dtype=np.float32)
        repeated = np.tile(sound, n_times)[: self.window_samples]
        filled[: len(repeated)] = repeated
        return filled

    def encode(self, windows: Waveforms) -> dict[str, Vectors]:
        """Encode [n_windows, window_samples] into unit vectors.

        Raises:
            ShapeError: the windows are of another length.
        """
        check_windows(windows, self.window_samples)
        step = 1 if self.device.type == "cpu" else GPU_BATCH
        parts = [self._encode_batch(windows[at : at + step]) for at in range(0, len(windows), step)]
        return {OUTPUT: np.concatenate([np.empty((0, self.outputs[OUTPUT]), np.float32), *parts])}

    def _encode_batch(self, windows: Waveforms) -> Vectors:
        import torch
        from torch.nn import functional

        made: list[Any] = [
            self._extractor(window, sampling_rate=self.sample_rate_hz, return_tensors="pt") for window in windows
        ]
        features, longer = (torch.cat([each[key] for each in made]) for key in ("input_features", "is_longer"))
        with torch.inference_mode():
            rows = self._model(features.to(self.device), is_longer=longer.to(self.device)).audio_embeds
            vectors: Vectors = functional.normalize(rows, dim=-1).cpu().numpy()
        return vectors
