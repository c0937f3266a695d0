"""What an evaluation on listens found, as JSON and as Markdown."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from engine.evaluation.listens.arms import BASELINE
from engine.evaluation.listens.run import BLEND, ListensPlan, ListensResult
from indexers.errors import InputError
from indexers.files import write_text
from rankers.metrics import Figures
from rankers.metrics.beyond.coverage import coverage
from rankers.significance import effect_size, holm, mean_interval, randomisation_p, relative_interval

METRICS = ("recall", "ndcg")
FAVOURITES = 3
DEFINITIONS = {
    "recall": "hidden items within the first k, over all hidden items of the user",
    "ndcg": "binary gain, discount log2(rank + 1), over the best list of min(hidden, k) hits",
    "intervals": "95 % percentile bootstrap over users",
    "coverage": "items that are recommended to some user, over all items",
    "p_holm": "paired randomisation test over users, two-sided, adjusted after Holm for all comparisons by one metric",
}


def as_json(result: ListensResult) -> dict[str, Any]:
    """The document of listens.json; arms in the order they were run."""
    plan = result.plan
    return {
        "arms": {name: _arm(result, name) for name in result.figures},
        "comparisons": [one for column in range(len(METRICS)) for one in _comparisons(result, column)],
        "counts": dict(result.counts),
        "settings": {"n_held_out": plan.n_held_out, "k": plan.k, "seed": plan.seed, "n_resamples": plan.n_resamples},
        "definitions": DEFINITIONS,
    }


def _arm(result: ListensResult, name: str) -> dict[str, Any]:
    plan, figures = result.plan, result.figures[name]
    named = [f"{metric}_{plan.k}" for metric in METRICS]
    return {
        **{metric: float(mean) for metric, mean in zip(named, figures.mean(axis=0), strict=True)},
        "intervals": {metric: _interval(figures[:, at], plan) for at, metric in enumerate(named)},
        "n_users": len(figures),
        "coverage": coverage(result.exposure[name]),
        "most_recommended": [
            result.names[item] for item in np.argsort(-result.exposure[name], kind="stable")[:FAVOURITES]
        ],
        "settings": dict(result.chosen[name].setting),
        f"validation_ndcg_{plan.k}": result.chosen[name].validation_ndcg,
    }


def _interval(values: Figures, plan: ListensPlan) -> list[float]:
    return list(mean_interval(values, _users(values), rng=np.random.default_rng(plan.seed), n=plan.n_resamples))


def _comparisons(result: ListensResult, column: int) -> list[dict[str, Any]]:
    pairs = _pairs(result)
    found = [_compare(result, arm, against, column) for arm, against in pairs]
    adjusted = holm(np.array([one["p"] for one in found], dtype=np.float64))
    return [{**one, "p_holm": float(p)} for one, p in zip(found, adjusted, strict=True)]


def _pairs(result: ListensResult) -> list[tuple[str, str]]:
    """Every arm against the baseline, then the blend against every other arm."""
    single = [name for name in result.figures if name not in {BASELINE, BLEND}]
    against_baseline = [(name, BASELINE) for name in [*single, BLEND] if {name, BASELINE} <= set(result.figures)]
    return against_baseline + [(BLEND, name) for name in single if BLEND in result.figures]


def _compare(result: ListensResult, arm: str, against: str, column: int) -> dict[str, Any]:
    plan, ours, theirs = result.plan, result.figures[arm][:, column], result.figures[against][:, column]
    differences = ours - theirs
    p = randomisation_p(differences[:, None], _users(ours), rng=np.random.default_rng(plan.seed), n=plan.n_resamples)
    relative, interval = _relative(ours, theirs, plan)
    return {
        "metric": f"{METRICS[column]}_{plan.k}",
        "arm": arm,
        "against": against,
        "difference": float(differences.mean()),
        "difference_interval": _interval(differences, plan),
        "relative": relative,
        "relative_interval": interval,
        "effect_size": _effect(differences),
        "p": float(p[0]),
    }


def _relative(ours: Figures, theirs: Figures, plan: ListensPlan) -> tuple[float | None, list[float] | None]:
    """By what share ours are more; None where theirs can be 0."""
    if not theirs.any():
        return None, None
    share = float(ours.mean() / theirs.mean() - 1)
    rng = np.random.default_rng(plan.seed)
    try:
        return share, list(relative_interval(ours, theirs, _users(ours), rng=rng, n=plan.n_resamples))
    except InputError:  # a resample in which theirs is 0
        return share, None


def _effect(differences: Figures) -> float | None:
    try:
        return effect_size(differences)
    except InputError:  # all alike, or a single user
        return None


def _users(values: Figures) -> list[str]:
    return [str(user) for user in range(len(values))]


def as_markdown(document: Mapping[str, Any]) -> str:
    """The tables of listens.md; the best figure of a column is bold."""
    k = document["settings"]["k"]
    favourites = (f"{name}: {', '.join(arm['most_recommended'])}" for name, arm in document["arms"].items())
    parts = [
        "# Listens: what listeners also play",
        _opening(document),
        _table(_arm_rows(document, k), ("arm", f"recall@{k}", f"NDCG@{k}", "coverage", "chosen")),
        _defined("recall", "ndcg", "coverage") + f" In brackets: {DEFINITIONS['intervals']}.",
        f"Recommended most by {'; '.join(favourites)}.",
        "## Differences",
        _table(map(_comparison_row, document["comparisons"]), ("figure", "arm", "against", "more by", "d_z", "p")),
        f"p: {DEFINITIONS['p_holm']}. d_z: the mean difference over its deviation.",
    ]
    return "\n\n".join(parts) + "\n"


def _opening(document: Mapping[str, Any]) -> str:
    counts, settings = document["counts"], document["settings"]
    n_held_out = settings["n_held_out"]
    sentences = (
        f"{counts['listens']:,} listens of {counts['items']:,} items by {counts['users']:,} users.",
        f"Of each of the {counts['users_asked']:,} users with at least {2 * n_held_out} items {n_held_out} were",
        f"hidden, drawn at random (seed {settings['seed']});",
        f"{counts['users_wholly_in_training']:,} users have fewer and are wholly in training.",
        f"{counts['held_out_unknown']:,} of the {counts['held_out']:,} hidden items no one plays in training: no arm",
        "can find them, and they count as missed. Settings and weights were chosen by NDCG on",
        f"{counts['validation_held_out']:,} further items, hidden from the rest.",
        f"{settings['k']} items are recommended, none that the user is known to play.",
        *(
            [f"EASE knows only the {known:,} most played items."]
            if (known := counts["items_of_ease"]) < counts["items"]
            else []
        ),
    )
    return " ".join(sentences)


def _defined(*names: str) -> str:
    return " ".join(f"{name}: {DEFINITIONS[name]}." for name in names)


def _arm_rows(document: Mapping[str, Any], k: int) -> Iterable[tuple[str, ...]]:
    highest = {f"{metric}_{k}": max(arm[f"{metric}_{k}"] for arm in document["arms"].values()) for metric in METRICS}
    for name, arm in document["arms"].items():
        cells = [
            _cell(arm[metric], arm["intervals"][metric], best=arm[metric] == most) for metric, most in highest.items()
        ]
        yield (
            name,
            *cells,
            f"{arm['coverage']:.3f}",
            ", ".join(f"{key} {_short(value)}" for key, value in arm["settings"].items()),
        )


def _cell(value: float, interval: list[float], *, best: bool) -> str:
    shown = f"**{value:.4f}**" if best else f"{value:.4f}"
    return f"{shown} ({interval[0]:.4f}–{interval[1]:.4f})"


def _short(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _comparison_row(one: Mapping[str, Any]) -> tuple[str, ...]:
    low, high = one["relative_interval"] or (None, None)
    share = "not defined" if one["relative"] is None else f"{one['relative']:+.1%}"
    within = "" if low is None else f" ({low:+.1%} to {high:+.1%})"
    effect = "–" if one["effect_size"] is None else f"{one['effect_size']:.2f}"
    return one["metric"].replace("_", "@"), one["arm"], one["against"], share + within, effect, f"{one['p_holm']:.4f}"


def _table(rows: Iterable[tuple[str, ...]], headings: tuple[str, ...]) -> str:
    lines = [headings, ("---",) * len(headings), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write_listens(folder: Path, document: Mapping[str, Any]) -> tuple[Path, Path]:
    """Write listens.json and listens.md into a folder, which is made where it is missing.

    Raises:
        StorageError: the disk refused.
    """
    paths = (folder / "listens.json", folder / "listens.md")
    write_text(paths[0], json.dumps(document, indent=1, allow_nan=False) + "\n")
    write_text(paths[1], as_markdown(document))
    return paths
