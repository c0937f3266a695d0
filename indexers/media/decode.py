"""The samples of a file: chosen windows, one excerpt, or all of it in blocks."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexers.schema import Waveforms, Window


def read_windows(path: Path, windows: Sequence[Window], *, sample_rate_hz: int, window_samples: int) -> Waveforms:
    """Decode windows of a file as mono; the file is opened once.

    Args:
        path: The file.
        windows: In order of time; only `start_s` counts here.
        sample_rate_hz: The rate wanted.
        window_samples: The length wanted.

    Returns:
        [n_windows, window_samples] in [-1, 1]; zeros after the end of the track.

    Raises:
        NoAudioError: the file has no sound.
        MediaError: the file cannot be decoded.
    """
    raise NotImplementedError


def read_excerpt(path: Path, start_s: float, seconds: float, *, sample_rate_hz: int) -> npt.NDArray[np.float32]:
    """Decode one span as mono, [n_samples]; shorter where the track ends before it.

    Raises:
        NoAudioError: the file has no sound.
        MediaError: the file cannot be decoded, or the span is negative.
    """
    raise NotImplementedError


def blocks(path: Path, sample_rate_hz: int) -> Iterator[npt.NDArray[np.float32]]:
    """Decode a whole file as mono blocks [n_samples] of a few seconds, in bounded memory.

    Raises:
        NoAudioError: the file has no sound.
        MediaError: the file cannot be decoded.
    """
    raise NotImplementedError
