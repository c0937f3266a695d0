"""Key and mode: which pitch classes sound, compared with those of the keys."""

from functools import cache

import numpy as np

from indexers.encoders.mel import hann, magnitudes
from indexers.schema import Samples, Vectors
from indexers.scores.key import Key, estimate_key

FRAME, HOP = 8192, 4096  # 0.5 s every 0.26 s at 16 kHz: a bin is 2 Hz wide
LOWEST_HZ, HIGHEST_HZ = 65.0, 1600.0  # C2 to about G6
A4_HZ, A4 = 440.0, 69
SHARP = 0.5  # semitones around a pitch that count for it, as a triangle
SURE = 0.12  # in correlation: of the best key over the best of the other mode
SHORTEST_S = 6.0


def key_of(samples: Samples, sample_rate_hz: int) -> Key | None:
    """Estimate the key from a chromagram; None where it is not sure.

    It is sure where the key fits better by `SURE` than any of the other mode, and where both halves have its tonic.

    Source: C. Krumhansl, "Cognitive Foundations of Musical Pitch" (1990), chapter 4, on pitch classes as heard instead
    of written (E. Gómez, "Tonal Description of Music Audio Signals", 2006).
    """
    if len(samples) < SHORTEST_S * sample_rate_hz:
        return None
    chroma = chromagram(samples, sample_rate_hz)
    key = _key(chroma.sum(axis=0))
    middle = len(chroma) // 2
    halves = [_key(half.sum(axis=0)) for half in (chroma[:middle], chroma[middle:])]
    agree = all((half.tonic, half.mode) == (key.tonic, key.mode) for half in halves)
    return key if key.margin >= SURE and agree else None


def chromagram(samples: Samples, sample_rate_hz: int) -> Vectors:
    """How much each pitch class sounds in each frame, [n_frames, 12], from C; only peaks of the spectrum count."""
    spectrum = magnitudes(samples, hann(FRAME), hop=HOP, n_fft=FRAME)
    inner = spectrum[:, 1:-1]
    peaks = np.where((inner > spectrum[:, :-2]) & (inner >= spectrum[:, 2:]), inner, 0.0)
    heard = np.sqrt(np.pad(peaks, ((0, 0), (1, 1)))) @ _folding(sample_rate_hz)
    return np.asarray(heard, dtype=np.float32)


def _key(chroma: Vectors) -> Key:
    return estimate_key((pitch, float(weight)) for pitch, weight in enumerate(chroma))


@cache
def _folding(sample_rate_hz: int) -> Vectors:
    """Which pitch class a bin belongs to and how squarely, [FRAME // 2 + 1, 12]."""
    hz = np.linspace(0.0, sample_rate_hz / 2, FRAME // 2 + 1)
    inside = (hz >= LOWEST_HZ) & (hz <= HIGHEST_HZ)
    pitches = A4 + 12 * np.log2(np.maximum(hz, 1.0) / A4_HZ)
    distance = np.abs((pitches[:, None] - np.arange(12) + 6) % 12 - 6)
    return np.asarray(np.maximum(0.0, 1 - distance / SHARP) * inside[:, None], dtype=np.float32)
