"""The protocols that the rooms build on: encoders of sound, text and both, and indexes."""

from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from indexers.schema import Laid, Rows, Samples, Seeds, TextReading, Vectors, Waveforms


@runtime_checkable
class AudioEncoder(Protocol):
    """Turns windows of sound into one or more named outputs per window."""

    @property
    def name(self) -> str:
        """The registry's name, such as "yamnet"; also the folder of its cache."""

    @property
    def fingerprint(self) -> str:
        """A hex digest that changes whenever the same sound would give other numbers."""

    @property
    def sample_rate_hz(self) -> int:
        """The rate of the windows it takes."""

    @property
    def window_samples(self) -> int:
        """The length of the windows it takes, in samples."""

    @property
    def outputs(self) -> Mapping[str, int]:
        """Output name to dim, such as {"tags": 50, "penultimate": 200}."""

    def encode(self, windows: Waveforms) -> dict[str, Vectors]:
        """Encode windows of sound.

        Args:
            windows: [n_windows, window_samples] at `sample_rate_hz`, in [-1, 1].

        Returns:
            For each name in `outputs`, [n_windows, dim]; no windows give [0, dim].

        Raises:
            ShapeError: the windows are of another length.
        """


@runtime_checkable
class PadsItself(Protocol):
    """An `AudioEncoder` that was trained on short sounds filled up in another way than with silence behind them."""

    def pad(self, sound: Samples) -> Samples:
        """Fill up a sound, [n_samples] with at least one and at most `window_samples`, to [window_samples]."""


@runtime_checkable
class TextEncoder(Protocol):
    """Turns texts into unit vectors."""

    @property
    def name(self) -> str:
        """The registry's name, such as "text"."""

    @property
    def fingerprint(self) -> str:
        """A hex digest that changes whenever the same text would give other numbers."""

    @property
    def dim(self) -> int:
        """The length of a vector."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts into [n_texts, dim], unit rows; no texts give [0, dim]."""


@runtime_checkable
class JointEncoder(TextEncoder, Protocol):
    """Texts and sounds as vectors of one space, whose cosines say how well they fit.

    Its texts are encoded by itself. Its sounds are made of what sound encoders heard, as the cache holds it: of one
    that hears for it alone and bears its name, or of others that listen anyway.
    """

    @property
    def hears(self) -> Mapping[str, tuple[str, ...]]:
        """Sound encoder to the outputs its clip vectors are made of; all of them take the same windows."""

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages its texts may be in, such as ("en",)."""

    def clips(self, outputs: Mapping[str, Mapping[str, Vectors]]) -> Vectors:
        """Make clip vectors.

        Args:
            outputs: Encoder to output to [n_clips, dim], at least those in `hears`.

        Returns:
            [n_clips, dim], unit rows; no clips give [0, dim].
        """


@runtime_checkable
class TrackEncoder(JointEncoder, Protocol):
    """A `JointEncoder` that hears clips in their track and reads sentences in their text.

    Its `encode` gives a text's `TextReading.whole`. A track of another joint encoder is the mean of its clips.
    """

    def place(self, clips: Vectors, laid: Laid) -> tuple[Vectors, Vectors]:
        """Make of clips that know nothing of one another what they are in their tracks.

        Args:
            clips: [n_clips, dim], as `clips` made them.
            laid: Where they are.

        Returns:
            Clip vectors [n_clips, dim] and track vectors [n_tracks, dim], unit rows; a track's depend on no other's.
        """

    def read(self, text: str) -> TextReading:
        """Read a text of any length, none of it cut away; one without words is one sentence."""


@runtime_checkable
class Index(Protocol):
    """Searchable embeddings: row r of the index is row r of what it was built from.

    Scores are inner products; on unit rows they are cosines.
    """

    @property
    def kind(self) -> str:
        """The registry's name, such as "hnsw"."""

    @property
    def dim(self) -> int:
        """The length of a vector."""

    @property
    def size(self) -> int:
        """How many rows it holds."""

    def search(self, queries: Vectors, k: int, *, allowed: Rows | None = None) -> tuple[Rows, Vectors]:
        """Find the k rows with the highest inner product, best first.

        Args:
            queries: [n_queries, dim].
            k: At least 1; fewer rows than k give fewer.
            allowed: Sorted distinct rows to search among, decided before the search; None means all.

        Returns:
            Rows and scores, each [n_queries, min(k, n_allowed)]; equal scores keep row order where the
            index is exact.

        Raises:
            ShapeError: queries have another dim, or an allowed row does not exist.
            QueryError: k is below 1.
        """


@runtime_checkable
class Adjustable(Protocol):
    """An `Index` that may miss rows, the fewer the more it looks at."""

    @property
    def efforts(self) -> tuple[int, ...]:
        """What `effort` may be, from quick to thorough."""

    @property
    def usual_effort(self) -> int:
        """What `effort` is unless more is needed."""

    effort: int


@runtime_checkable
class Updatable(Index, Protocol):
    """An `Index` whose rows can change after it was built; the next search sees it.

    `size` counts all rows that there ever were: a row that was deleted leaves a gap, and is never found again unless it
    is put in anew.
    """

    def upsert(self, rows: Rows, vectors: Vectors) -> None:
        """Put vectors in place of those of some rows, or behind all others.

        Args:
            rows: Distinct; those from `size` on are new, and leave no gap.
            vectors: [n, dim], one for each row.

        Raises:
            ShapeError: another dim, another number of vectors than of rows, a row twice, or a gap.
            StorageError: the disk or the server refused.
        """

    def delete(self, rows: Rows) -> None:
        """Take rows out; those that are out already stay out.

        Raises:
            ShapeError: a row does not exist.
            StorageError: the disk or the server refused.
        """


@runtime_checkable
class PlaylistEncoder(Protocol):
    """Turns playlists, as ordered rows of one vocabulary, into one vector each."""

    @property
    def name(self) -> str:
        """The registry's name: "bow", "sif", "seq2seq-uni" or "seq2seq-bi"."""

    @property
    def fingerprint(self) -> str:
        """A hex digest that changes whenever the same playlist would give another vector."""

    @property
    def dim(self) -> int:
        """The length of a vector."""

    def encode(self, lists: Sequence[Rows]) -> Vectors:
        """Encode playlists into [n_playlists, dim], unit rows; a playlist without rows gives zeros."""


@runtime_checkable
class Recommender(Protocol):
    """Scores every known track as the continuation of a playlist."""

    @property
    def name(self) -> str:
        """The name of its arm, such as "als"."""

    @property
    def n_tracks(self) -> int:
        """How many tracks it knows."""

    def score(self, seeds: Seeds) -> Vectors:
        """Score all tracks, [n_tracks], higher is better.

        Scores are finite; seeds are scored like any other track and left out by the caller. All scores are 0 where the
        recommender has nothing to say about these seeds.

        Raises:
            ShapeError: a seed is not one of the n_tracks.
        """
