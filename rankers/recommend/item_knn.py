"""Item-based neighbours: tracks that share playlists with the seeds."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from indexers.schema import Seeds, Vectors
from rankers.recommend.common import calm_implicit, checked, sum_of_rows

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Weighting = Literal["cosine", "bm25"]


@dataclass(frozen=True, slots=True)
class ItemKnnSettings:
    """How many neighbours a track keeps, and BM25's constants."""

    n_neighbours: int = 300
    bm25_k1: float = 1.2
    bm25_b: float = 0.75


@dataclass(frozen=True, slots=True)
class ItemKnn:
    """The sum of the seeds' rows of a track-track similarity.

    Source: Sarwar et al. 2001, "Item-based collaborative filtering"; weighting and neighbours by `implicit`.
    """

    similarity: "csr_matrix"  # [n_tracks, n_tracks], each row the nearest of a track without itself
    name: str

    @classmethod
    def fit(cls, matrix: "csr_matrix", weighting: Weighting, settings: ItemKnnSettings) -> "ItemKnn":
        """Find every track's neighbours.

        Args:
            matrix: [n_playlists, n_tracks]; ones, or how often.
            weighting: How tracks are compared.
            settings: See there.
        """
        from implicit.nearest_neighbours import BM25Recommender, CosineRecommender

        kept = settings.n_neighbours + 1  # a track is its own nearest
        model = (
            CosineRecommender(K=kept, num_threads=1)
            if weighting == "cosine"
            else BM25Recommender(K=kept, K1=settings.bm25_k1, B=settings.bm25_b, num_threads=1)
        )
        with calm_implicit():
            model.fit(matrix.tocsr().astype(np.float64), show_progress=False)
        similarity = model.similarity.tocsr().astype(np.float32)
        similarity.setdiag(0.0)
        similarity.eliminate_zeros()
        similarity.sort_indices()
        return cls(similarity, f"item_knn_{weighting}")

    @property
    def n_tracks(self) -> int:
        """How many tracks it knows."""
        return int(self.similarity.shape[0])

    def score(self, seeds: Seeds) -> Vectors:
        """Score all tracks, [n_tracks]; see `Recommender`."""
        rows = checked(seeds, self.n_tracks)
        return sum_of_rows(self.similarity, rows, np.ones(len(rows), dtype=np.float32))
