"""Popularity, the newest playlists counting most: what is played everywhere now."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from indexers.catalog.corpus import Corpus
from indexers.schema import Rows, Seeds, Vectors
from rankers.recommend.common import checked, fading, sum_of_rows

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

LEAST = 1e-4  # a playlist that weighs less is passed over


@dataclass(frozen=True, slots=True)
class Popularity:
    """Counts the playlists that hold a track, each weighing half as much per half-life of its age."""

    matrix: "csr_matrix"  # [n_playlists, n_tracks]
    days: Rows
    half_life_days: float
    name: str = "popularity"

    @classmethod
    def fit(cls, corpus: Corpus, half_life_days: float) -> "Popularity":
        """Take the playlists as they are."""
        return cls(corpus.matrix, corpus.days, half_life_days)

    @property
    def n_tracks(self) -> int:
        """How many tracks it knows."""
        return int(self.matrix.shape[1])

    def score(self, seeds: Seeds) -> Vectors:
        """Score all tracks, [n_tracks]; see `Recommender`."""
        checked(seeds, self.n_tracks)
        weights = fading(self.days, seeds.day, self.half_life_days)
        rows = np.flatnonzero(weights > LEAST)
        return sum_of_rows(self.matrix, rows, weights[rows])
