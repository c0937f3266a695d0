"""musicnn in torch: 3 s of sound to 50 tags and two vectors.

Source: J. Pons and X. Serra, "musicnn: pre-trained convolutional neural networks for music audio tagging" (2019).
Reproduces the original TensorFlow outputs within 1e-4 (see tests/indexers/encoders/test_musicnn.py).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from indexers.encoders.device import pick_device
from indexers.encoders.mel import check_windows, hann, magnitudes, slaney_filters
from indexers.models.cards import CARDS, SAMPLE_RATE_HZ, WINDOW_SAMPLES, tag_names
from indexers.schema import Vectors, Waveforms

if TYPE_CHECKING:
    pass

N_FFT, HOP, N_BANDS = 512, 256, 96
GPU_BATCH = 64  # windows at once on a GPU; a CPU takes them one by one, so that no result depends on its neighbours


class MusicnnEncoder:
    """One of the two musicnn taggers; see `AudioEncoder` for its promises."""

    def __init__(self, name: str, folder: Path, fingerprint: str, *, device: str = "cpu") -> None:
        """Load the network.

        Args:
            name: "musicnn_msd" or "musicnn_mtt".
            folder: Holds weights.safetensors.
            fingerprint: What its numbers depend on.
            device: "cpu", "cuda", or "auto" for a GPU where there is one.

        Raises:
            ModelError: the weights are damaged.
            ConfigError: there is no such device.
        """
        from indexers.encoders.musicnn_net import MusicnnNet
        from indexers.encoders.musicnn_weights import load_tensors

        self.name, self.fingerprint = name, fingerprint
        self.sample_rate_hz, self.window_samples = SAMPLE_RATE_HZ, WINDOW_SAMPLES
        self.outputs: Mapping[str, int] = CARDS[name].outputs
        self.tag_names = tag_names(name)
        self.device = pick_device(device)
        n_frames = 1 + (WINDOW_SAMPLES - N_FFT) // HOP
        self._net = MusicnnNet(load_tensors(folder / "weights.safetensors"), n_frames, self.device)
        self._taper, self._filters = hann(N_FFT), slaney_filters(SAMPLE_RATE_HZ, N_FFT, N_BANDS)

    def encode(self, windows: Waveforms) -> dict[str, Vectors]:
        """Encode [n_windows, 48128] at 16 kHz into tags (probabilities), penultimate and mean_pool.

        Raises:
            ShapeError: the windows are of another length.
        """
        check_windows(windows, self.window_samples)
        step = 1 if self.device.type == "cpu" else GPU_BATCH
        parts = [self._encode_batch(windows[at : at + step]) for at in range(0, len(windows), step)]
        empty = {name: np.empty((0, dim), dtype=np.float32) for name, dim in self.outputs.items()}
        return {name: np.concatenate([empty[name], *(part[name] for part in parts)]) for name in self.outputs}

    def _encode_batch(self, windows: Waveforms) -> dict[str, Vectors]:
        return self._net.forward(np.stack([self.log_mel(window) for window in windows]))

    def log_mel(self, window: Vectors) -> Vectors:
        """Make the network's input from one window: [187, 96], log10(1 + 10000 mel) in float32."""
        power = np.square(magnitudes(window.astype(np.float32, copy=False), self._taper, hop=HOP, n_fft=N_FFT))
        log_mel: Vectors = np.log10(np.float32(1) + np.float32(10_000) * (power @ self._filters))
        return log_mel
