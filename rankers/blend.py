"""Blending arms by score: each standardised over all tracks, times a weight fitted for so many seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from indexers.errors import InputError
from indexers.schema import Vectors

STEPS = (0.0, 0.15, 0.35, 0.7, 1.0, 1.6)  # weights that are tried
ROUNDING = 1e-6  # of the largest score: a smaller spread is float32's own
ROUNDS = 3  # over all arms
DEPTH = 500  # ranks that NDCG looks at
NDCG_SHARE = 0.5  # of NDCG beside R-precision in what the weights are fitted to


@dataclass(frozen=True, slots=True)
class Question:
    """One held-out playlist as the arms see it.

    `scores` is [n_arms, n_candidates], standardised; `hits` says which candidates were in the playlist; `n_relevant`
    counts all tracks to be found, those that are no candidates too.
    """

    scores: Vectors
    hits: npt.NDArray[np.bool_]
    n_relevant: int


@dataclass(frozen=True, slots=True)
class Blend:
    """Weights by the number of seeds: those of the nearest number that weights were fitted for."""

    arms: tuple[str, ...]
    weights: Mapping[int, tuple[float, ...]]  # seeds to weights, one per arm

    def weights_for(self, n_seeds: int) -> Vectors:
        """One weight per arm."""
        nearest = min(self.weights, key=lambda fitted: (abs(np.log1p(fitted) - np.log1p(n_seeds)), fitted))
        return np.array(self.weights[nearest], dtype=np.float32)


def standardised(scores: Vectors) -> Vectors:
    """Scores less their mean over their standard deviation, [n]; zeros where all are equal but for rounding."""
    spread = float(scores.std()) if len(scores) else 0.0
    if spread <= ROUNDING * float(np.abs(scores).max(initial=0.0)):
        return np.zeros_like(scores)
    return np.asarray((scores - scores.mean()) / spread, dtype=np.float32)


def fit_weights(questions: Sequence[Question], n_arms: int) -> tuple[float, ...]:
    """Find the weights with the best mean R-precision and NDCG by trying steps for one arm after the other.

    Args:
        questions: Held-out playlists; those without a candidate or anything to find teach nothing.
        n_arms: How many weights.

    Returns:
        Weights of 0 or more, the largest 1 (all 1 where no question teaches anything).

    Raises:
        InputError: a question has another number of arms.
    """
    if any(len(question.scores) != n_arms for question in questions):
        raise InputError(f"a question does not have {n_arms} arms: let every arm score it")
    asked = [question for question in questions if question.n_relevant and question.hits.any()]
    if not asked:
        return (1.0,) * n_arms
    table = _Table(asked)
    weights, best = np.ones(n_arms, dtype=np.float32), table.worth(np.ones(n_arms, dtype=np.float32))
    for _ in range(ROUNDS):
        before = best
        for arm in range(n_arms):
            weights, best = _best_step(table, weights, arm, best)
        if best <= before:
            break
    return tuple(round(float(weight), 6) for weight in weights / (weights.max() or 1.0))


class _Table:
    """All questions side by side, the shorter filled up with candidates that come last."""

    def __init__(self, questions: Sequence[Question]) -> None:
        width = max(len(question.hits) for question in questions)
        shape = (len(questions), width)
        self.scores = np.zeros((*shape, len(questions[0].scores)), dtype=np.float32)
        self.hits = np.zeros(shape, dtype=np.float32)
        self.last = np.zeros(shape, dtype=np.float32)
        for row, question in enumerate(questions):
            n_candidates = len(question.hits)
            self.scores[row, :n_candidates] = question.scores.T
            self.hits[row, :n_candidates] = question.hits
            self.last[row, n_candidates:] = -np.inf
        self.n_relevant = np.array([question.n_relevant for question in questions])
        self.discounts = 1.0 / np.log2(np.arange(2, min(width, DEPTH) + 2))
        ideal = np.cumsum(1.0 / np.log2(np.arange(2, DEPTH + 2)))
        self.ideal = ideal[np.minimum(self.n_relevant, DEPTH) - 1]
        self.counted = np.arange(width)[None] < self.n_relevant[:, None]

    def worth(self, weights: Vectors) -> float:
        """What these weights reach: mean R-precision and a share of mean NDCG."""
        order = np.argsort(-(self.scores @ weights + self.last), axis=1, kind="stable")
        hits = np.take_along_axis(self.hits, order, axis=1)
        r_precision = (hits * self.counted).sum(axis=1) / self.n_relevant
        ndcg = hits[:, : len(self.discounts)] @ self.discounts / self.ideal
        return float(r_precision.mean() + NDCG_SHARE * ndcg.mean())


def _best_step(table: _Table, weights: Vectors, arm: int, best: float) -> tuple[Vectors, float]:
    for step in STEPS:
        tried = weights.copy()
        tried[arm] = step
        if tried.any() and (worth := table.worth(tried)) > best:
            weights, best = tried, worth
    return weights, best
