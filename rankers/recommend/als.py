"""Alternating least squares: tracks and playlists as vectors whose product says whether they belong together."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from indexers.schema import Seeds, Vectors
from rankers.recommend.common import calm_implicit, checked

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True, slots=True)
class AlsSettings:
    """The size of the model, how it is held back, and how much a playlist's word outweighs its silence."""

    factors: int = 256
    regularization: float = 30.0
    alpha: float = 60.0
    iterations: int = 10
    seed: int = 1
    threads: int = 1  # one gives the same factors every time


@dataclass(frozen=True, slots=True)
class Als:
    """The product of track factors and the vector that explains the seeds best.

    Source: Hu, Koren and Volinsky 2008, "Collaborative filtering for implicit feedback datasets"; fitted by `implicit`.
    """

    factors: Vectors  # [n_tracks, n_factors]
    gram: Vectors  # factors' factors, plus the regularisation on its diagonal
    alpha: float
    name: str = "als"

    @classmethod
    def fit(cls, matrix: "csr_matrix", settings: AlsSettings) -> "Als":
        """Learn the factors of all tracks.

        Args:
            matrix: [n_playlists, n_tracks]; ones, or how often.
            settings: See there.
        """
        from implicit.cpu.als import AlternatingLeastSquares

        with calm_implicit():
            model = AlternatingLeastSquares(
                factors=settings.factors,
                regularization=settings.regularization,
                alpha=settings.alpha,
                iterations=settings.iterations,
                num_threads=settings.threads,
                random_state=settings.seed,
            )
            model.fit(matrix.tocsr().astype(np.float32), show_progress=False)
        factors = np.ascontiguousarray(model.item_factors, dtype=np.float32)
        held_back = settings.regularization * np.eye(factors.shape[1], dtype=np.float32)
        return cls(factors, factors.T @ factors + held_back, settings.alpha)

    @property
    def n_tracks(self) -> int:
        """How many tracks it knows."""
        return len(self.factors)

    def score(self, seeds: Seeds) -> Vectors:
        """Score all tracks, [n_tracks]; see `Recommender`."""
        rows = checked(seeds, self.n_tracks)
        if not len(rows):
            return np.zeros(self.n_tracks, dtype=np.float32)
        return self.score_counts(rows, np.ones(len(rows), dtype=np.float32))

    def score_counts(self, rows: "np.typing.NDArray[np.int64]", counts: Vectors) -> Vectors:
        """Score all tracks for rows that were heard so often, [n_tracks]."""
        own = self.factors[rows]
        confidence = self.alpha * counts
        # the least squares of Hu et al., eq. 4, for a playlist that was not there when the factors were learnt
        weighed = self.gram + own.T @ (own * (confidence - 1.0)[:, None])
        vector = np.linalg.solve(weighed, own.T @ confidence)
        return np.asarray(self.factors @ vector, dtype=np.float32)
