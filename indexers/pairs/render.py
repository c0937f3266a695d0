"""From a performance to an audio file that is named by what sounds in it, so that it is never made twice."""

import hashlib
from pathlib import Path

import numpy as np

from indexers.files import write_atomically
from indexers.pairs.playing.midi import to_midi
from indexers.pairs.playing.performance import Performance
from indexers.schema import Waveforms
from indexers.synth import soundfont_digest, synthesise, write_blocks

VERSION = b"segue-pairs-1"  # raised when the same notes would sound otherwise
GAIN = 7.0  # soft and loud clips keep their distance: nothing is brought to one peak
PEAK = 0.97  # louder sound is turned down to it as a whole
FADE_S = 0.03  # so that a cut does not click
TAIL_S = 1.5  # of dying away after a long track
DIGITS = 24


def render(performance: Performance, folder: Path, *, tail_s: float = 0.0) -> Path:
    """Render a performance below a folder as mono Ogg Vorbis, unless it is there already.

    Args:
        performance: What sounds; the file lasts as long as it does, and `tail_s` more.
        folder: Files lie in it in folders by the first two digits of their names.
        tail_s: Seconds in which the end dies away.

    Raises:
        ModelError: the soundfont is not installed.
        StorageError: the disk refused.
    """
    midi = to_midi(performance)
    length = f"{performance.length_s:.4f} {tail_s}".encode()
    digest = hashlib.sha256(b"\0".join((VERSION, soundfont_digest().encode(), length, midi))).hexdigest()
    path = folder / digest[:2] / f"{digest[:DIGITS]}.ogg"
    if not path.exists():
        sound, rate = synthesise(midi)
        mixed = mix(sound, round((performance.length_s + tail_s) * rate), performance.voices_at_once)
        n_fade = min(len(mixed), round(max(FADE_S, tail_s) * rate))
        mixed[len(mixed) - n_fade :] *= np.linspace(1.0, 0.0, n_fade, dtype=np.float32)
        write_atomically(path, lambda temporary: _write(temporary, mixed, rate))
    return path


def mix(sound: Waveforms, n_samples: int, n_voices: int) -> Waveforms:
    """Bring stereo [n, 2] to mono [n_samples] at a set gain, less for more voices; ends are cut or padded."""
    mono = (sound[:n_samples, 0] + sound[:n_samples, 1]) * np.float32(GAIN / 2 / np.sqrt(max(n_voices, 1)))
    padded = np.zeros(n_samples, dtype=np.float32)
    padded[: len(mono)] = mono
    peak = float(np.abs(padded).max(initial=0.0))
    return padded * np.float32(PEAK / peak) if peak > PEAK else padded


def _write(path: Path, sound: Waveforms, rate: int) -> None:
    import soundfile

    with soundfile.SoundFile(path, "w", rate, 1, format="OGG", subtype="VORBIS") as stream:
        write_blocks(stream, sound)
