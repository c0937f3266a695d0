"""Ways to rank cold tracks as continuations of a playlist."""

from collections.abc import Iterator, Sequence

import numpy as np

from engine.evaluation.cold.ask import Question
from engine.evaluation.cold.space import Space
from indexers.schema import Rows, Vectors
from rankers.recommend.cold import ColdPredictor
from rankers.recommend.directions import unit

DEPTH = 500  # recommendations a query
PREDICTED = "predicted"
NOTHING = 1e-6  # too little to change the order of tracks of which something is known
TIE = 0.5  # chance decides among tracks whose artists have as many seeds


def cold_scores(
    space: Space, asked: Sequence[Question], predictor: ColdPredictor, rng: np.random.Generator
) -> Iterator[tuple[str, Vectors]]:
    """Score all cold tracks for each question, one way after the other: name and [n_asked, n_cold].

    "random" draws; "artist_overlap" counts the seeds by the track's artist; "artist_mean" takes the mean vector of the
    artist's warm tracks for the track's own, and "predicted" the predictor's guess; "names" compares names, and
    "predicted_from_names" takes the predictor's guess that heeds no artist. Without features both are left out. Chance
    decides between tracks of which nothing is known.
    """
    chance = rng.random((len(asked), len(space.cold)), dtype=np.float32)
    yield "random", chance
    yield "artist_overlap", _overlap(space, asked) + TIE * chance
    wanted = centres(space.vectors, asked)
    yield "artist_mean", wanted @ space.means.vectors.T + NOTHING * chance
    features = space.features[space.cold]
    if features.shape[1]:
        yield "names", centres(space.features, asked) @ unit(features).T
        yield "predicted_from_names", wanted @ unit(predictor.alone.predict(features)).T
    yield PREDICTED, wanted @ predictor.predict(features, space.means).T


def centres(vectors: Vectors, asked: Sequence[Question]) -> Vectors:
    """The mean of each question's seeds as a unit vector, [n_asked, dim]."""
    return unit(np.stack([vectors[question.seeds].mean(axis=0) for question in asked]))


def warm_rankings(space: Space, asked: Sequence[Question]) -> list[Rows]:
    """Rank the warm tracks by the space itself: the DEPTH nearest to the seeds' mean, seeds left out."""
    vectors, found = space.vectors[space.warm], []
    for question, wanted in zip(asked, centres(space.vectors, asked), strict=True):
        scores = vectors @ wanted
        scores[np.searchsorted(space.warm, question.seeds)] = -np.inf
        found.append(space.warm[best(scores, DEPTH)[: len(scores) - len(question.seeds)]])
    return found


def best(scores: Vectors, k: int) -> Rows:
    """The k highest of [n_tracks] scores, best first; equal scores keep row order."""
    return np.argsort(-scores, kind="stable")[:k].astype(np.int64)


def _overlap(space: Space, asked: Sequence[Question]) -> Vectors:
    artists, n_artists = space.artist_of, int(space.artist_of.max()) + 1
    counts = [np.bincount(artists[question.seeds], minlength=n_artists)[artists[space.cold]] for question in asked]
    return np.stack(counts).astype(np.float32)
