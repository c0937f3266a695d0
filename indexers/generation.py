"""One published generation, opened for reading: lazy, memory-mapped, never changed."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from indexers.base import Index
from indexers.errors import LibraryError, QueryError, StaleIndexError
from indexers.library import Library
from indexers.schema import Bools, Rows, Vectors
from indexers.vectors.storage import mapped

if TYPE_CHECKING:
    import polars as pl

    from indexers.words import WordIndex

FORMAT = 1  # of a generation's folder
SpaceName = str
"""A key of `manifest["spaces"]`: "taggram", "music", and one more for each joint encoder, see `joint_space`."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One query that calibrated an arm, and the best score the library gave it.

    `use` is "choose" (those that set the threshold), "report" (others that have nothing to do with the library, which
    only count false answers) or "positive" (others that it can answer, which only count misses).
    """

    text: str
    use: str
    score: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Below which best score an arm's answer is no answer, and how that was found.

    Rates are shares in [0, 1]: `false_answer_rate` of the "report" probes at or above the threshold, `miss_rate` of
    the "positive" probes below it.
    """

    arm: str
    threshold: float
    rule: str  # how the threshold follows from the probes, in words
    false_answer_rate: float
    miss_rate: float
    probes: tuple[Probe, ...]

    @classmethod
    def parse(cls, table: Mapping[str, Any]) -> "Calibration":
        """Read one arm of calibration.json."""
        probes = tuple(Probe(**probe) for probe in table["probes"])
        return cls(**{**table, "probes": probes})


@dataclass(frozen=True, slots=True)
class ClipVectors:
    """The clips of every track in one space: [n_clips, dim] in float16, and their times in seconds."""

    matrix: np.ndarray[Any, np.dtype[np.float16]]
    offsets: Rows  # [n_tracks + 1]: clips of row r are offsets[r]:offsets[r + 1]
    times_s: Vectors  # [n_clips, 2]: start and end
    short: Bools | None = None  # [n_clips]: the track is shorter than the window, which was filled up; None is unknown

    def vectors(self, row: int) -> Vectors:
        """The clips of one track as float32 [n_clips, dim], in order of time."""
        return np.asarray(self.matrix[self.offsets[row] : self.offsets[row + 1]], dtype=np.float32)

    def gather(self, rows: Rows) -> tuple[Vectors, Rows]:
        """The clips of several tracks, float32 [n_clips, dim], and where each track's begin, [n_rows + 1]."""
        first, counts = self.offsets[rows], self.offsets[rows + 1] - self.offsets[rows]
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        places = np.repeat(first - starts[:-1], counts) + np.arange(starts[-1])
        return np.asarray(self.matrix[places], dtype=np.float32), starts

    def spans(self, row: int) -> Vectors:
        """The times of one track's clips, [n_clips, 2] seconds."""
        return np.asarray(self.times_s[self.offsets[row] : self.offsets[row + 1]], dtype=np.float32)

    def is_short(self, row: int) -> bool:
        """Whether a track is known to be shorter than one window: its only clip was filled up."""
        return self.short is not None and bool(self.short[self.offsets[row] : self.offsets[row + 1]].any())


@dataclass(frozen=True, slots=True)
class Joint:
    """A joint space of a generation: its encoder, the encoder's fingerprint, and the languages its texts may be in.

    It `attends` where its encoder is a `TrackEncoder`: sentences can be held against clips.
    """

    encoder: str
    space: SpaceName
    fingerprint: str
    languages: tuple[str, ...]
    attends: bool = False


class Generation:
    """One published generation: row r of every part is the same track. Parts are opened when first asked for.

    `gone` are rows of tracks that the library no longer has; indexes do not find them.
    """

    def __init__(self, folder: Path, number: int, manifest: Mapping[str, Any], gone: Rows | None = None) -> None:
        self.folder = folder
        self.number = number
        self.manifest = manifest
        self.gone = np.empty(0, dtype=np.int64) if gone is None else gone
        self._opened: dict[tuple[str, str], Any] = {}

    @classmethod
    def open(cls, library: Library, number: int | None = None) -> "Generation":
        """Open one generation, by default the serving one.

        Raises:
            LibraryError: nothing was ever published, or there is no such number.
            StaleIndexError: another version of Segue wrote it.
        """
        wanted = library.serving() if number is None else number
        if wanted is None:
            raise LibraryError(f"{library.root} has no generation yet: run `segue rebuild`")
        if wanted not in library.published():
            raise LibraryError(f"no generation {wanted}; there are {library.published()}")
        folder = library.generation(wanted)
        return cls(folder, wanted, read_manifest(folder))

    @cached_property
    def tracks(self) -> "pl.DataFrame":
        """One row per track, sorted by track_id: the catalogue's columns and `group`, `x`, `y`, `top_tags`.

        Tracks of one `group` are the same recording; the number is the group's smallest row. `x` and `y` place the
        track on the map.
        """
        import polars as pl

        return pl.read_parquet(self.folder / "tracks.parquet", memory_map=False)

    @cached_property
    def n_tracks(self) -> int:
        """How many tracks it holds."""
        return int(self.manifest["counts"]["tracks"])

    def index(self, space: SpaceName) -> Index:
        """The index of one space over track vectors.

        Raises:
            QueryError: there is no such space in this generation.
        """
        from indexers.vectors import load_index

        index: Index = self._part("index", space, lambda name: load_index(self.folder / name / "index"))
        if not len(self.gone):
            return index
        from indexers.vectors.live import Changes, LiveIndex

        return LiveIndex(index, Changes(index.size, self.gone))

    def without(self, gone: Rows) -> "Generation":
        """The same generation, of which sorted `gone` rows are no longer found; what was opened stays open."""
        other = Generation(self.folder, self.number, self.manifest, gone)
        other._opened = self._opened
        return other

    def track_vectors(self, space: SpaceName) -> Vectors:
        """The track vectors of one space, [n_tracks, dim] in the precision they are stored in, memory-mapped.

        Raises:
            QueryError: there is no such space in this generation.
        """
        from indexers.vectors import stored_vectors

        vectors: Vectors = self._part("tracks", space, lambda name: stored_vectors(self.folder / name / "index"))
        return vectors

    def clips(self, space: SpaceName) -> ClipVectors:
        """The clip vectors of one space.

        Raises:
            QueryError: there is no such space in this generation.
        """
        clips: ClipVectors = self._part("clips", space, self._open_clips)
        return clips

    @cached_property
    def words(self) -> "WordIndex":
        """The index of metadata words; `.words.search(text, k, allowed)` gives rows and scores."""
        from indexers.words import WordIndex

        return WordIndex.load(self.folder / "words")

    @cached_property
    def calibration(self) -> dict[str, Calibration]:
        """Arm to threshold, for the arms "taggram", "words", "music", and each joint encoder by its name."""
        tables = json.loads((self.folder / "calibration.json").read_text(encoding="utf-8"))
        return {arm: Calibration.parse(table) for arm, table in tables.items()}

    @cached_property
    def class_names(self) -> tuple[str, ...]:
        """The names of the taggram's classes, in the order of its dims."""
        return tuple(self._classes["names"])

    @cached_property
    def class_vectors(self) -> Vectors:
        """The text vectors of the classes' texts, [n_classes, text dim], as `manifest["text"]` encoded them."""
        vectors: Vectors = mapped(self.folder / "taggram" / "class_vectors.npy")
        return vectors

    @cached_property
    def joints(self) -> tuple[Joint, ...]:
        """The joint spaces, in the order of the settings."""
        said = self.manifest.get("joint", [])
        return tuple(Joint(**{**each, "languages": tuple(each["languages"])}) for each in said)

    @cached_property
    def _classes(self) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads((self.folder / "taggram" / "classes.json").read_text(encoding="utf-8"))
        return loaded

    def _open_clips(self, space: str) -> ClipVectors:
        matrix = mapped(self.folder / space / "clips.npy")
        own = space in {joint.space for joint in self.joints}  # its encoder may take other windows
        laid = self.folder / (space if own else "clips")
        short = mapped(laid / "short.npy") if own else None
        return ClipVectors(matrix, mapped(laid / "offsets.npy"), mapped(laid / "times_s.npy"), short)

    def _part(self, what: str, space: str, load: Callable[[str], Any]) -> Any:
        spaces = self.manifest["spaces"]
        if space not in spaces:
            raise QueryError(f"generation {self.number} has no {space!r} vectors; it has {', '.join(spaces)}")
        if (what, space) not in self._opened:
            self._opened[what, space] = load(space)
        return self._opened[what, space]


def joint_space(encoder: str) -> SpaceName:
    """Name the space, and its folder, of a joint encoder: "joint-clap", "joint-larger_clap_general-1f2e3d"."""
    if re.fullmatch(r"[a-z0-9_-]+", encoder):
        return f"joint-{encoder}"
    last = re.sub(r"[^\w-]+", "-", encoder.rstrip("/").rsplit("/", 1)[-1], flags=re.ASCII).strip("-")
    return f"joint-{last[:40]}-{hashlib.sha256(encoder.encode()).hexdigest()[:6]}"


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read what a generation says of itself.

    Raises:
        StaleIndexError: the manifest is damaged or of another format.
    """
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        written = manifest["format"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StaleIndexError(f"{folder}/manifest.json cannot be read ({error}): run `segue rebuild`") from error
    if written != FORMAT:
        raise StaleIndexError(f"{folder} has format {written}, not {FORMAT}: run `segue rebuild`")
    return manifest


def read_build(folder: Path) -> dict[str, Any]:
    """Read when and where a generation was built, and the seconds of each stage; nothing where it was not told."""
    try:
        told: dict[str, Any] = json.loads((folder / "build.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told
