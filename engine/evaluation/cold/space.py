"""The playlist space learnt without the cold tracks, and what is known of every track beside it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np

from engine.evaluation.cold.ask import ColdPlan
from indexers.base import TextEncoder
from indexers.catalog.corpus import Vocabulary
from indexers.schema import Rows, Vectors
from rankers.recommend.cold import ArtistMeans, ColdPredictor

ENCODED = 2_048  # names encoded between two words of progress

Progress: TypeAlias = Callable[[str, int, int], object]
"""Told what is being done, how much of it is done, and of how much."""


@dataclass(frozen=True)
class Space:
    """All known tracks, the cold ones among them.

    `vectors` is [n_tracks, dim], centred unit rows, zeros for tracks without a vector, all cold ones among them;
    `features` is [n_tracks, n_features], zeros where they are not needed; `cold` are rows, ascending.
    """

    vocabulary: Vocabulary
    vectors: Vectors
    features: Vectors
    cold: Rows

    @cached_property
    def artist_of(self) -> Rows:
        """A number per artist, [n_tracks]."""
        return self.vocabulary.artist_of()

    @cached_property
    def warm(self) -> Rows:
        """The rows of tracks with a vector, ascending."""
        return np.asarray(np.flatnonzero(self.vectors.any(axis=1)), dtype=np.int64)

    @cached_property
    def means(self) -> ArtistMeans:
        """What warm tracks say of the cold tracks' artists, [n_cold]."""
        return ArtistMeans.of(self.vectors[self.warm], self.artist_of[self.warm], self.artist_of[self.cold])

    @cached_property
    def of_new_artists(self) -> Rows:
        """The rows of cold tracks whose artist has no warm track."""
        return self.cold[np.flatnonzero(self.means.n_warm == 0)]

    def fit(self, taught: Rows, rng: np.random.Generator) -> ColdPredictor:
        """Learn to predict vectors from some warm tracks, given by ascending rows."""
        others = ArtistMeans.of_others(self.vectors[self.warm], self.artist_of[self.warm])
        means = others.select(np.searchsorted(self.warm, taught))
        return ColdPredictor.fit(self.features[taught], self.vectors[taught], self.artist_of[taught], means, rng=rng)


def draw_taught(vectors: Vectors, plan: ColdPlan) -> Rows:
    """Draw the warm tracks that teach the predictor, ascending."""
    warm = np.flatnonzero(vectors.any(axis=1))
    rng = np.random.default_rng(plan.seed + 1)
    return np.sort(rng.choice(warm, min(plan.n_fitted, len(warm)), replace=False)).astype(np.int64)


def features_of(
    vocabulary: Vocabulary, needed: Sequence[Rows], text: TextEncoder | None, progress: Progress
) -> Vectors:
    """The vectors of the names of tracks, "title by artist", [n_tracks, n_features].

    Args:
        vocabulary: All known tracks.
        needed: Rows of the tracks whose names are encoded; the others have zeros.
        text: None gives no features, [n_tracks, 0].
        progress: Told of every block.
    """
    if text is None:
        return np.empty((len(vocabulary), 0), dtype=np.float32)
    rows = np.unique(np.concatenate(needed))
    features = np.zeros((len(vocabulary), text.dim), dtype=np.float32)
    for at in range(0, len(rows), ENCODED):
        progress("encoding names", at, len(rows))
        part = rows[at : at + ENCODED]
        features[part] = text.encode([f"{vocabulary.titles[row]} by {vocabulary.artists[row]}" for row in part])
    return features
