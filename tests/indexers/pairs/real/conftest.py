"""Small sounds whose facts are known by construction."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from indexers.catalog.tags import Tags
from indexers.pairs.real.recordings import Recording
from indexers.pairs.real.sources import Collection
from indexers.schema import Samples

RATE_HZ = 16_000
MakeRecording = Callable[..., Recording]


def tone(hz: float, seconds: float, level: float = 0.3) -> Samples:
    """A sine."""
    return (level * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE_HZ)) / RATE_HZ)).astype(np.float32)


def clicks(bpm: float, seconds: float) -> Samples:
    """A click at every beat."""
    samples = np.zeros(round(seconds * RATE_HZ), dtype=np.float32)
    burst = np.random.default_rng(0).normal(0, 0.3, 400).astype(np.float32) * np.linspace(1, 0, 400, dtype=np.float32)
    for at in np.arange(0, len(samples) - 400, 60 / bpm * RATE_HZ):
        samples[int(at) : int(at) + 400] += burst
    return samples


def chord(pitches: tuple[int, ...], seconds: float) -> Samples:
    """Sines of MIDI pitches at once."""
    return np.sum([tone(440 * 2 ** ((pitch - 69) / 12), seconds, 0.1) for pitch in pitches], axis=0).astype(np.float32)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, Samples], Path]:
    """Write samples as a file below the test's folder."""

    def to(name: str, samples: Samples) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, samples, RATE_HZ)
        return path

    return to


@pytest.fixture
def recording(tmp_path: Path) -> MakeRecording:
    """A recording that need not exist."""

    def make(label: str = "", duration_s: float = 5.0, tags: Tags | None = None, **settings: object) -> Recording:
        collection = Collection(path=tmp_path, source="box", **settings)  # type: ignore[arg-type]
        return Recording(tmp_path / "a.wav", duration_s, collection, label, tags or Tags(), "box/a", "train")

    return make
