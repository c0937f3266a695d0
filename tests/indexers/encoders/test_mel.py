import numpy as np
import pytest
from transformers.audio_utils import mel_filter_bank

from indexers.encoders.mel import check_windows, hann, htk_filters, magnitudes, slaney_filters
from indexers.errors import ShapeError


def test_slaney_filters_are_those_of_another_library() -> None:
    other = mel_filter_bank(257, 96, 0.0, 8000.0, 16_000, norm="slaney", mel_scale="slaney")
    np.testing.assert_allclose(slaney_filters(16_000, 512, 96), other, atol=1e-7)


@pytest.mark.filterwarnings("ignore:At least one mel filter has all zero values")
def test_htk_filters_are_those_of_another_library() -> None:
    other = mel_filter_bank(257, 64, 125.0, 7500.0, 16_000, norm=None, mel_scale="htk")
    np.testing.assert_allclose(htk_filters(16_000, 512, 64, 125.0, 7500.0), other, atol=1e-6)


def test_hann_is_periodic() -> None:
    np.testing.assert_allclose(hann(4), [0.0, 0.5, 1.0, 0.5], atol=1e-7)


def test_magnitudes_are_the_fourier_sums_of_each_frame() -> None:
    waveform = np.random.default_rng(0).normal(size=1000).astype(np.float32)
    found = magnitudes(waveform, hann(400), hop=160, n_fft=512)
    assert found.shape == (4, 257)
    assert found.dtype == np.float32
    angles = np.exp(-2j * np.pi * np.outer(np.arange(257), np.arange(400)) / 512)
    np.testing.assert_allclose(found[2], np.abs(angles @ (waveform[320:720] * hann(400))), rtol=1e-4, atol=1e-4)


def test_refuses_windows_of_another_length() -> None:
    check_windows(np.zeros((2, 8), dtype=np.float32), 8)
    with pytest.raises(ShapeError, match=r"\[2, 7\].*\[n, 8\]"):
        check_windows(np.zeros((2, 7), dtype=np.float32), 8)
    with pytest.raises(ShapeError, match="cut or pad"):
        check_windows(np.zeros(8, dtype=np.float32), 8)
