"""Two sounds as ten seconds: one after the other, or both at once."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from indexers.files import write_atomically
from indexers.media.decode import read_excerpt
from indexers.pairs.joining.sounds import NamedSound
from indexers.schema import Samples

RATE_HZ = 16_000  # what the frozen encoders hear
PART_S = 5.0  # of one sound
LENGTH_S = 2 * PART_S
LEVEL = 0.1  # the root mean square that each sound is brought to
PEAK = 0.97
REST_S = 0.25  # between repetitions of a sound that is shorter than its part
FADE_S = 0.02
SILENT = 1e-4  # the root mean square below which nothing is heard


def read_part(sound: NamedSound) -> Samples:
    """Read one sound as [PART_S * RATE_HZ], from its beginning, repeated where it is shorter, at one level.

    Raises:
        MediaError: it cannot be decoded.
    """
    length_s = PART_S if sound.end_s is None else min(PART_S, sound.end_s - sound.start_s)
    heard = read_excerpt(sound.path, sound.start_s, length_s, sample_rate_hz=RATE_HZ)
    level = float(np.sqrt(np.mean(np.square(heard)))) if len(heard) else 0.0
    return repeat(_faded(heard * np.float32(LEVEL / max(level, SILENT))), round(PART_S * RATE_HZ))


def repeat(sound: Samples, n_samples: int) -> Samples:
    """Repeat a sound with rests between until it fills [n_samples]; a longer one is cut."""
    rest = np.zeros(round(REST_S * RATE_HZ), dtype=np.float32)
    once = np.concatenate([sound, rest])
    times = -(-n_samples // len(once))
    return np.asarray(np.tile(once, times)[:n_samples], dtype=np.float32)


def one_after_another(first: Samples, second: Samples) -> Samples:
    """The first part and then the second."""
    return np.concatenate([first, second])


def at_once(one: Samples, other: Samples) -> Samples:
    """Both parts together, twice, so that a clip's length does not tell how it was made."""
    return np.tile(one + other, 2)


def write_sounds(sounds: Sequence[Samples], paths: Sequence[Path]) -> None:
    """Write clips as mono Ogg Vorbis, turned down where they would clip; those that exist are left.

    Raises:
        StorageError: the disk refused.
    """
    for sound, path in zip(sounds, paths, strict=True):
        if not path.exists():
            peak = float(np.abs(sound).max(initial=0.0))
            quieter = sound * np.float32(min(1.0, PEAK / max(peak, PEAK)))
            write_atomically(path, lambda temporary, own=quieter: _write(temporary, own))  # type: ignore[misc]


def _faded(sound: Samples) -> Samples:
    faded, n_fade = sound.copy(), min(len(sound) // 2, round(FADE_S * RATE_HZ))
    slope = np.linspace(0.0, 1.0, n_fade, dtype=np.float32)
    faded[:n_fade] *= slope
    faded[len(faded) - n_fade :] *= slope[::-1]
    return faded


def _write(path: Path, sound: Samples) -> None:
    import soundfile

    soundfile.write(path, sound, RATE_HZ, format="OGG", subtype="VORBIS")
