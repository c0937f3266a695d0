"""Weighted reciprocal rank fusion that remembers what each arm gave."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from indexers.errors import ConfigError
from indexers.schema import Rows

Shares: TypeAlias = npt.NDArray[np.float64]
"""Fused scores or what arms gave to them; float64, so that shares sum to the score to the last printed digit."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Candidates of all arms in one order, best first; equal scores keep row order."""

    rows: Rows  # [n_candidates]
    scores: Shares  # [n_candidates], the sums of `shares` over the arms
    arms: tuple[str, ...]
    shares: Shares  # [n_arms, n_candidates], 0 where an arm did not find the candidate

    def take(self, positions: Rows) -> "Pool":
        """The pool of the given positions, in their order."""
        return Pool(self.rows[positions], self.scores[positions], self.arms, self.shares[:, positions])

    def extended(self, rows: Rows) -> "Pool":
        """The pool with rows that no arm found at its end."""
        nothing = np.zeros((len(self.arms), len(rows)))
        return Pool(
            np.concatenate([self.rows, rows]),
            np.concatenate([self.scores, np.zeros(len(rows))]),
            self.arms,
            np.concatenate([self.shares, nothing], axis=1),
        )

    def share_of(self, position: int) -> dict[str, float]:
        """What each arm that found the candidate gave to its score."""
        given = zip(self.arms, self.shares[:, position].tolist(), strict=True)
        return {arm: share for arm, share in given if share > 0}


def fuse(rankings: Mapping[str, Rows], weights: Mapping[str, float | Shares], *, rrf_k: int) -> Pool:
    """Fuse the arms' rankings: the score of a track is the sum over arms of weight / (rrf_k + rank).

    Args:
        rankings: Arm to distinct rows, best first; an empty one gives nothing.
        weights: Arm to weight, or to one weight per row of its ranking; at least one for each arm of `rankings`.
        rrf_k: At least 1; higher flattens the difference between ranks.

    Returns:
        Every row that any arm found, once.

    Raises:
        ConfigError: rrf_k is below 1, or an arm has no weight.

    Source: Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual rank learning
    methods", SIGIR 2009, with ranks from 1 and a weight per arm.
    """
    if rrf_k < 1:
        raise ConfigError(f"rrf_k = {rrf_k} must be at least 1")
    missing = sorted(set(rankings) - set(weights))
    if missing:
        raise ConfigError(f"no weight for arm {missing[0]!r}; there are {', '.join(sorted(weights))}")
    arms = tuple(rankings)
    rows = _union(rankings)
    shares = np.zeros((len(arms), len(rows)), dtype=np.float64)
    for number, arm in enumerate(arms):
        positions = np.searchsorted(rows, rankings[arm])
        shares[number, positions] = weights[arm] / (rrf_k + np.arange(1, len(positions) + 1))
    scores = shares.sum(axis=0)
    return Pool(rows, scores, arms, shares).take(np.argsort(-scores, kind="stable"))


def best_possible(weights: Mapping[str, float], *, rrf_k: int) -> float:
    """The score of a track that every one of these arms ranks first."""
    return sum(weights.values()) / (rrf_k + 1)


def _union(rankings: Mapping[str, Rows]) -> Rows:
    if not rankings:
        return np.empty(0, dtype=np.int64)
    return np.unique(np.concatenate(list(rankings.values()))).astype(np.int64)
