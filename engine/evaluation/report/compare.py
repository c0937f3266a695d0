"""One scenario's arms measured and resampled together, and its contenders against the other arms."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.evaluation.report.values import Comparison, Plan
from indexers.errors import InputError
from indexers.schema import Rows
from rankers.metrics import LOWER_IS_BETTER, METRICS, Figures, Truth, measure
from rankers.significance import (
    Interval,
    bootstrap_means,
    effect_size,
    holm,
    percentile_intervals,
    randomisation_p,
    relative_means,
)

Pair = tuple[int, int]
"""The numbers of a contender and of the arm it is compared with."""


@dataclass(frozen=True, slots=True)
class Measured:
    """All arms of one scenario, query by query and resampled.

    `values` is [n_queries, n_arms, n_metrics] and `means` [n_resamples, n_arms, n_metrics], metrics as in METRICS; all
    arms share the resamples.
    """

    arms: tuple[str, ...]
    groups: tuple[str, ...]
    values: Figures
    means: Figures

    def intervals(self, level: float) -> Figures:
        """The percentile interval of every mean, [n_arms, n_metrics, 2]."""
        return percentile_intervals(_flat(self.means), level=level).reshape(*self.means.shape[1:], 2)


def measure_arms(
    runs: Mapping[str, Sequence[Rows]],
    truths: Sequence[Truth],
    artist_of: Rows,
    plan: Plan,
    *,
    rng: np.random.Generator,
) -> Measured:
    """Measure every arm on every query, and resample the queries.

    Raises:
        ShapeError: a ranking or a truth contradicts itself.
        InputError: a truth has nothing held out.
    """
    groups = tuple(truth.group or f"query {number}" for number, truth in enumerate(truths))
    measured = [measure(rankings, truths, artist_of) for rankings in runs.values()]
    values = np.stack([np.stack([found[metric] for metric in METRICS], axis=1) for found in measured], axis=1)
    means = bootstrap_means(_flat(values), groups, rng=rng, n=plan.n_resamples)
    return Measured(tuple(runs), groups, values, means.reshape(len(means), *values.shape[1:]))


def compare(
    scenario: str, measured: Measured, plan: Plan, *, silent: frozenset[str], rng: np.random.Generator
) -> tuple[Comparison, ...]:
    """Compare the contenders with the other arms by every metric; p values are adjusted within each metric.

    Args:
        scenario: Its name.
        measured: Its arms, every contender among them.
        plan: Names the contenders.
        silent: Arms that answered no query: nobody is better than an arm that could not run.
        rng: The source of chance.
    """
    pairs = [
        pair for pair in _pairs(measured.arms, plan.contenders) if silent.isdisjoint(measured.arms[arm] for arm in pair)
    ]
    if not pairs:
        return ()
    ours, theirs = np.array(pairs).T
    differences = measured.values[:, ours] - measured.values[:, theirs]
    p = randomisation_p(_flat(differences), measured.groups, rng=rng, n=plan.n_resamples)
    tests = _Tests(scenario, plan, measured, pairs, p.reshape(len(pairs), len(METRICS)))
    return tuple(comparison for metric in range(len(METRICS)) for comparison in tests.by(metric))


@dataclass(frozen=True, slots=True)
class _Tests:
    """The comparisons of one scenario; `p` is [n_pairs, n_metrics]."""

    scenario: str
    plan: Plan
    measured: Measured
    pairs: Sequence[Pair]
    p: Figures

    def by(self, metric: int) -> Iterator[Comparison]:
        """One family: every pair by one metric."""
        best = _best(self.measured, metric, self.plan.contenders)
        adjusted = holm(self.p[:, metric])
        for number, pair in enumerate(self.pairs):
            yield self._comparison(pair, metric, p=self.p[number, metric], p_holm=adjusted[number], best=best)

    def _comparison(self, pair: Pair, metric: int, *, p: float, p_holm: float, best: int | None) -> Comparison:
        ours, theirs = (self.measured.values[:, arm, metric] for arm in pair)
        our_means, their_means = (self.measured.means[:, arm, metric] for arm in pair)
        defined = bool(their_means.all() and theirs.any())
        return Comparison(
            scenario=self.scenario,
            metric=METRICS[metric],
            arm=self.measured.arms[pair[0]],
            against=self.measured.arms[pair[1]],
            against_best=pair[1] == best,
            difference=float((ours - theirs).mean()),
            difference_interval=self._interval(our_means - their_means),
            relative=float(ours.mean() / theirs.mean() - 1) if defined else None,
            relative_interval=self._interval(relative_means(our_means, their_means)) if defined else None,
            p=float(p),
            p_holm=float(p_holm),
            effect_size=_effect(ours - theirs),
        )

    def _interval(self, resampled: Figures) -> Interval:
        low, high = percentile_intervals(resampled[:, None], level=self.plan.level)[0]
        return float(low), float(high)


def _pairs(arms: Sequence[str], contenders: Sequence[str]) -> Iterator[Pair]:
    """Each contender with the arms that are none, then with the contenders before it."""
    others = [arm for arm in arms if arm not in contenders]
    for number, contender in enumerate(contenders):
        for other in (*others, *contenders[:number]):
            yield arms.index(contender), arms.index(other)


def _best(measured: Measured, metric: int, contenders: Sequence[str]) -> int | None:
    """The best by one metric of the arms that are no contenders; None where there are no such arms."""
    sign = -1 if METRICS[metric] in LOWER_IS_BETTER else 1
    worth = {
        number: sign * measured.values[:, number, metric].mean()
        for number, arm in enumerate(measured.arms)
        if arm not in contenders
    }
    return max(worth, key=lambda number: worth[number], default=None)


def _effect(differences: Figures) -> float | None:
    """The effect size; None where it is not defined."""
    try:
        return effect_size(differences)
    except InputError:
        return None


def _flat(values: Figures) -> Figures:
    """[n, …] as [n, n_columns]."""
    return values.reshape(len(values), -1)
