"""Which tracks are made cold, and what is asked of each playlist."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from indexers.catalog.corpus import Corpus
from indexers.encoders.playlist.settings import Item2VecSettings
from indexers.errors import InputError
from indexers.schema import Rows, Vectors
from rankers.metrics import Truth


@dataclass(frozen=True, slots=True)
class ColdPlan:
    """What is asked: `share` of the known tracks are taken out of the training playlists, drawn by `seed`.

    Playlists of the test side are continued from their first `n_seeds` known tracks that are still warm. At most
    `n_fitted` warm tracks teach the predictor. The playlist space has lighter settings than the one that serves,
    for it is learnt anew.
    """

    share: float = 0.1
    n_seeds: int = 5
    n_fitted: int = 8_000
    seed: int = 0
    n_resamples: int = 10_000
    item2vec: Item2VecSettings = field(default_factory=lambda: Item2VecSettings(epochs=5, window=20, negative=5))


@dataclass(frozen=True, slots=True)
class Question:
    """One playlist to continue: rows of its warm `seeds`, and of the `cold` and `warm` tracks to be found."""

    seeds: Rows
    cold: Rows
    warm: Rows
    group: str


def draw_cold(n_tracks: int, plan: ColdPlan) -> Rows:
    """Draw the tracks that are to be cold, ascending; at least one.

    Raises:
        InputError: the share is out of range, or there is no track.
    """
    if not 0.0 < plan.share < 1.0:
        raise InputError(f"a share of {plan.share} tracks cannot be cold: give one above 0 and below 1")
    if not n_tracks:
        raise InputError("no track is in two training playlists, so none is known: give more playlists")
    n_cold = max(1, round(plan.share * n_tracks))
    return np.sort(np.random.default_rng(plan.seed).choice(n_tracks, n_cold, replace=False)).astype(np.int64)


def without(corpus: Corpus, cold: Rows) -> Corpus:
    """The same playlists without the cold tracks, over the same vocabulary."""
    is_cold = np.isin(np.arange(len(corpus.vocabulary)), cold)
    return replace(corpus, lists=tuple(rows[~is_cold[rows]] for rows in corpus.lists))


def questions(test: Corpus, vectors: Vectors, cold: Rows, n_seeds: int) -> list[Question]:
    """What is asked of each test playlist; those without a warm seed or a cold track are left out.

    The first n_seeds known tracks with a vector are the seeds, and all other known tracks are to be found. Playlists of
    one curator are one group, for they may be editions of one list.

    Args:
        test: The playlists to continue.
        vectors: [n_tracks, dim], zeros for tracks that are not warm.
        cold: Rows of the cold tracks.
        n_seeds: How many seeds at most.

    Raises:
        InputError: no playlist is left.
    """
    is_cold, is_warm = np.isin(np.arange(len(vectors)), cold), np.asarray(vectors.any(axis=1))
    found = []
    for rows, name, source in zip(test.lists, test.names, test.sources, strict=True):
        warm, asked = rows[is_warm[rows]], rows[is_cold[rows]]
        if len(warm) and len(asked):
            found.append(Question(warm[:n_seeds], asked, warm[n_seeds:], f"{source} {name}"))
    if not found:
        raise InputError(
            f"no test playlist holds a warm track and one of {len(cold)} cold ones: give more playlists or share"
        )
    return found


def truth_of(relevant: Rows, artist_of: Rows, group: str) -> Truth:
    """What is to be found for one question; artists as `Vocabulary.artist_of` numbers them."""
    return Truth(relevant, len(relevant), frozenset(artist_of[relevant].tolist()), group)


def truths(asked: Sequence[Question], artist_of: Rows) -> list[Truth]:
    """The cold tracks to be found for each question."""
    return [truth_of(question.cold, artist_of, question.group) for question in asked]
