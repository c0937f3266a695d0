"""Choosing settings on one division of the listens, and measuring what was chosen on another."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from engine.evaluation.listens.arms import ARMS, Arm, Scorer, Setting, ease_items, top
from engine.evaluation.listens.blending import blend, fit_weights, pools
from engine.evaluation.listens.split import LeaveOut, leave_out
from indexers.catalog.listens import Listens
from indexers.errors import InputError
from indexers.schema import Rows
from rankers.metrics import Figures, exposure_of
from rankers.metrics.accuracy.ndcg import ndcg
from rankers.metrics.accuracy.recall import recall

BLEND = "blend"
CHOOSERS = 2_000  # users at most by whom settings are chosen

Progress: TypeAlias = Callable[[str, int, int], object]
"""Told what is being done, how much of it is done, and of how much."""


@dataclass(frozen=True, slots=True)
class ListensPlan:
    """What is asked: `n_held_out` items of each user are hidden, `k` are recommended; `seed` draws what is hidden."""

    n_held_out: int = 10
    k: int = 20
    seed: int = 0
    n_resamples: int = 10_000
    arms: tuple[Arm, ...] = ARMS


@dataclass(frozen=True, slots=True)
class Chosen:
    """An arm's best setting, and its NDCG on the division that chose it."""

    setting: Setting
    validation_ndcg: float


@dataclass(frozen=True, slots=True)
class ListensResult:
    """What every arm is worth.

    `figures` holds for each arm [n_asked, 2], recall and NDCG of every user asked about; `exposure` [n_items], to how
    many of them it recommends each item.
    """

    plan: ListensPlan
    names: tuple[str, ...]
    figures: Mapping[str, Figures]
    exposure: Mapping[str, Rows]
    chosen: Mapping[str, Chosen]
    counts: Mapping[str, int] = field(default_factory=dict)


def evaluate_listens(listens: Listens, plan: ListensPlan, progress: Progress = lambda *_: None) -> ListensResult:
    """Tell how well each arm, and all together, find what listeners also play.

    Settings and weights are chosen on items hidden from what the report may learn from; what the report hides is seen
    by none of it.

    Args:
        listens: The table.
        plan: What is asked.
        progress: Told of every fit.

    Raises:
        InputError: no user has enough items, or an arm did not answer.
    """
    if plan.k < 1:
        raise InputError(f"k = {plan.k} is too short a list to measure: give at least 1")
    asked = leave_out(listens.counts, plan.n_held_out, np.random.default_rng(plan.seed))
    rng = np.random.default_rng(plan.seed + 1)
    inner = leave_out(asked.train, plan.n_held_out, rng).sample(CHOOSERS, rng)
    chosen = choose(inner, plan, progress)
    rankings = recommend(asked, chosen, plan, progress)
    figures = measure_listens(rankings, asked, plan.k)
    exposure = {name: exposure_of(answers, len(listens.items)) for name, answers in rankings.items()}
    return ListensResult(plan, listens.names, figures, exposure, chosen, _counts(listens, asked, inner))


def choose(inner: LeaveOut, plan: ListensPlan, progress: Progress) -> dict[str, Chosen]:
    """Find every arm's best setting by NDCG, and the weights of the blend; of equals the first is taken."""
    chosen: dict[str, Chosen] = {}
    scorers: dict[str, Scorer] = {}
    total, done = sum(len(arm.grid) for arm in plan.arms), 0
    for arm in plan.arms:
        for setting in arm.grid:
            progress(f"trying {arm.name}", done, total)
            scorer = arm.fit(inner.train, setting)
            worth = _mean_ndcg(top(scorer, inner.lists, plan.k), inner, plan.k)
            if arm.name not in chosen or worth > chosen[arm.name].validation_ndcg:
                chosen[arm.name], scorers[arm.name] = Chosen(setting, worth), scorer
            done += 1
    return {**chosen, BLEND: _choose_weights(scorers, inner, plan.k)}


def _choose_weights(scorers: Mapping[str, Scorer], inner: LeaveOut, k: int) -> Chosen:
    pooled = pools(list(scorers.values()), inner.lists)

    def worth(weights: Sequence[float]) -> float:
        return _mean_ndcg([pool.rank(weights, k) for pool in pooled], inner, k)

    weights = fit_weights(len(scorers), worth)
    return Chosen(dict(zip(scorers, weights, strict=True)), worth(weights))


def recommend(
    asked: LeaveOut, chosen: Mapping[str, Chosen], plan: ListensPlan, progress: Progress
) -> dict[str, list[Rows]]:
    """Fit every arm with its chosen setting to all that may be learnt from, and rank for the users asked about."""
    scorers: dict[str, Scorer] = {}
    for done, arm in enumerate(plan.arms):
        progress(f"fitting {arm.name}", done, len(plan.arms))
        scorers[arm.name] = arm.fit(asked.train, chosen[arm.name].setting)
    scorers[BLEND] = blend({arm.name: scorers[arm.name] for arm in plan.arms}, chosen[BLEND].setting)
    return {name: top(scorer, asked.lists, plan.k) for name, scorer in scorers.items()}


def measure_listens(rankings: Mapping[str, Sequence[Rows | None]], asked: LeaveOut, k: int) -> dict[str, Figures]:
    """Measure every arm on every user asked about: recall and NDCG at k, [n_asked, 2] for each arm.

    Denominator: recall is over all that was hidden of the user, whatever k; NDCG over the best list of
    min(hidden, k) hits.

    Raises:
        InputError: an arm did not answer for every user; it is refused, not counted as wrong.
        ShapeError: an arm recommends an item twice.
    """
    return {name: _measure(name, answers, asked, k) for name, answers in rankings.items()}


def _measure(name: str, answers: Sequence[Rows | None], asked: LeaveOut, k: int) -> Figures:
    given = [answer for answer in answers if answer is not None]
    if len(given) != len(asked.users) or len(answers) != len(asked.users):
        raise InputError(
            f"arm {name!r} answered for {len(given)} of {len(asked.users)} users: run it for all, or leave it out"
        )
    return np.array(
        [
            (recall(answer, held, len(held), k), ndcg(answer, held, len(held), k))
            for answer, held in zip(given, asked.held_out, strict=True)
        ]
    )


def _mean_ndcg(rankings: Sequence[Rows], asked: LeaveOut, k: int) -> float:
    pairs = zip(rankings, asked.held_out, strict=True)
    return float(np.mean([ndcg(ranking, held, len(held), k) for ranking, held in pairs]))


def _counts(listens: Listens, asked: LeaveOut, inner: LeaveOut) -> dict[str, int]:
    return {
        "users": len(listens.users),
        "items": len(listens.items),
        "listens": int(listens.counts.nnz),
        "users_asked": len(asked.users),
        "users_wholly_in_training": len(listens.users) - len(asked.users),
        "held_out": int(asked.held_out.size),
        "held_out_unknown": asked.n_unknown,
        "items_of_ease": len(ease_items(asked.train)),
        "validation_users": len(inner.users),
        "validation_held_out": int(inner.held_out.size),
    }
