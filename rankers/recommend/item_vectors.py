"""Vectors of tracks: the tracks nearest to the middle of the seeds."""

from dataclasses import dataclass

import numpy as np

from indexers.schema import Rows, Seeds, Vectors
from rankers.recommend.common import checked
from rankers.recommend.directions import centred


@dataclass(frozen=True, slots=True)
class ItemVectors:
    """The cosine of each track's vector with the mean of the seeds' unit vectors, around the mean of all.

    Source: Barkan and Koenigstein 2016, "Item2vec".
    """

    vectors: Vectors  # [n_tracks, dim], unit rows or zeros
    name: str

    @classmethod
    def fit(cls, vectors: Vectors, name: str = "item2vec") -> "ItemVectors":
        """Take vectors of any length, [n_tracks, dim]; what all have in common is taken off."""
        return cls(np.ascontiguousarray(centred(vectors)), name)

    @property
    def n_tracks(self) -> int:
        """How many tracks it knows."""
        return len(self.vectors)

    def score(self, seeds: Seeds) -> Vectors:
        """Score all tracks, [n_tracks]; see `Recommender`."""
        return np.asarray(self.vectors @ self.middle(checked(seeds, self.n_tracks)), dtype=np.float32)

    def middle(self, rows: Rows) -> Vectors:
        """The direction of the mean of some tracks' vectors, [dim]; zeros without tracks."""
        middle = self.vectors[rows].sum(axis=0)
        length = float(np.linalg.norm(middle))
        return np.asarray(middle / length if length else middle, dtype=np.float32)
