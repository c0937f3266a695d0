"""YAMNet through ONNX Runtime: sound to 521 AudioSet classes and a vector.

Source: M. Plakal and D. Ellis, YAMNet (2019), on AudioSet (Gemmeke et al., ICASSP 2017); the weights are 8-bit.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from indexers.encoders.mel import check_windows, hann, htk_filters, magnitudes
from indexers.encoders.sessions import open_session
from indexers.models.cards import CARDS, SAMPLE_RATE_HZ, WINDOW_SAMPLES, tag_names
from indexers.schema import Vectors, Waveforms

FRAME, HOP, N_FFT, N_BANDS = 400, 160, 512, 64  # 25 ms every 10 ms
LOW_HZ, HIGH_HZ = 125.0, 7500.0
OFFSET = np.float32(1e-3)  # inside the logarithm; the range of the 8-bit input begins at its logarithm
PATCH_FRAMES, PATCH_HOP = 96, 48


class YamnetEncoder:
    """YAMNet over the 0.96 s patches inside a window, averaged; see `AudioEncoder` for its promises."""

    def __init__(self, folder: Path, fingerprint: str, *, threads: int = 1) -> None:
        """Load the network.

        Args:
            folder: Holds model.onnx.
            fingerprint: What its numbers depend on.
            threads: Of ONNX Runtime.

        Raises:
            ModelError: the weights are damaged.
        """
        self.name, self.fingerprint = "yamnet", fingerprint
        self.sample_rate_hz, self.window_samples = SAMPLE_RATE_HZ, WINDOW_SAMPLES
        self.outputs: Mapping[str, int] = CARDS["yamnet"].outputs
        self.tag_names = tag_names("yamnet")
        self._session = open_session(folder / "model.onnx", threads)
        self._taper, self._filters = hann(FRAME), htk_filters(SAMPLE_RATE_HZ, N_FFT, N_BANDS, LOW_HZ, HIGH_HZ)

    def encode(self, windows: Waveforms) -> dict[str, Vectors]:
        """Encode [n_windows, 48128] at 16 kHz into tags (probabilities) and embedding, means over five patches.

        Raises:
            ShapeError: the windows are of another length.
        """
        check_windows(windows, self.window_samples)
        tags, embedding = (np.empty((len(windows), self.outputs[name]), np.float32) for name in ("tags", "embedding"))
        for row, window in enumerate(windows):
            logits, vectors = self._session.run(None, {"patches": self.patches(window)})
            tags[row] = (0.5 + 0.5 * np.tanh(0.5 * logits)).mean(axis=0)  # the sigmoid, without overflow
            embedding[row] = vectors.mean(axis=0)
        return {"tags": tags, "embedding": embedding}

    def patches(self, window: Vectors) -> Vectors:
        """Make the network's input from one window: [n_patches, 1, 96, 64], log(mel + 0.001)."""
        mel = magnitudes(window.astype(np.float32, copy=False), self._taper, hop=HOP, n_fft=N_FFT) @ self._filters
        frames = np.log(mel + OFFSET)
        starts = range(0, len(frames) - PATCH_FRAMES + 1, PATCH_HOP)
        return np.stack([frames[start : start + PATCH_FRAMES] for start in starts])[:, None]
