"""What zero-shot classification found, as JSON and as Markdown."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.evaluation.zeroshot.run import Answers, ZeroShotResult
from indexers.encoders.prompts import Way
from indexers.files import write_text
from indexers.schema import Rows
from rankers.significance import mean_interval

RESAMPLES = 10_000
DEFINITIONS = {
    "accuracy": "files whose own label scores highest, over all files heard",
    "intervals": "95 % percentile bootstrap over files",
    "majority": "accuracy of always naming the most frequent label",
    "chance": "one over the number of labels",
    "confusion": "files of each label (lines) by the label they were given (columns)",
}


def as_json(result: ZeroShotResult, *, seed: int = 0) -> dict[str, Any]:
    """The document of zeroshot.json."""
    best = result.best
    return {
        "figures": [_figure(result, one, seed) for one in result.answers],
        "baselines": {"majority": majority(result.truth), "chance": 1 / len(result.labels)},
        "best": {"encoder": best.encoder, "prompts": str(best.way), "confusion": confusion(result, best)},
        "labels": list(result.labels),
        "counts": {"files": len(result.items), "refused": len(result.refused)},
        "refused": dict(result.refused),
        "notes": list(result.notes),
        "settings": {"n_resamples": RESAMPLES, "seed": seed},
        "definitions": DEFINITIONS,
    }


def _figure(result: ZeroShotResult, one: Answers, seed: int) -> dict[str, Any]:
    right = result.right(one).astype(np.float64)
    alone = [str(row) for row in range(len(right))]
    interval = mean_interval(right, alone, rng=np.random.default_rng(seed), n=RESAMPLES)
    return {
        "encoder": one.encoder,
        "prompts": str(one.way),
        "accuracy": float(right.mean()),
        "interval": [float(end) for end in interval],
    }


def majority(truth: Rows) -> float:
    """The share of the most frequent label among rows of labels, at least one."""
    return float(np.bincount(truth).max() / len(truth))


def confusion(result: ZeroShotResult, answers: Answers) -> list[list[int]]:
    """How many files of each label (rows) were given each label (columns)."""
    counts = np.zeros((len(result.labels), len(result.labels)), dtype=np.int64)
    np.add.at(counts, (result.truth, answers.said), 1)
    rows: list[list[int]] = counts.tolist()
    return rows


def figure_rows(document: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """One row an encoder: its name, and its accuracy with labels put into words in each way."""
    found: dict[str, dict[str, str]] = {}
    for one in document["figures"]:
        low, high = one["interval"]
        found.setdefault(one["encoder"], {})[one["prompts"]] = f"{one['accuracy']:.3f} [{low:.3f}, {high:.3f}]"
    return [(name, *(cells.get(way, "–") for way in Way)) for name, cells in found.items()]


def as_markdown(document: Mapping[str, Any]) -> str:
    """The tables of zeroshot.md."""
    counts, baselines, best = document["counts"], document["baselines"], document["best"]
    opening = (
        f"{counts['files']:,} files of {len(document['labels'])} labels; {counts['refused']} could not be heard. "
        f"Majority {baselines['majority']:.3f}, chance {baselines['chance']:.3f}."
    )
    parts = [
        "# Zero-shot: which label fits",
        opening,
        _table(("encoder", *(str(way) for way in Way)), figure_rows(document)),
        " ".join(f"{name}: {DEFINITIONS[name]}." for name in ("accuracy", "majority", "chance"))
        + f" In brackets: {DEFINITIONS['intervals']}.",
        *document["notes"],
        f"## Confusion of {best['encoder']}, {best['prompts']}",
        _table(("", *document["labels"]), _confusion_rows(document)),
        f"Confusion: {DEFINITIONS['confusion']}.",
    ]
    return "\n\n".join(parts) + "\n"


def _confusion_rows(document: Mapping[str, Any]) -> list[tuple[str, ...]]:
    rows = zip(document["labels"], document["best"]["confusion"], strict=True)
    return [(label, *(str(count) if count else "" for count in counts)) for label, counts in rows]


def _table(headings: Sequence[str], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [tuple(headings), ("---",) * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


def write_zero_shot(folder: Path, document: Mapping[str, Any]) -> tuple[Path, Path]:
    """Write zeroshot.json and zeroshot.md into a folder, which is made where it is missing.

    Raises:
        StorageError: the disk refused.
    """
    paths = (folder / "zeroshot.json", folder / "zeroshot.md")
    write_text(paths[0], json.dumps(document, indent=1, allow_nan=False) + "\n")
    write_text(paths[1], as_markdown(document))
    return paths
