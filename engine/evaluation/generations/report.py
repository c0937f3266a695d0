"""What a comparison of two generations found, as JSON, and the files of the report."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.evaluation.generations.asking import Asked, Refused
from engine.evaluation.generations.comparing import Compared, Comparison, ComparisonPlan
from engine.evaluation.generations.indexes import told_indexes
from engine.evaluation.generations.questions import Questions
from engine.evaluation.generations.tables import DEFINITIONS, QUANTILES, SIDES, as_markdown
from indexers.files import write_text
from indexers.generation import Generation, read_build
from rankers.metrics.agreement.rank_biased_overlap import weight_of_head
from rankers.metrics.hits import Figures
from rankers.significance import mean_interval, percentile_intervals

MOST = 10  # of the queries that differ most
RATIO_RESAMPLES = 2_000  # quantiles of each are sorted anew
SHOWN_IDS = 5  # of the tracks that each gave them


def as_json(
    comparison: Comparison, generations: tuple[Generation, Generation], questions: Questions, plan: ComparisonPlan
) -> dict[str, Any]:
    """The document of report.json."""
    compared = comparison.compared
    differing = [one for one in compared if not one.alike]
    most = sorted(differing, key=lambda one: (one.rbo, one.overlap))[:MOST]
    return {
        "generations": {side: _told(each) for side, each in zip(SIDES, generations, strict=True)},
        "overlap": {"k": plan.k, **_mean([one.overlap for one in compared], plan)},
        "rbo": {
            "p": plan.p,
            "depth": plan.k,
            "weight_of_depth": round(weight_of_head(plan.k, plan.p), 4),
            **_mean([one.rbo for one in compared], plan),
        },
        "latency_ms": _latencies(compared, plan),
        "most_different": [_differing(one) for one in most],
        "unanswered": [_unanswered(each) for each in comparison.unanswered],
        "counts": {
            "read": questions.n_read,
            "asked": len(questions.queries),
            "compared": len(compared),
            "alike": len(compared) - len(differing),
            "unanswered": {side: _n_refused(comparison.unanswered, place) for place, side in enumerate(SIDES)},
            "without_results": len(comparison.empty),
        },
        "settings": {
            "queries": [str(source) for source in questions.sources],
            "n_resamples": plan.n_resamples,
            "seed": plan.seed,
        },
        "definitions": DEFINITIONS,
    }


def _told(generation: Generation) -> dict[str, Any]:
    manifest = generation.manifest
    return {
        "number": generation.number,
        "created": read_build(generation.folder).get("created", "unknown"),
        "tracks": generation.n_tracks,
        "encoders": [*manifest["encoders"], manifest["text"]["name"], *(joint.encoder for joint in generation.joints)],
        "spaces": told_indexes(generation),
    }


def _mean(values: Sequence[float], plan: ComparisonPlan) -> dict[str, float]:
    alone = [str(row) for row in range(len(values))]
    figures: Figures = np.array(values, dtype=np.float64)
    low, high = mean_interval(figures, alone, rng=np.random.default_rng(plan.seed), n=plan.n_resamples)
    return {"mean": round(float(figures.mean()), 4), "low": round(low, 4), "high": round(high, 4)}


def _latencies(compared: Sequence[Compared], plan: ComparisonPlan) -> dict[str, Any]:
    """The quantiles of both sides in ms, and the ratio of each with its interval."""
    spent_ms: Figures = np.array([[given.latency_ms for given in one.given] for one in compared], dtype=np.float64)
    rng = np.random.default_rng(plan.seed)
    drawn = (rng.integers(len(spent_ms), size=len(spent_ms)) for _ in range(min(plan.n_resamples, RATIO_RESAMPLES)))
    ratios = np.array([_ratio(_levels(spent_ms[rows])) for rows in drawn])
    levels = _levels(spent_ms)
    ends = percentile_intervals(ratios)
    return {
        **{side: _by_level(levels[:, place]) for place, side in enumerate(SIDES)},
        "ratio": _by_level(_ratio(levels)),
        "ratio_low": _by_level(ends[:, 0]),
        "ratio_high": _by_level(ends[:, 1]),
    }


def _levels(spent_ms: Figures) -> Figures:
    """The quantiles of latencies [n_queries, 2], each side's in a column: [n_quantiles, 2]."""
    levels: Figures = np.quantile(spent_ms, list(QUANTILES.values()), axis=0)
    return levels


def _ratio(levels: Figures) -> Figures:
    ratio: Figures = levels[:, 1] / levels[:, 0]
    return ratio


def _by_level(values: Figures) -> dict[str, float]:
    return {level: round(value, 3) for level, value in zip(QUANTILES, values.tolist(), strict=True)}


def _differing(one: Compared) -> dict[str, Any]:
    given = {
        side: {"first": each.first, "n": len(each.track_ids), "track_ids": list(each.track_ids[:SHOWN_IDS])}
        for side, each in zip(SIDES, one.given, strict=True)
    }
    return {"query": one.query.as_json(), "rbo": round(one.rbo, 4), "overlap": round(one.overlap, 4), **given}


def _unanswered(asked: Asked) -> dict[str, Any]:
    reasons = {side: said.reason for side, said in zip(SIDES, asked.said, strict=True) if isinstance(said, Refused)}
    return {"query": asked.query.as_json(), "reasons": reasons}


def _n_refused(unanswered: Iterable[Asked], place: int) -> int:
    return sum(isinstance(each.said[place], Refused) for each in unanswered)


def write_comparison(folder: Path, document: Mapping[str, Any]) -> tuple[Path, Path]:
    """Write report.md and, last, report.json into a folder, which is made where it is missing.

    Raises:
        StorageError: the disk refused.
    """
    paths = (folder / "report.json", folder / "report.md")
    write_text(paths[1], as_markdown(document))
    write_text(paths[0], json.dumps(document, indent=1, allow_nan=False) + "\n")
    return paths
