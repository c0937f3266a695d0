"""Spectrograms as musicnn and YAMNet were trained on them, in numpy."""

import math
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from indexers.errors import ShapeError
from indexers.schema import Vectors, Waveforms

Hertz: TypeAlias = npt.NDArray[np.float64]

SLANEY_BREAK_HZ = 1000.0  # linear below, logarithmic above
SLANEY_STEP_HZ = 200.0 / 3.0
SLANEY_LOG_STEP = math.log(6.4) / 27.0


def check_windows(windows: Waveforms, window_samples: int) -> None:
    """Refuse windows of another shape.

    Raises:
        ShapeError: not [n_windows, window_samples].
    """
    if windows.ndim != 2 or windows.shape[1] != window_samples:
        raise ShapeError(f"windows are {list(windows.shape)}, an encoder takes [n, {window_samples}]: cut or pad them")


def hann(n_samples: int) -> Vectors:
    """Make a periodic Hann window, as spectrograms want it."""
    return (0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(n_samples) / n_samples)).astype(np.float32)


def magnitudes(waveform: Vectors, taper: Vectors, *, hop: int, n_fft: int) -> Vectors:
    """Take the magnitude spectrum of every whole frame.

    Args:
        waveform: [n_samples]; nothing is padded at its ends.
        taper: [frame] window function; a frame shorter than n_fft is filled with zeros behind.
        hop: Samples between the starts of two frames.
        n_fft: Length of the transform.

    Returns:
        [n_frames, n_fft // 2 + 1], n_frames = 1 + (n_samples - frame) // hop.
    """
    frames = np.lib.stride_tricks.sliding_window_view(waveform, len(taper))[::hop]
    return np.abs(np.fft.rfft(frames * taper, n=n_fft, axis=1)).astype(np.float32, copy=False)


def triangles(edges_hz: Hertz, sample_rate_hz: int, n_fft: int) -> Vectors:
    """Make one triangle over the bins of a spectrum for each three neighbouring edges.

    Args:
        edges_hz: [n_bands + 2], rising.
        sample_rate_hz: Of the sound; half of it is the last bin.
        n_fft: Length of the transform.

    Returns:
        [n_fft // 2 + 1, n_bands], each band 1 at its middle edge.
    """
    bins = np.linspace(0.0, sample_rate_hz / 2.0, n_fft // 2 + 1)[:, None]
    low, middle, high = edges_hz[:-2], edges_hz[1:-1], edges_hz[2:]
    rising, falling = (bins - low) / (middle - low), (high - bins) / (high - middle)
    return np.maximum(0.0, np.minimum(rising, falling)).astype(np.float32)


def slaney_filters(sample_rate_hz: int, n_fft: int, n_bands: int) -> Vectors:
    """Make mel filters of equal area from 0 Hz to half the sample rate, [n_fft // 2 + 1, n_bands].

    Source: M. Slaney, Auditory Toolbox (1998): linear to 1 kHz, then 27 steps for each factor of 6.4.
    """
    top = _slaney_mel(sample_rate_hz / 2.0)
    edges = _slaney_hz(np.linspace(0.0, top, n_bands + 2))
    area = 2.0 / (edges[2:] - edges[:-2])
    return (triangles(edges, sample_rate_hz, n_fft) * area).astype(np.float32)


def htk_filters(sample_rate_hz: int, n_fft: int, n_bands: int, low_hz: float, high_hz: float) -> Vectors:
    """Make mel filters of height one between two frequencies, [n_fft // 2 + 1, n_bands].

    Source: The HTK Book (2006), equation 5.13: mel = 2595 log10(1 + f / 700).
    """
    low, high = 2595.0 * np.log10(1.0 + np.array([low_hz, high_hz]) / 700.0)
    edges = 700.0 * (10.0 ** (np.linspace(low, high, n_bands + 2) / 2595.0) - 1.0)
    return triangles(edges, sample_rate_hz, n_fft)


def _slaney_mel(hz: float) -> float:
    if hz < SLANEY_BREAK_HZ:
        return hz / SLANEY_STEP_HZ
    return SLANEY_BREAK_HZ / SLANEY_STEP_HZ + math.log(hz / SLANEY_BREAK_HZ) / SLANEY_LOG_STEP


def _slaney_hz(mel: Hertz) -> Hertz:
    broken = SLANEY_BREAK_HZ / SLANEY_STEP_HZ
    logarithmic = SLANEY_BREAK_HZ * np.exp(SLANEY_LOG_STEP * (np.maximum(mel, broken) - broken))
    return np.where(mel < broken, mel * SLANEY_STEP_HZ, logarithmic)
