"""A playlist as the mean of its tracks' vectors: the baseline that knows no order."""

from collections.abc import Sequence

import numpy as np

from indexers.catalog.corpus import Corpus, Vocabulary
from indexers.encoders.playlist.average import unit_rows, weighted_means
from indexers.encoders.playlist.settings import BowSettings
from indexers.encoders.playlist.storage import Stored
from indexers.schema import Rows, Vectors


class BowEncoder:
    """The mean of the unit track vectors, made unit; see `PlaylistEncoder` for its promises."""

    name = "bow"

    def __init__(self, vocabulary: Vocabulary, track_vectors: Vectors, settings: BowSettings | None = None) -> None:
        """Take unit track vectors [n_tracks, dim], one row per track of the vocabulary."""
        self.vocabulary = vocabulary
        self.settings = settings or BowSettings()
        self._vectors = track_vectors
        self.fingerprint = self.stored().fingerprint

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return int(self._vectors.shape[1])

    def encode(self, lists: Sequence[Rows]) -> Vectors:
        """Encode playlists into [n_playlists, dim], unit rows; a playlist without rows gives zeros.

        Raises:
            ShapeError: a row is not one of the vocabulary's.
        """
        ones = np.ones(len(self._vectors), dtype=np.float32)
        return unit_rows(weighted_means(lists, self._vectors, ones))

    def stored(self) -> Stored:
        """What it is made from again."""
        return Stored(self.name, self.settings.model_dump(), self.vocabulary, {"track_vectors": self._vectors})


def fit_bow(corpus: Corpus, track_vectors: Vectors, settings: BowSettings | None = None) -> BowEncoder:
    """Make a bag-of-words encoder for a corpus' vocabulary from track vectors [n_tracks, dim] of any length."""
    return BowEncoder(corpus.vocabulary, unit_rows(track_vectors), settings)


def load_bow(stored: Stored, _: str = "cpu") -> BowEncoder:
    """Make the encoder from what was stored."""
    vectors = np.asarray(stored.tensors["track_vectors"], dtype=np.float32)
    return BowEncoder(stored.vocabulary, vectors, BowSettings(**stored.settings))
