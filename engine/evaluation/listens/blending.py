"""One ranking from several arms: the weighted sum of their standardised scores, the weights fitted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.evaluation.listens.arms import BLOCK, Scorer, best, unheard
from indexers.schema import Rows, Vectors

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

POOL = 100  # of each arm's best items, among which weights are fitted
STEPS = (0.0, 0.25, 0.5, 1.0, 2.0, 4.0)  # what a weight is multiplied by
LEAST = 0.1  # what a weight of 0 counts as when it is multiplied
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Pool:
    """The items that some arm would recommend to one user: `rows` [n_pool], ascending, `scores` [n_arms, n_pool]."""

    rows: Rows
    scores: Vectors

    def rank(self, weights: Sequence[float], k: int) -> Rows:
        """The k best by the weighted sum."""
        return self.rows[best(np.asarray(weights, dtype=np.float32) @ self.scores, k)]


def standardise(scores: Vectors) -> Vectors:
    """Scores of [n_users, n_items] with mean 0 and deviation 1 for each user; zeros where they are equal."""
    centred = scores - scores.mean(axis=1, keepdims=True)
    spread = centred.std(axis=1, keepdims=True)
    return np.asarray(np.divide(centred, spread, out=np.zeros_like(centred), where=spread > 0), dtype=np.float32)


def blend(scorers: Mapping[str, Scorer], weights: Mapping[str, float]) -> Scorer:
    """Score items by the weighted sum of standardised scores; arms of weight 0 are left out."""
    used = {name: weight for name, weight in weights.items() if weight > 0}

    def score(lists: "csr_matrix") -> Vectors:
        weighed = [weight * standardise(scorers[name](lists)) for name, weight in used.items()]
        return np.asarray(np.sum(weighed, axis=0), dtype=np.float32)

    return score


def pools(scorers: Sequence[Scorer], lists: "csr_matrix") -> list[Pool]:
    """Each user's pool over all arms."""
    return [pool for at in range(0, lists.shape[0], BLOCK) for pool in _block(scorers, lists[at : at + BLOCK])]


def _block(scorers: Sequence[Scorer], lists: "csr_matrix") -> list[Pool]:
    scores = [standardise(scorer(lists)) for scorer in scorers]
    open_scores = [unheard(own, lists) for own in scores]
    found = []
    for user, heard in enumerate(np.diff(lists.indptr)):
        k = min(POOL, lists.shape[1] - int(heard))
        rows = np.unique(np.concatenate([best(own[user], k) for own in open_scores]))
        found.append(Pool(rows, np.stack([own[user, rows] for own in scores])))
    return found


def fit_weights(n_arms: int, worth: Callable[[Sequence[float]], float]) -> tuple[float, ...]:
    """Find weights that are worth most, one arm after the other, in a few rounds from all alike.

    Args:
        n_arms: How many weights.
        worth: What weights are worth, higher is better; of equals the first found stays.

    Returns:
        [n_arms], the highest 1.
    """
    weights = [1.0] * n_arms
    highest = worth(weights)
    for _ in range(ROUNDS):
        before = highest
        for arm in range(n_arms):
            for step in STEPS:
                tried = [*weights[:arm], step * max(weights[arm], LEAST), *weights[arm + 1 :]]
                if any(tried) and (found := worth(tried)) > highest:
                    weights, highest = tried, found
        if highest == before:
            break
    return tuple(weight / max(weights) for weight in weights)
