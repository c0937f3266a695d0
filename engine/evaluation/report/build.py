"""The report of an evaluation, from what every arm answered in every scenario."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from engine.evaluation.report.compare import Measured, compare, measure_arms
from engine.evaluation.report.values import (
    ArmFigures,
    Comparison,
    Plan,
    Report,
    ScenarioFigures,
    ScenarioResult,
)
from indexers.catalog.corpus import Corpus
from indexers.errors import InputError
from indexers.schema import Rows
from rankers.metrics import METRICS, describe

DEPTH = 500  # recommendations asked for


def build_report(
    scenarios: Sequence[ScenarioResult], train: Corpus, plan: Plan, *, cold: Mapping[str, Any] | None = None
) -> Report:
    """Measure every arm in every scenario, and compare the contenders with the others.

    Args:
        scenarios: What the arms answered; every scenario has the same arms.
        train: The playlists that were learnt from: popularity, artists and the size of the catalogue.
        plan: What is compared, and how.
        cold: Figures of tracks that no training playlist holds, reported as they are.

    Raises:
        InputError: an arm has no ranking for a query, was not run in a scenario or ranks more than 500 tracks; a
            scenario has no query or is named twice; the main scenario or a contender does not exist.
        ShapeError: a ranking or a truth contradicts itself.
    """
    _check_scenarios(scenarios, plan)
    built = [_scenario(scenario, train, plan, number) for number, scenario in enumerate(scenarios)]
    settings = {**plan.settings, "resamples": plan.n_resamples, "level": plan.level, "seed": plan.seed}
    return Report(
        main=plan.main,
        scenarios=tuple(figures for figures, _ in built),
        comparisons=tuple(comparison for _, comparisons in built for comparison in comparisons),
        contenders=plan.contenders,
        settings=settings,
        cold=cold or {},
    )


def _scenario(
    scenario: ScenarioResult, train: Corpus, plan: Plan, number: int
) -> tuple[ScenarioFigures, tuple[Comparison, ...]]:
    artist_of = train.vocabulary.artist_of()
    runs = {arm: _complete(scenario, arm) for arm in scenario.arms}
    shapes = {arm: describe(run, train.counts, len(train.lists), artist_of) for arm, run in runs.items()}
    known = measure_arms(runs, scenario.truths_known, artist_of, plan, rng=_rng(plan, number, 0))
    arms_all = {}
    if scenario.truths_all:
        everything = measure_arms(runs, scenario.truths_all, artist_of, plan, rng=_rng(plan, number, 1))
        arms_all = _figures(runs, everything, shapes, plan)
    figures = ScenarioFigures(
        name=scenario.name,
        arms=_figures(runs, known, shapes, plan),
        arms_all=arms_all,
        n_queries=len(scenario.truths_known),
        n_groups=len(set(known.groups)),
        counts=dict(scenario.counts),
    )
    silent = frozenset(arm for arm, rankings in runs.items() if not any(len(ranking) for ranking in rankings))
    return figures, compare(scenario.name, known, plan, silent=silent, rng=_rng(plan, number, 2))


def _figures(
    runs: Mapping[str, Sequence[Rows]], measured: Measured, shapes: Mapping[str, Mapping[str, float]], plan: Plan
) -> dict[str, ArmFigures]:
    means = measured.values.mean(axis=0).tolist()
    intervals = measured.intervals(plan.level).tolist()
    return {
        arm: ArmFigures(
            means=dict(zip(METRICS, means[row], strict=True)),
            intervals={metric: (low, high) for metric, (low, high) in zip(METRICS, intervals[row], strict=True)},
            shape=shapes[arm],
            n_queries=len(rankings),
            n_empty=sum(not len(ranking) for ranking in rankings),
        )
        for row, (arm, rankings) in enumerate(runs.items())
    }


def _complete(scenario: ScenarioResult, arm: str) -> list[Rows]:
    """One arm's rankings, once it is sure that it answered every query."""
    given, n_queries = scenario.arms[arm], len(scenario.truths_known)
    if len(given) > n_queries:
        raise InputError(f"arm {arm!r} has {len(given)} rankings for {n_queries} queries: give one for each, in order")
    rankings = [ranking for ranking in given if ranking is not None]
    if len(rankings) < n_queries:
        raise InputError(
            f"arm {arm!r} ranked {len(rankings)} of {n_queries} queries of scenario {scenario.name!r}: "
            "run it on every query, or leave it out"
        )
    longest = max(map(len, rankings))
    if longest > DEPTH:
        raise InputError(f"arm {arm!r} ranks {longest} tracks for a query; the metrics look at {DEPTH}: cut its lists")
    return rankings


def _check_scenarios(scenarios: Sequence[ScenarioResult], plan: Plan) -> None:
    names = [scenario.name for scenario in scenarios]
    if plan.main not in names:
        raise InputError(f"main scenario {plan.main!r} was not run; there are {', '.join(names) or 'none'}")
    if len(set(names)) < len(names):
        raise InputError(f"scenarios share a name in {', '.join(names)}: name each once")
    for scenario in scenarios:
        _check_scenario(scenario, tuple(scenarios[0].arms), plan)


def _check_scenario(scenario: ScenarioResult, arms: Sequence[str], plan: Plan) -> None:
    n_queries = len(scenario.truths_known)
    if not n_queries:
        raise InputError(f"scenario {scenario.name!r} has no query: hold out longer playlists, or leave it out")
    if len(scenario.truths_all) not in {0, n_queries}:
        raise InputError(
            f"scenario {scenario.name!r} has {n_queries} queries by known tracks "
            f"and {len(scenario.truths_all)} by all: give the same queries"
        )
    absent = sorted({*arms, *scenario.arms, *plan.contenders} - (set(arms) & set(scenario.arms)))
    if absent:
        raise InputError(
            f"arm {absent[0]!r} was not run in every scenario ({scenario.name!r}): run it, or leave it out"
        )
    if not arms:
        raise InputError(f"scenario {scenario.name!r} has no arm: name at least one to measure")


def _rng(plan: Plan, *stream: int) -> np.random.Generator:
    """Chance of its own for each step, so that adding a scenario moves no other figure."""
    return np.random.default_rng([plan.seed, *stream])
