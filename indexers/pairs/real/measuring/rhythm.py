"""Tempo: how often onsets come back, where they come back clearly."""

from functools import cache

import numpy as np

from indexers.encoders.mel import hann, magnitudes, slaney_filters
from indexers.schema import Samples, Vectors

FRAME, HOP, N_BANDS = 1024, 256, 40
SLOWEST_BPM, FASTEST_BPM = 50.0, 200.0
USUAL_BPM, OCTAVES = 120.0, 0.9  # the middle and the width of what is expected, as of a normal over octaves
SURE = 0.35  # of the autocorrelation at the beat, when all onsets at equal distances give 1
AGREEING = 0.04  # of each other that the tempi of both halves may differ
LEAST_STIR = 0.01  # the standard deviation of the onset strength below which nothing begins at all
SHORTEST_S = 6.0
COMPRESSION = 1000.0


def tempo_of(samples: Samples, sample_rate_hz: int) -> int | None:
    """Estimate the tempo in beats a minute; None where it is not sure.

    It is sure where the autocorrelation of the onset strength has a peak of `SURE`, and where both halves have the
    same tempo or one that is twice it.

    Args:
        samples: [n_samples], mono.
        sample_rate_hz: Their rate.

    Source: D. Ellis, "Beat Tracking by Dynamic Programming" (2007), section 3.2: the autocorrelation of onset strength,
    weighed by a normal distribution over the logarithm of the tempo.
    """
    if len(samples) < SHORTEST_S * sample_rate_hz:
        return None
    strength = onset_strength(samples, sample_rate_hz)
    if float(strength.std()) < LEAST_STIR:
        return None
    rate = sample_rate_hz / HOP
    bpm, share = _strongest(strength, rate)
    if share < SURE:
        return None
    middle = len(strength) // 2
    halves = [_strongest(half, rate)[0] for half in (strength[:middle], strength[middle:])]
    return round(bpm) if all(_alike(half, bpm) for half in halves) else None


def onset_strength(samples: Samples, sample_rate_hz: int) -> Vectors:
    """How much louder the bands become from frame to frame, [n_frames - 1], with mean 0; source as of `tempo_of`."""
    taper, filters = _tools(sample_rate_hz)
    bands = np.log1p(COMPRESSION * (magnitudes(samples, taper, hop=HOP, n_fft=FRAME) @ filters))
    rises = np.maximum(np.diff(bands, axis=0), 0.0).mean(axis=1)
    return np.asarray(rises - rises.mean(), dtype=np.float32)


def _strongest(strength: Vectors, rate: float) -> tuple[float, float]:
    """The tempo whose lag weighs most, and the autocorrelation there as a share of that at lag 0."""
    found = autocorrelation(strength)
    lags = np.arange(int(60 * rate / FASTEST_BPM), min(int(60 * rate / SLOWEST_BPM) + 1, len(found) - 1))
    if not len(lags) or found[0] <= 0:
        return 0.0, 0.0
    weights = np.exp(-0.5 * (np.log2(60 * rate / lags / USUAL_BPM) / OCTAVES) ** 2)
    best = int(lags[np.argmax(found[lags] * weights)])
    return 60 * rate / (best + _offset(found[best - 1 : best + 2])), float(found[best] / found[0])


def autocorrelation(values: Vectors) -> Vectors:
    """The autocorrelation at each lag, each divided by how many values meet there, [n_values // 2]."""
    n = len(values)
    spectrum = np.fft.rfft(values, n=2 * n)
    sums = np.fft.irfft(np.abs(spectrum) ** 2)[: n // 2]
    return np.asarray(sums / (n - np.arange(n // 2)), dtype=np.float32)


def _offset(around: Vectors) -> float:
    """How far a parabola through three values has its top from the middle one, -0.5 to 0.5."""
    before, at, after = (float(value) for value in around)
    bend = before - 2 * at + after
    return 0.0 if bend >= 0 else float(np.clip(0.5 * (before - after) / bend, -0.5, 0.5))


def _alike(half: float, whole: float) -> bool:
    return any(abs(half * times / whole - 1) <= AGREEING for times in (0.5, 1.0, 2.0))


@cache
def _tools(sample_rate_hz: int) -> tuple[Vectors, Vectors]:
    return hann(FRAME), slaney_filters(sample_rate_hz, FRAME, N_BANDS)
