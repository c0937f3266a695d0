"""A generation in memory: real indexes over vectors that a test writes down."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from engine import Engine
from engine.arms import Reading
from engine.arms.sound import SoundArm
from engine.arms.taggram import TaggramArm
from engine.arms.words import WordsArm
from engine.config import SearchSettings
from engine.search import Searcher
from indexers.base import Index
from indexers.generation import Calibration, ClipVectors
from indexers.vectors.columns import ColumnIndex
from indexers.vectors.exact import ExactIndex
from indexers.words import WordIndex, track_texts

CLASSES = ("guitar", "piano", "rain")


@dataclass
class Shelf:
    """What `Generation` gives to its readers, over n_tracks tracks with one or more clips each."""

    tracks: pl.DataFrame
    tags: np.ndarray  # [n_tracks, 3]
    music: np.ndarray  # [n_tracks, dim], unit rows
    thresholds: dict[str, float] = field(default_factory=dict)
    clip_tags: np.ndarray | None = None  # [n_tracks, n_clips, 3]
    number: int = 1
    gone: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    class_names = CLASSES

    @property
    def n_tracks(self) -> int:
        return len(self.tracks)

    @property
    def calibration(self) -> dict[str, Calibration]:
        return {arm: Calibration(arm, limit, "set by hand", 0.0, 0.0, ()) for arm, limit in self.thresholds.items()}

    @property
    def words(self) -> WordIndex:
        return WordIndex.build(track_texts(self.tracks))

    def index(self, space: str) -> Index:
        return ColumnIndex(self.tags.T) if space == "taggram" else ExactIndex(self.music)

    def track_vectors(self, space: str) -> np.ndarray:
        return self.tags if space == "taggram" else self.music

    def clips(self, space: str) -> ClipVectors:
        tags = self.tags[:, np.newaxis] if self.clip_tags is None else self.clip_tags
        clips = tags if space == "taggram" else np.repeat(self.music[:, np.newaxis], tags.shape[1], axis=1)
        n_tracks, n_clips, dim = clips.shape
        starts = np.tile(10.0 * np.arange(n_clips, dtype=np.float32), n_tracks)
        spans = np.stack([starts, starts + 3], axis=1)
        offsets = np.arange(0, n_tracks * n_clips + 1, n_clips, dtype=np.int64)
        return ClipVectors(clips.reshape(-1, dim).astype(np.float16), offsets, spans)


def _shelve(tags: Sequence[Sequence[float]], music: Sequence[Sequence[float]], **columns: list[object]) -> Shelf:
    """A shelf of tracks whose ids are 000…0, 000…1 and so on; columns override the defaults."""
    n_tracks = len(tags)
    table = {
        "track_id": [f"{row:032x}" for row in range(n_tracks)],
        "path": [f"/music/{row}.ogg" for row in range(n_tracks)],
        "copies": [[f"/music/{row}.ogg"] for row in range(n_tracks)],
        "title": [f"title {row}" for row in range(n_tracks)],
        "artist": [None] * n_tracks,
        "album": [None] * n_tracks,
        "genre": [None] * n_tracks,
        "caption": [None] * n_tracks,
        "year": [1970 + row for row in range(n_tracks)],
        "duration_s": [60.0] * n_tracks,
        "group": list(range(n_tracks)),
        **columns,
    }
    schema = dict.fromkeys(("artist", "album", "genre", "caption"), pl.String)
    vectors = np.array(music, dtype=np.float32)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return Shelf(pl.DataFrame(table, schema_overrides=schema), np.array(tags, dtype=np.float32), unit)


def weigh(text: str) -> np.ndarray:
    """Weights over `CLASSES`: one for each class that the text names."""
    return np.array([float(name in text.split()) for name in CLASSES], dtype=np.float32)


@pytest.fixture
def shelve() -> Callable[..., Shelf]:
    """Makes a shelf of tracks."""
    return _shelve


@pytest.fixture
def searcher_of() -> Callable[..., Searcher]:
    """Makes a searcher of a shelf; keyword arguments are settings."""

    def make(shelf: Shelf, **settings: float) -> Searcher:
        chosen = SearchSettings(**settings)
        reading = Reading(weigh, lambda tag: weigh(tag.label))
        arms = (TaggramArm(shelf, reading), WordsArm(shelf), SoundArm(shelf, chosen.unlike_weight))
        return Searcher(shelf, arms, chosen)

    return make


SAMPLE_RATE_HZ = 16_000


def _tone(hz: float, seconds: float) -> np.ndarray:
    at_s = np.arange(int(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    return (0.4 * np.sin(2 * np.pi * hz * at_s)).astype(np.float32)


def _noise(seconds: float) -> np.ndarray:
    return np.random.default_rng(4).uniform(-0.4, 0.4, int(seconds * SAMPLE_RATE_HZ)).astype(np.float32)


SOUNDS = {
    "low/deep tone.wav": _tone(200, 12),
    "low/deeper tone.flac": _tone(150, 10),
    "high/whistle.wav": _tone(6500, 12),
    "high/shrill whistle.flac": _tone(7000, 8),
    "high/whistle again.wav": _tone(6800, 15),
    "noise/rain on a roof.wav": _noise(10),
}


@pytest.fixture(scope="session")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six sounds in three folders: tones low and high, and noise; one folder has a picture."""
    import soundfile

    folder = tmp_path_factory.mktemp("music")
    for name, sound in SOUNDS.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        soundfile.write(path, sound, SAMPLE_RATE_HZ)
    (folder / "low" / "Folder.JPG").write_bytes(b"\xff\xd8 a picture")
    return folder


@pytest.fixture(scope="session")
def built(music: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of `music` with one generation, built by the fake encoders."""
    root = tmp_path_factory.mktemp("library")
    (root / "segue.toml").write_text(
        "format = 1\n[scan]\nworkers = 1\n"
        '[analysis]\nencoders = ["fake"]\ntext = "fake-text"\nwindows = 3\nworkers = 1\n'
        "[search]\nrelevance = 1.0\n"  # in six tracks variety would show anything second
    )
    engine = Engine.open(root)
    engine.scan([music])
    engine.rebuild()
    return root


@pytest.fixture
def library(built: Path, tmp_path: Path) -> Path:
    """A copy of `built` that a test may change."""
    return Path(shutil.copytree(built, tmp_path / "library"))


@pytest.fixture(scope="session")
def twice_built(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`built` with a second generation, of one track more, heard by fewer windows and with two joint spaces."""
    import soundfile

    root = Path(shutil.copytree(built, tmp_path_factory.mktemp("twice") / "library"))
    more = tmp_path_factory.mktemp("more")
    soundfile.write(more / "hum.wav", _tone(300, 9), SAMPLE_RATE_HZ)
    settings = root / "segue.toml"
    joint = 'windows = 2\njoint = ["fake-joint", "fake-track"]'
    settings.write_text(settings.read_text().replace("windows = 3", joint))
    engine = Engine.open(root)
    engine.scan([more])
    engine.rebuild()
    return root


@pytest.fixture
def two(twice_built: Path, tmp_path: Path) -> Path:
    """A copy of `twice_built` that a test may change."""
    return Path(shutil.copytree(twice_built, tmp_path / "two"))
