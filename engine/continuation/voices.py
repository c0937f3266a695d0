"""Which tracks sound like a playlist: a few voices stand for it, and a track should sound like several of them."""

from dataclasses import dataclass

import numpy as np

from indexers.schema import Vectors
from indexers.vectors.sketch import Sketch
from indexers.vectors.top import top_rows

N_VOICES = 16  # sounds that stand for a playlist: more are summed up by their nearest
BEST = 3  # voices that a track should sound like
N_DIRECTIONS = 128  # of a sketch: 98 % of the length of music vectors
EXACT = 5_000  # best tracks of the sketch that are compared in full; a library of no more is


@dataclass(frozen=True, slots=True)
class Choir:
    """What a playlist sounds like, and what it should not: unit rows, [n_voices, dim] and [n_refused, dim]."""

    voices: Vectors
    refused: Vectors
    unlike_weight: float

    @classmethod
    def of(cls, wanted: Vectors, refused: Vectors, unlike_weight: float) -> "Choir":
        """Sum up the vectors of wanted and of refused tracks."""
        return cls(representatives(wanted, N_VOICES), representatives(refused, N_VOICES), unlike_weight)

    @property
    def all(self) -> Vectors:
        """The rows whose cosines `weigh` takes."""
        return np.concatenate([self.voices, self.refused])

    def weigh(self, cosines: Vectors) -> Vectors:
        """Score tracks, [n_tracks], by their cosines with `all`, [n_voices + n_refused, n_tracks]."""
        away = self.unlike_weight * np.maximum(mean_of_best(cosines[len(self.voices) :], 1), 0)
        return np.asarray(mean_of_best(cosines[: len(self.voices)], BEST) - away, dtype=np.float32)


class SoundLikeness:
    """Scores all tracks of a library by their sound: by a sketch of it first, the best of that in full."""

    def __init__(self, vectors: Vectors) -> None:
        """Take the music vectors, [n_tracks, dim], unit rows."""
        self._vectors = vectors
        self._sketch = Sketch.of(vectors, N_DIRECTIONS) if len(vectors) > EXACT else None

    def score(self, choir: Choir) -> Vectors:
        """Score all tracks, [n_tracks]; the scores of the best are exact, of the others within hundredths."""
        if self._sketch is None:
            return choir.weigh(choir.all @ np.asarray(self._vectors, dtype=np.float32).T)
        scores = choir.weigh(self._sketch.products(choir.all))
        best = np.sort(top_rows(scores, EXACT))
        scores[best] = choir.weigh(choir.all @ np.asarray(self._vectors[best], dtype=np.float32).T)
        return scores


def mean_of_best(scores: Vectors, n_best: int) -> Vectors:
    """The mean of each column's n_best highest scores, [n_columns]; of all where there are fewer, 0 of none.

    Args:
        scores: [n_rows, n_columns], with few rows.
        n_best: At least 1.
    """
    best = np.full((min(n_best, len(scores)), scores.shape[1]), -np.inf, dtype=np.float32)
    for row in scores:  # kept sorted, highest first: a partition of long rows is several times slower
        lower = row
        for place in best:
            higher = np.maximum(place, lower)
            lower = np.minimum(place, lower)
            place[:] = higher
    return np.asarray(best.mean(axis=0) if len(best) else np.zeros(scores.shape[1]), dtype=np.float32)


def representatives(vectors: Vectors, n: int) -> Vectors:
    """At most n unit rows that stand for all: those farthest from each other, each the mean of what is nearest to it.

    Args:
        vectors: [n_vectors, dim], unit rows; n or fewer are given back as they are.
        n: At least 1.

    Source: T. Gonzalez, "Clustering to minimize the maximum intercluster distance" (1985), from the last row on.
    """
    if len(vectors) <= n:
        return vectors
    chosen = [len(vectors) - 1]
    likeness = vectors @ vectors[chosen[0]]
    nearest = np.zeros(len(vectors), dtype=np.int64)
    for number in range(1, n):
        chosen.append(int(np.argmin(likeness)))
        new = vectors @ vectors[chosen[-1]]
        nearest[new > likeness] = number
        likeness = np.maximum(likeness, new)
    means = np.stack([vectors[nearest == number].sum(axis=0) for number in range(n)])
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    centres: Vectors = np.where(lengths > 0, means / np.maximum(lengths, 1e-12), vectors[chosen]).astype(np.float32)
    return centres
