"""All recommenders together: scored, standardised, blended, and ordered by the learned ranker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from indexers.base import Recommender
from indexers.schema import Rows, Seeds, Vectors
from rankers.blend import Blend, standardised
from rankers.facts import FACTS, Facts
from rankers.learned import LearnedRanker

POOL = 600  # candidates of the blend that the second stage looks at...
PER_ARM = 100  # ...and of each arm, so that what one arm alone knows gets its chance
BLEND_SHARE = (
    0.4  # of the blend beside the learned ranker, at so many seeds and more; chosen on held-out training lists
)
MANY_SEEDS = 25
UNRANKED = 5_000.0  # the rank of a candidate for which an arm has nothing to say


@dataclass(frozen=True, slots=True)
class Scored:
    """What the arms say of some tracks: raw and standardised scores, [n_arms, n_rows] each.

    `lowest` [n_arms] is each arm's lowest raw score of all tracks: nothing is said for those that share it.
    """

    rows: Rows
    raw: Vectors
    standard: Vectors
    lowest: Vectors

    def take(self, places: Rows) -> "Scored":
        """Some of the tracks, in the order given."""
        return Scored(self.rows[places], self.raw[:, places], self.standard[:, places], self.lowest)


@dataclass(frozen=True, slots=True)
class Ranked:
    """Tracks, best first, with their scores; `shares` [n_arms, n_ranked] is what each arm gave to the blend."""

    rows: Rows
    scores: Vectors
    shares: Vectors


@dataclass(frozen=True, slots=True)
class Suite:
    """Recommenders over one vocabulary, facts of its tracks, the blend's weights, and the second stage's ranker."""

    arms: tuple[Recommender, ...]
    facts: Facts
    blend: Blend
    ranker: LearnedRanker | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The arms' names, in order."""
        return tuple(arm.name for arm in self.arms)

    def score(self, seeds: Seeds) -> Scored:
        """Let every arm score all tracks."""
        return score_all(self.arms, seeds)

    def weigh(self, scored: Scored, seeds: Seeds) -> Vectors:
        """The blend's score of all tracks, [n_tracks]."""
        return np.asarray(self.blend.weights_for(len(seeds.rows)) @ scored.standard, dtype=np.float32)

    def rank(self, seeds: Seeds, k: int) -> Ranked:
        """The k tracks that continue the seeds best: the blend's candidates in the learned ranker's order.

        Where the pool of candidates is shorter than k, the blend's order fills the list up.
        """
        return self.order(seeds, self.score(seeds), k)

    def order(self, seeds: Seeds, scored: Scored, k: int) -> Ranked:
        """The k best of tracks that the arms have scored; see `rank`."""
        blended = self.weigh(scored, seeds)
        order = best_rows(blended, k, seeds.rows)
        scores = blended[order]
        if self.ranker is not None:
            pool = pool_of(blended, scored.raw, seeds.rows)
            judged = self.judge(seeds, scored.take(pool), blended[pool])
            reranked = np.argsort(-judged, kind="stable")[:k]
            rest = order[~np.isin(order, pool)][: k - len(reranked)]
            order = np.concatenate([pool[reranked], rest])
            low = judged.min(initial=0.0) - 1.0 + np.minimum(blended[rest] - blended.max(initial=0.0), 0.0)
            scores = np.concatenate([judged[reranked], low])
        shares = self.blend.weights_for(len(seeds.rows))[:, None] * scored.standard[:, order]
        return Ranked(order, np.asarray(scores, dtype=np.float32), np.asarray(shares, dtype=np.float32))

    def judge(self, seeds: Seeds, pool: Scored, blended: Vectors) -> Vectors:
        """The second stage's scores of a pool in the blend's order, [n_pool]; the blend's where none was learnt.

        With many seeds the blend knows more, and is heard beside the learned ranker.
        """
        if self.ranker is None:
            return blended
        learnt = standardised(self.ranker.score(fact_table(self.names, self.facts, seeds, pool, blended)))
        heard = BLEND_SHARE * min(1.0, len(seeds.rows) / MANY_SEEDS) ** 2
        return np.asarray(learnt + heard * standardised(blended), dtype=np.float32)


def score_all(arms: Sequence[Recommender], seeds: Seeds) -> Scored:
    """Let every arm score all tracks, and standardise what it says."""
    raw = np.stack([arm.score(seeds) for arm in arms])
    rows = np.arange(raw.shape[1], dtype=np.int64)
    return Scored(rows, raw, np.stack([standardised(scores) for scores in raw]), raw.min(axis=1))


def best_rows(scores: Vectors, k: int, without: Rows) -> Rows:
    """The k rows with the highest scores, best first; equal ones in row order.

    Rows that share the lowest score are left out: nothing is said for them.
    """
    open_to = scores > scores.min(initial=np.inf)
    open_to[without] = False
    rows = np.flatnonzero(open_to)
    if len(rows) > k:
        least = np.partition(scores[rows], len(rows) - k)[len(rows) - k]
        rows = rows[scores[rows] >= least]
    return rows[np.argsort(-scores[rows], kind="stable")][:k]


def pool_of(blended: Vectors, raw: Vectors, without: Rows) -> Rows:
    """The second stage's candidates: the best of the blend and of each arm, in the blend's order."""
    parts = [best_rows(blended, POOL, without), *(best_rows(scores, PER_ARM, without) for scores in raw)]
    pool = np.unique(np.concatenate(parts))
    return pool[np.argsort(-blended[pool], kind="stable")]


def fact_names(arms: Sequence[str]) -> tuple[str, ...]:
    """The names of the columns of `fact_table`."""
    by_arm = (f"{what}_{arm}" for arm in arms for what in ("score", "rank"))
    return ("score_blend", "rank_blend", *by_arm, *FACTS)


def fact_table(arms: Sequence[str], facts: Facts, seeds: Seeds, pool: Scored, blended: Vectors) -> Vectors:
    """What the learned ranker looks at, [n_pool, n_facts], columns as `fact_names` gives them.

    Args:
        arms: Their names.
        facts: Of the vocabulary.
        seeds: The playlist.
        pool: What the arms say of the candidates, in the blend's order.
        blended: The blend's scores of the candidates, [n_pool].
    """
    columns = [blended, np.log1p(np.arange(len(blended), dtype=np.float32))]
    for number in range(len(arms)):
        columns += [pool.standard[number], _log_ranks(pool.raw[number], float(pool.lowest[number]))]
    table = facts.table(seeds, pool.rows)
    return np.stack([*columns, *(table[name] for name in FACTS)], axis=1).astype(np.float32)


def _log_ranks(scores: Vectors, lowest: float) -> Vectors:
    """The logarithm of each candidate's rank in one arm; those that share the arm's lowest score are unranked."""
    ranks = np.empty(len(scores), dtype=np.float32)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(len(scores), dtype=np.float32)
    ranks[scores <= lowest] = UNRANKED
    return np.log1p(ranks)


def weight_table(suite: Suite) -> Mapping[int, Mapping[str, float]]:
    """The blend's weights by number of seeds and arm."""
    return {n_seeds: dict(zip(suite.names, weights, strict=True)) for n_seeds, weights in suite.blend.weights.items()}
