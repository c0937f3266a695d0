"""What an evaluation of playlist continuation found: plain values and their JSON form."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from indexers.schema import Rows
from rankers.metrics import METRICS, Truth
from rankers.significance import LEVEL, RESAMPLES, Interval

SHAPES = ("coverage", "gini", "novelty", "artist_diversity")
"""What describes a run as a whole."""

DEFINITIONS = {
    "r_precision": "held-out tracks within the first |G| positions, over |G|; no artist bonus",
    "r_precision_artist": "the same plus 0.25 once per held-out artist within the first |G| positions, over |G| "
    "(RecSys Challenge 2018, published variant: an artist whose track was hit counts too)",
    "ndcg_500": "binary gain, discount log2(rank + 1), over the best list of min(|G|, 500) hits",
    "recall_100": "held-out tracks within the first 100 positions, over |G|",
    "clicks": "(rank of the first hit - 1) // 10; 51 where none of 500 is a hit; lower is better",
    "mrr": "mean of 1 / rank of the first hit; 0 where there is none",
    "coverage": "share of the known tracks that some ranking holds",
    "gini": "Gini index of how often each known track is recommended; 0 is even",
    "novelty": "mean of -log2(share of training playlists that hold the track) over all recommendations, in bits",
    "artist_diversity": "distinct artists among the first 100 positions, over the positions there are; mean over "
    "the rankings that are not empty",
}


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """What every arm answered in one scenario, such as the first five tracks given.

    `arms` holds for each arm one ranking per query, in the order of the truths: at most 500 distinct rows, best first,
    without the seeds. An empty ranking is an arm with nothing to say, counted and measured as a miss; None is a query
    that was never run, and is refused. `truths_known` counts the known held-out tracks alone, `truths_all` every
    held-out track; the latter may be left out. `counts` says what a reader must know about the queries, such as how
    many seeds were unknown.
    """

    name: str
    arms: Mapping[str, Sequence[Rows | None]]
    truths_known: Sequence[Truth]
    truths_all: Sequence[Truth] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """How the results are compared.

    `main` names the scenario that heads the report. Each of the `contenders`, such as the blend, is compared with every
    arm that is none, and with the contenders before it. `settings` are reported as they are.
    """

    main: str
    contenders: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    n_resamples: int = RESAMPLES
    level: float = LEVEL
    seed: int = 0


@dataclass(frozen=True, slots=True)
class ArmFigures:
    """What one arm is worth in one scenario.

    `means` and `intervals` have every name in METRICS, `shape` those in SHAPES that are defined: an arm that answered
    nothing has only its coverage, 0.
    """

    means: Mapping[str, float]
    intervals: Mapping[str, Interval]
    shape: Mapping[str, float]
    n_queries: int
    n_empty: int

    def as_json(self) -> dict[str, Any]:
        """One entry of `arms`; what is not defined is null."""
        return {
            **{metric: self.means[metric] for metric in METRICS},
            **{name: self.shape.get(name) for name in SHAPES},
            "intervals": {metric: list(self.intervals[metric]) for metric in METRICS},
            "n_queries": self.n_queries,
            "n_empty": self.n_empty,
        }


@dataclass(frozen=True, slots=True)
class ScenarioFigures:
    """What every arm is worth in one scenario; `arms_all` is empty where unknown tracks were not counted."""

    name: str
    arms: Mapping[str, ArmFigures]
    arms_all: Mapping[str, ArmFigures]
    n_queries: int
    n_groups: int
    counts: Mapping[str, int]

    def as_json(self) -> dict[str, Any]:
        """One entry of `scenarios`."""
        return {
            "arms": {name: arm.as_json() for name, arm in self.arms.items()},
            "arms_all": {name: arm.as_json() for name, arm in self.arms_all.items()},
            "n_queries": self.n_queries,
            "n_groups": self.n_groups,
            "counts": dict(self.counts),
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """One contender against one arm, by one metric over the known held-out tracks of one scenario.

    `difference` is the contender's mean minus the other's, `relative` that over the other's; both with bootstrap
    intervals, and the latter None where the other's mean can be 0. `p` is of the paired randomisation test, `p_holm`
    adjusted for all comparisons of this scenario and metric. `effect_size` is d_z, None where all queries differ by the
    same amount. `against_best` marks the best of the arms that are no contenders.
    """

    scenario: str
    metric: str
    arm: str
    against: str
    against_best: bool
    difference: float
    difference_interval: Interval
    relative: float | None
    relative_interval: Interval | None
    p: float
    p_holm: float
    effect_size: float | None

    def as_json(self) -> dict[str, Any]:
        """One entry of `comparisons`."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Report:
    """One evaluation of playlist continuation; `cold` has the figures of tracks that no playlist holds, if any."""

    main: str
    scenarios: tuple[ScenarioFigures, ...]
    comparisons: tuple[Comparison, ...]
    contenders: tuple[str, ...]
    settings: Mapping[str, Any]
    cold: Mapping[str, Any] = field(default_factory=dict)

    @property
    def head(self) -> ScenarioFigures:
        """The main scenario."""
        return next(scenario for scenario in self.scenarios if scenario.name == self.main)

    def ordered(self) -> list[str]:
        """The arms from best to worst by R-precision in the main scenario; equal ones as they were given."""
        return sorted(self.head.arms, key=lambda arm: -self.head.arms[arm].means["r_precision"])

    def as_json(self) -> dict[str, Any]:
        """The document of report.json."""
        head = self.head.as_json()
        document = {
            "main": self.main,
            "contenders": list(self.contenders),
            "arms": head["arms"],
            "arms_all": head["arms_all"],
            "scenarios": {scenario.name: scenario.as_json() for scenario in self.scenarios},
            "comparisons": [comparison.as_json() for comparison in self.comparisons],
            "settings": dict(self.settings),
            "counts": self.counts(),
            "definitions": DEFINITIONS,
        }
        return {**document, "cold": dict(self.cold)} if self.cold else document

    def counts(self) -> dict[str, Any]:
        """What the main scenario's figures rest on: queries, groups, empty answers by arm, its own counts."""
        empty = {name: arm.n_empty for name, arm in self.head.arms.items()}
        own = dict(self.head.counts)
        return {"queries": self.head.n_queries, "groups": self.head.n_groups, "empty_answers": empty, **own}
