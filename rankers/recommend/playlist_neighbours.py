"""Neighbours of the playlist's own vector: playlists that a playlist encoder puts near lend their tracks."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from indexers.base import PlaylistEncoder
from indexers.catalog.corpus import Corpus
from indexers.schema import Rows, Seeds, Vectors
from rankers.recommend.common import checked, fading, strongest, sum_of_rows

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True, slots=True)
class NeighbourSettings:
    """How many playlists lend tracks, how steeply likeness counts, and how age does."""

    n_neighbours: int = 300
    power: float = 8.0
    half_life_days: float = 90.0
    floor: float = 0.1  # of an old playlist's weight


@dataclass(frozen=True, slots=True)
class PlaylistNeighbours:
    """Playlists weighed by a power of their vector's cosine with that of the seeds, and by their age."""

    encoder: PlaylistEncoder
    vectors: Vectors  # [n_playlists, dim], unit rows
    matrix: "csr_matrix"  # [n_playlists, n_tracks]
    days: Rows
    settings: NeighbourSettings
    name: str

    @classmethod
    def fit(cls, corpus: Corpus, encoder: PlaylistEncoder, settings: NeighbourSettings) -> "PlaylistNeighbours":
        """Encode the playlists to learn from."""
        vectors = encoder.encode(corpus.lists)
        return cls(encoder, vectors, corpus.matrix, corpus.days, settings, f"playlist_{encoder.name}")

    @property
    def n_tracks(self) -> int:
        """How many tracks it knows."""
        return int(self.matrix.shape[1])

    def score(self, seeds: Seeds) -> Vectors:
        """Score all tracks, [n_tracks]; see `Recommender`."""
        rows = checked(seeds, self.n_tracks)
        if not len(rows):
            return np.zeros(self.n_tracks, dtype=np.float32)
        cosines = self.vectors @ self.encoder.encode([rows])[0]
        return lent(cosines, self.matrix, fading(self.days, seeds.day, self.settings.half_life_days), self.settings)


def lent(cosines: Vectors, matrix: "csr_matrix", ages: Vectors, settings: NeighbourSettings) -> Vectors:
    """What the nearest playlists lend: the sum of their tracks, weighed by likeness and age, [n_tracks].

    Args:
        cosines: Of each playlist, [n_playlists]; those below zero lend nothing.
        matrix: [n_playlists, n_tracks].
        ages: What each playlist's age leaves of its weight, [n_playlists] in [0, 1].
        settings: See there.
    """
    weights = np.maximum(cosines, 0.0) ** settings.power * (settings.floor + (1.0 - settings.floor) * ages)
    nearest = strongest(weights, settings.n_neighbours)
    return sum_of_rows(matrix, nearest, weights[nearest])
