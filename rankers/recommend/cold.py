"""Cold tracks: where a track that no playlist holds would stand among those that playlists hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeAlias

import numpy as np
import numpy.typing as npt

from indexers.errors import ModelError, ShapeError
from indexers.files import write_atomically
from indexers.schema import Rows, Vectors
from rankers.recommend.directions import unit

ALPHAS = (0.1, 1.0, 10.0, 100.0, 1_000.0, 10_000.0)
FOLDS = 5
REMEDY = "fit it again"

Matrix: TypeAlias = npt.NDArray[np.float64]
"""Sums of products, in float64 so that a fit does not drift."""


@dataclass(frozen=True, slots=True)
class Ridge:
    """A linear map: `weights` [n_features + 1, dim], the last row for the constant.

    `alpha` is what held it back; `cosine` the mean cosine between predicted and true vectors of tracks left out of the
    fit, by which alpha was chosen.
    """

    weights: Vectors
    alpha: float
    cosine: float

    def predict(self, features: Vectors) -> Vectors:
        """Map [n_tracks, n_features] to [n_tracks, dim]."""
        return np.asarray(features @ self.weights[:-1] + self.weights[-1], dtype=np.float32)

    def sure(self, features: Vectors) -> Vectors:
        """The same directions, as long as `cosine` where that is above 0."""
        return np.asarray(unit(self.predict(features)) * np.float32(max(self.cosine, 0.0)), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class ArtistMeans:
    """What is known of the artists of some tracks from other tracks that playlists hold.

    `vectors` is [n_tracks, dim]: the direction of the mean of the artist's warm tracks, unit rows, zeros where there
    are none; `n_warm` is [n_tracks], how many there are.
    """

    vectors: Vectors
    n_warm: Rows

    @classmethod
    def of(cls, vectors: Vectors, warm_artists: Rows, artists: Rows) -> Self:
        """Look up the artists of some tracks among warm ones.

        Args:
            vectors: [n_warm, dim], the warm tracks'; directions count, lengths do not.
            warm_artists: [n_warm], a number per artist.
            artists: [n_tracks], numbers of the same artists; none of these tracks is a warm one.

        Raises:
            ShapeError: sizes differ.
        """
        _check_sizes(vectors, warm_artists)
        sums, counts = _sums(unit(vectors), warm_artists, int(max(warm_artists.max(initial=0), artists.max(initial=0))))
        return cls(unit(sums[artists]), counts[artists])

    @classmethod
    def of_others(cls, vectors: Vectors, artists: Rows) -> Self:
        """For every warm track what its artist's other tracks say: the track itself is left out.

        Args:
            vectors: [n_tracks, dim].
            artists: [n_tracks], a number per artist.

        Raises:
            ShapeError: sizes differ.
        """
        _check_sizes(vectors, artists)
        directions = unit(vectors)
        sums, counts = _sums(directions, artists, int(artists.max(initial=0)))
        others = counts[artists] - 1
        left = np.where(others[:, None] > 0, sums[artists] - directions, np.float32(0.0))
        return cls(unit(left), others)

    def select(self, rows: Rows) -> Self:
        """What is known of some of the tracks, in the order given."""
        return type(self)(self.vectors[rows], self.n_warm[rows])


@dataclass(frozen=True, slots=True)
class ColdPredictor:
    """Predicts vectors of the playlist space for tracks that playlists do not hold.

    One linear map takes a track's features alone (`alone`); another takes them beside the mean vector of its artist's
    warm tracks (`beside`), is held back towards copying that mean, and serves artists who have some.

    Source: van den Oord, Dieleman and Schrauwen 2013, "Deep content-based music recommendation", with ridge regression
    (Hoerl and Kennard 1970) in place of a network and the artist's mean as a feature.
    """

    alone: Ridge
    beside: Ridge

    @classmethod
    def fit(
        cls,
        features: Vectors,
        vectors: Vectors,
        artists: Rows,
        means: ArtistMeans | None = None,
        *,
        rng: np.random.Generator,
    ) -> Self:
        """Learn from warm tracks, those that have vectors of the playlist space.

        Args:
            features: [n_tracks, n_features], of sound or text or both side by side, each part of unit rows; no column
                leaves the artist's mean alone.
            vectors: [n_tracks, dim], best `centred`; directions count, lengths do not.
            artists: [n_tracks], a number per artist.
            means: What other warm tracks say of their artists, where these are a sample; None takes the others here.
            rng: Draws the tracks that choose alpha: whole artists for `alone`, single tracks for `beside`.

        Raises:
            ShapeError: sizes differ, or there are fewer tracks than FOLDS.
        """
        _check_sizes(features, artists)
        _check_sizes(vectors, artists)
        means = means or ArtistMeans.of_others(vectors, artists)
        directions = unit(vectors)
        alone = fit_ridge(features, directions, rng.permutation(artists.max(initial=0) + 1)[artists] % FOLDS)
        shared = np.flatnonzero(means.n_warm > 0)
        copying = _copying(features.shape[1], vectors.shape[1])
        if len(shared) < FOLDS:  # hardly an artist has two tracks: nothing says how good a guess copying is
            return cls(alone, Ridge(copying, ALPHAS[-1], 1.0))
        both = np.hstack([features, means.vectors])[shared]
        return cls(alone, fit_ridge(both, directions[shared], rng.permutation(len(shared)) % FOLDS, copying))

    def predict(self, features: Vectors, means: ArtistMeans) -> Vectors:
        """Predict the vectors of cold tracks, [n_tracks, dim].

        A row is as long as its map is sure: the mean cosine that the map had on tracks left out, and no less than 0. So
        tracks of artists without a warm track do not crowd out those of whom more is known.

        Args:
            features: [n_tracks, n_features], as those learnt from.
            means: What is known of their artists.

        Raises:
            ShapeError: sizes differ from each other or from those learnt from.
        """
        wanted = (len(self.alone.weights) - 1, self.alone.weights.shape[1])
        if (features.shape[1], means.vectors.shape[1]) != wanted or len(features) != len(means.vectors):
            raise ShapeError(
                f"features {features.shape}, means {means.vectors.shape}: give rows of {wanted}, as learnt"
            )
        alone = self.alone.sure(features)
        return np.where(means.n_warm[:, None] > 0, self.beside.sure(np.hstack([features, means.vectors])), alone)

    def save(self, path: Path) -> None:
        """Write one .safetensors file in one step.

        Raises:
            StorageError: the disk refused.
        """
        from safetensors.numpy import save_file

        figures = [self.alone.alpha, self.alone.cosine, self.beside.alpha, self.beside.cosine]
        tensors: dict[str, npt.NDArray[Any]] = {
            "alone": np.ascontiguousarray(self.alone.weights),
            "beside": np.ascontiguousarray(self.beside.weights),
            "figures": np.array(figures, dtype=np.float64),
        }
        write_atomically(path, lambda temporary: save_file(tensors, temporary))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Open a saved predictor.

        Raises:
            ModelError: the file is missing, damaged or none of these.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            tensors = load_file(path)
            alone, beside, figures = (tensors[name] for name in ("alone", "beside", "figures"))
            return cls(Ridge(alone, *figures[:2].tolist()), Ridge(beside, *figures[2:].tolist()))
        except (OSError, SafetensorError, KeyError, TypeError) as error:
            raise ModelError(f"{path} is no predictor of cold tracks ({error}): {REMEDY}") from error


def fit_ridge(
    features: Vectors,
    targets: Vectors,
    folds: Rows,
    towards: Vectors | None = None,
    alphas: Sequence[float] = ALPHAS,
) -> Ridge:
    """Fit a ridge regression in closed form, its alpha chosen by cross-validation.

    Args:
        features: [n_tracks, n_features].
        targets: [n_tracks, dim], unit rows.
        folds: [n_tracks], which part each track is left out with.
        towards: [n_features + 1, dim], the weights that a large alpha gives; None for zeros.
        alphas: What to choose from, above 0; of equals the first is taken. The constant is not held back.

    Raises:
        ShapeError: sizes differ, or there are fewer tracks than FOLDS.
    """
    if len(features) != len(targets) or len(features) != len(folds) or len(features) < FOLDS:
        raise ShapeError(f"{len(features)} features, {len(targets)} targets: give as many, at least {FOLDS}")
    known = np.hstack([features, np.ones((len(features), 1), dtype=np.float32)]).astype(np.float64)
    parts = [(known[folds == fold], targets[folds == fold]) for fold in np.unique(folds)]
    grams = np.stack([rows.T @ rows for rows, _ in parts])
    crosses = np.stack([rows.T @ wanted for rows, wanted in parts])
    prior = np.zeros(crosses.shape[1:]) if towards is None else towards.astype(np.float64)
    cosines = [_left_out(parts, (grams, crosses), prior, alpha) for alpha in alphas]
    chosen = int(np.argmax(cosines))
    weights = _solve(grams.sum(axis=0), crosses.sum(axis=0), prior, alphas[chosen])
    return Ridge(weights.astype(np.float32), float(alphas[chosen]), float(cosines[chosen]))


def _left_out(
    parts: Sequence[tuple[Matrix, Vectors]], products: tuple[Matrix, Matrix], prior: Matrix, alpha: float
) -> float:
    """The mean cosine of every part's predictions by a fit to all other parts."""
    gram, cross = (product.sum(axis=0) for product in products)
    cosines = [
        (unit((rows @ _solve(gram - own_gram, cross - own_cross, prior, alpha)).astype(np.float32)) * wanted).sum(
            axis=1
        )
        for (rows, wanted), own_gram, own_cross in zip(parts, *products, strict=True)
    ]
    return float(np.concatenate(cosines).mean())


def _solve(gram: Matrix, cross: Matrix, prior: Matrix, alpha: float) -> Matrix:
    """The weights that fit best, drawn towards `prior`; the constant, the last row, is not held back."""
    held_back = np.full(len(gram), alpha)
    held_back[-1] = np.finfo(np.float64).tiny
    found = np.linalg.solve(gram + np.diag(held_back), cross - gram @ prior) + prior
    return np.asarray(found, dtype=np.float64)


def _copying(n_features: int, dim: int) -> Vectors:
    """The weights that return an artist's mean and heed no feature."""
    weights = np.zeros((n_features + dim + 1, dim), dtype=np.float32)
    weights[n_features : n_features + dim] = np.eye(dim, dtype=np.float32)
    return weights


def _sums(directions: Vectors, artists: Rows, highest: int) -> tuple[Vectors, Rows]:
    """Every artist's sum of vectors and number of tracks, for artists 0 to `highest`."""
    sums = np.zeros((highest + 1, directions.shape[1]), dtype=np.float32)
    np.add.at(sums, artists, directions)
    return sums, np.bincount(artists, minlength=highest + 1).astype(np.int64)


def _check_sizes(rows: Vectors, artists: Rows) -> None:
    if len(rows) != len(artists):
        raise ShapeError(f"{len(rows)} rows do not fit {len(artists)} artists' numbers: give one for each")
