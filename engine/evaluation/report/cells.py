"""Figures as a reader sees them: cells, tables and sections, whatever they are written as."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.evaluation.report.values import ArmFigures
from rankers.metrics import LOWER_IS_BETTER
from rankers.significance import Interval

NAMES = {
    "r_precision": "R-precision",
    "r_precision_artist": "R-precision + artists",
    "ndcg_500": "NDCG@500",
    "recall_100": "recall@100",
    "clicks": "clicks ↓",
    "mrr": "MRR",
    "coverage": "coverage",
    "gini": "Gini",
    "novelty": "novelty, bits",
    "artist_diversity": "artist diversity",
}
TWO_DIGITS = frozenset({"clicks", "novelty"})  # the others are shares, with four
NOTHING = "–"
HEADLINE = "r_precision"


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of a table; `extra` is its interval, `best` makes it stand out."""

    text: str
    extra: str = ""
    best: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first cell of each row names it."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the report; `key` names the place for a chart."""

    key: str
    title: str
    text: str
    tables: tuple[Table, ...]


def digits_of(name: str) -> int:
    """How many decimals a figure has."""
    return 2 if name in TWO_DIGITS else 4


def number(name: str, value: float | None) -> str:
    """A figure as it is printed; a dash where it is not defined."""
    return NOTHING if value is None else f"{value:.{digits_of(name)}f}"


def interval(name: str, pair: Interval) -> str:
    """An interval as it is printed."""
    return f"[{number(name, pair[0])}, {number(name, pair[1])}]"


def column(metric: str, arms: Mapping[str, ArmFigures]) -> dict[str, Cell]:
    """One metric of every arm; all that print the same as the best stand out."""
    pick = min if metric in LOWER_IS_BETTER else max
    best = number(metric, pick(arm.means[metric] for arm in arms.values()))
    texts = {name: number(metric, arm.means[metric]) for name, arm in arms.items()}
    return {
        name: Cell(text, interval(metric, arms[name].intervals[metric]), best=text == best)
        for name, text in texts.items()
    }
