"""EASE: every track predicted from all the others by one linear model, in closed form.

Source: H. Steck, Embarrassingly Shallow Autoencoders for Sparse Data (2019), eq. 8; with dropout as in H. Steck,
Autoencoders that don't overfit towards the Identity (2020), eq. 4 and 10.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from indexers.errors import ConfigError, InputError
from indexers.schema import Seeds, Vectors
from rankers.recommend.common import checked

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

LIMIT = 20_000  # lists or tracks, whichever are fewer: the square of it is inverted, 1.6 GB in float32
BLOCK = 4_096  # tracks at a time where a dense block is needed


@dataclass(frozen=True, slots=True)
class EaseSettings:
    """How strongly the model is held back.

    `l2` is added to every track's own square (above 0); `dropout` is the share of a list that is thought to be hidden
    while it is predicted (from 0, below 1), which holds popular tracks back more.
    """

    l2: float = 100.0
    dropout: float = 0.0


class LinearModel(Protocol):
    """Scores for lists that need not have been learnt from."""

    @property
    def n_tracks(self) -> int:
        """How many tracks it knows."""

    def scores(self, lists: "csr_matrix") -> Vectors:
        """Score all tracks for each list, [n_lists, n_tracks]; `lists` is weighted as what was learnt from."""


@dataclass(frozen=True, slots=True)
class TrackWeights:
    """The model as one weight per pair of tracks: `weights` is [n_tracks, n_tracks], its diagonal 0."""

    weights: Vectors

    @property
    def n_tracks(self) -> int:
        """How many tracks it knows."""
        return len(self.weights)

    def scores(self, lists: "csr_matrix") -> Vectors:
        """Score all tracks for each list, [n_lists, n_tracks]."""
        return np.asarray(lists @ self.weights, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class ListWeights:
    """The same model through the lists it was learnt from, where these are fewer than the tracks.

    With X [n_lists, n_tracks] and the penalties D, the inverse of X'X + D is D⁻¹ - D⁻¹X' K XD⁻¹ with the kernel
    K = (1 + XD⁻¹X')⁻¹ (Woodbury's identity), so that only n_lists² numbers are kept. `scaled` is XD⁻¹; `diagonal` is
    that of the inverse, [n_tracks].
    """

    scaled: "csr_matrix"
    kernel: Vectors
    penalties: Vectors
    diagonal: Vectors

    @property
    def n_tracks(self) -> int:
        """How many tracks it knows."""
        return len(self.diagonal)

    def scores(self, lists: "csr_matrix") -> Vectors:
        """Score all tracks for each list, [n_lists, n_tracks]."""
        near = np.asarray((lists @ self.scaled.T) @ self.kernel)
        inverse = lists.multiply(1.0 / self.penalties).toarray() - self.scaled.T.dot(near.T).T
        return np.asarray(lists.toarray() - inverse / self.diagonal, dtype=np.float32)


def fit_ease(matrix: "csr_matrix", settings: EaseSettings | None = None) -> LinearModel:
    """Fit the model to lists; the same lists give the same model.

    Args:
        matrix: [n_lists, n_tracks], the weight of each track in each list, 0 where it is not in it.
        settings: How strongly the model is held back.

    Raises:
        ConfigError: a setting is out of range.
        InputError: there are more than LIMIT lists and more than LIMIT tracks.
    """
    wanted = settings or EaseSettings()
    if wanted.l2 <= 0.0 or not 0.0 <= wanted.dropout < 1.0:
        raise ConfigError(f"{wanted} is out of range: l2 is above 0, dropout from 0 and below 1")
    if min(matrix.shape) > LIMIT:
        raise InputError(
            f"EASE over {matrix.shape} lists and tracks: the limit of the fewer is {LIMIT}; drop rare tracks"
        )
    penalties = _penalties(matrix, wanted)
    return _by_lists(matrix, penalties) if matrix.shape[0] < matrix.shape[1] else _by_tracks(matrix, penalties)


def _penalties(matrix: "csr_matrix", settings: EaseSettings) -> Vectors:
    squares = np.asarray(matrix.multiply(matrix).sum(axis=0), dtype=np.float64).ravel()
    return (settings.l2 + settings.dropout / (1.0 - settings.dropout) * squares).astype(np.float32)


def _by_tracks(matrix: "csr_matrix", penalties: Vectors) -> TrackWeights:
    gram = (matrix.T @ matrix).toarray().astype(np.float32)
    gram[np.diag_indices_from(gram)] += penalties
    weights = _inverse(gram)
    weights /= -np.diag(weights)
    np.fill_diagonal(weights, 0.0)
    return TrackWeights(weights)


def _by_lists(matrix: "csr_matrix", penalties: Vectors) -> ListWeights:
    scaled = matrix.multiply(1.0 / penalties).tocsr().astype(np.float32)
    kernel = (scaled @ matrix.T).toarray().astype(np.float32)
    kernel[np.diag_indices_from(kernel)] += 1.0
    kernel = _inverse(kernel)
    explained = np.concatenate([np.empty(0, dtype=np.float32), *_quadratic(scaled, kernel)])
    return ListWeights(scaled, kernel, penalties, 1.0 / penalties - explained)


def _quadratic(scaled: "csr_matrix", kernel: Vectors) -> Iterator[Vectors]:
    """The diagonal of DX'KXD, a block of tracks at a time."""
    columns = scaled.tocsc()
    for at in range(0, columns.shape[1], BLOCK):
        block = columns[:, at : at + BLOCK]
        yield np.asarray(block.multiply(block.T.dot(kernel).T).sum(axis=0), dtype=np.float32).ravel()


def _inverse(square: Vectors) -> Vectors:
    from scipy.linalg import inv

    inverse: Vectors = inv(square, overwrite_a=True, check_finite=False, assume_a="pos")
    return inverse


@dataclass(frozen=True, slots=True)
class EaseRecommender:
    """EASE as an arm: seeds weigh alike, whatever their order; see `Recommender` for its promises."""

    model: LinearModel
    name: str = "ease"

    @property
    def n_tracks(self) -> int:
        """How many tracks it knows."""
        return self.model.n_tracks

    def score(self, seeds: Seeds) -> Vectors:
        """Score all tracks, [n_tracks]; no seeds give zeros.

        Raises:
            ShapeError: a seed is not one of the n_tracks.
        """
        from scipy.sparse import csr_matrix

        rows = checked(seeds, self.n_tracks)
        if len(rows) == 0:
            return np.zeros(self.n_tracks, dtype=np.float32)
        ones = np.ones(len(rows), dtype=np.float32)
        scores = self.model.scores(csr_matrix((ones, rows, [0, len(rows)]), shape=(1, self.n_tracks)))
        return scores.ravel()
