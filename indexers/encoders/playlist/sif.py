"""A playlist as the mean of its tracks' vectors by rarity, without what all playlists have in common."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexers.catalog.corpus import Corpus, Vocabulary
from indexers.encoders.playlist.average import unit_rows, weighted_means
from indexers.encoders.playlist.settings import SifSettings
from indexers.encoders.playlist.storage import Stored
from indexers.schema import Rows, Vectors


@dataclass(frozen=True, slots=True)
class SifWeights:
    """What was fitted: unit track vectors [n_tracks, dim], their weights [n_tracks], the common direction [dim]."""

    track_vectors: Vectors
    weights: Vectors
    common: Vectors


class SifEncoder:
    """The weighted mean of the unit track vectors less the common direction, made unit; see `PlaylistEncoder`."""

    name = "sif"

    def __init__(self, vocabulary: Vocabulary, fitted: SifWeights, settings: SifSettings | None = None) -> None:
        """Take what `fit_sif` found."""
        self.vocabulary = vocabulary
        self.settings = settings or SifSettings()
        self._fitted = fitted
        self.fingerprint = self.stored().fingerprint

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return int(self._fitted.track_vectors.shape[1])

    def encode(self, lists: Sequence[Rows]) -> Vectors:
        """Encode playlists into [n_playlists, dim], unit rows; a playlist without rows gives zeros.

        Raises:
            ShapeError: a row is not one of the vocabulary's.
        """
        means = weighted_means(lists, self._fitted.track_vectors, self._fitted.weights)
        return unit_rows(means - np.outer(means @ self._fitted.common, self._fitted.common))

    def stored(self) -> Stored:
        """What it is made from again."""
        fitted = self._fitted
        tensors = {"track_vectors": fitted.track_vectors, "weights": fitted.weights, "common": fitted.common}
        return Stored(self.name, self.settings.model_dump(), self.vocabulary, tensors)


def fit_sif(corpus: Corpus, track_vectors: Vectors, settings: SifSettings | None = None) -> SifEncoder:
    """Fit the weights and the common direction on training playlists.

    Args:
        corpus: The training playlists; p(t) is a track's share of all their listings.
        track_vectors: [n_tracks, dim].
        settings: The defaults without.

    Source:
        Arora, Liang and Ma 2017, "A Simple but Tough-to-Beat Baseline for Sentence Embeddings", algorithm 1.
    """
    chosen = settings or SifSettings()
    shares = corpus.counts / max(1, int(corpus.counts.sum()))
    weights = np.asarray(chosen.a / (chosen.a + shares), dtype=np.float32)
    vectors = unit_rows(track_vectors)
    common = first_direction(weighted_means(corpus.lists, vectors, weights))
    return SifEncoder(corpus.vocabulary, SifWeights(vectors, weights, common), chosen)


def first_direction(rows: Vectors) -> Vectors:
    """The unit direction [dim] along which rows [n_rows, dim], not centred, are longest; zeros where all rows are."""
    if not rows.any():
        return np.zeros(rows.shape[1], dtype=np.float32)
    _, directions = np.linalg.eigh(rows.T.astype(np.float64) @ rows)
    return np.asarray(directions[:, -1], dtype=np.float32)


def load_sif(stored: Stored, _: str = "cpu") -> SifEncoder:
    """Make the encoder from what was stored."""
    parts = (np.asarray(stored.tensors[name], dtype=np.float32) for name in ("track_vectors", "weights", "common"))
    return SifEncoder(stored.vocabulary, SifWeights(*parts), SifSettings(**stored.settings))
