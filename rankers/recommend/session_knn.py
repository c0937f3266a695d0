"""Neighbouring playlists: those that share rare tracks with the seeds lend their other tracks."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from indexers.catalog.corpus import Corpus
from indexers.schema import Rows, Seeds, Vectors
from rankers.recommend.common import checked, fading, strongest, sum_of_rows

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True, slots=True)
class SessionKnnSettings:
    """How many playlists lend tracks, how rarity counts, and how age does."""

    n_neighbours: int = 500
    idf_power: float = 2.0
    length_power: float = 0.5
    half_life_days: float = 90.0
    floor: float = 0.1  # of an old playlist's weight


@dataclass(frozen=True, slots=True)
class SessionKnn:
    """Playlists weighed by the rarity of what they share with the seeds, by their length and their age.

    Source: Ludewig and Jannach 2018, "Evaluation of session-based recommendation algorithms" (V-SkNN, S-KNN with idf).
    """

    matrix: "csr_matrix"  # [n_playlists, n_tracks]
    holders: "csr_matrix"  # [n_tracks, n_playlists]
    rarity: Vectors  # [n_tracks]
    shortness: Vectors  # [n_playlists]
    days: Rows
    settings: SessionKnnSettings
    name: str = "session_knn"

    @classmethod
    def fit(cls, corpus: Corpus, settings: SessionKnnSettings) -> "SessionKnn":
        """Count what is rare."""
        n_playlists = len(corpus.lists)
        held = np.maximum(corpus.counts, 1)
        rarity = np.log(max(n_playlists, 2) / held) ** settings.idf_power
        lengths = np.array([max(len(rows), 1) for rows in corpus.lists], dtype=np.float64)
        shortness = lengths**-settings.length_power
        return cls(
            corpus.matrix,
            corpus.matrix.T.tocsr(),
            rarity.astype(np.float32),
            shortness.astype(np.float32),
            corpus.days,
            settings,
        )

    @property
    def n_tracks(self) -> int:
        """How many tracks it knows."""
        return int(self.matrix.shape[1])

    def score(self, seeds: Seeds) -> Vectors:
        """Score all tracks, [n_tracks]; see `Recommender`."""
        rows = checked(seeds, self.n_tracks)
        if not len(rows):
            return np.zeros(self.n_tracks, dtype=np.float32)
        shared = sum_of_rows(self.holders, rows, self.rarity[rows]) * self.shortness
        floor = self.settings.floor
        weights = shared * (floor + (1.0 - floor) * fading(self.days, seeds.day, self.settings.half_life_days))
        nearest = strongest(weights, self.settings.n_neighbours)
        return sum_of_rows(self.matrix, nearest, weights[nearest])
