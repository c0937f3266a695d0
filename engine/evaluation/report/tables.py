"""The report's parts in reading order, as Markdown and page both show them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.evaluation.report.cells import NAMES, NOTHING, Cell, Section, Table, column, number
from engine.evaluation.report.values import DEFINITIONS, SHAPES, ArmFigures, Report, ScenarioFigures
from engine.evaluation.report.verdicts import verdicts
from rankers.metrics import METRICS


def sections(report: Report) -> Iterator[Section]:
    """The parts of the report; those with nothing to show are left out."""
    head = report.head
    text = f"{head.n_queries:,} queries in {head.n_groups:,} groups. Only known held-out tracks count."
    yield Section(
        "main", f"Every arm: {report.main}", text, (_accuracy("Known held-out tracks", head.arms, report.ordered()),)
    )
    yield from verdicts(report)
    if head.arms_all:
        text = "The same lists, with every held-out track counted: one that no arm can know is a miss."
        table = _accuracy("All held-out tracks", head.arms_all, report.ordered())
        yield Section("all", f"Every held-out track: {report.main}", text, (table,))
    if len(report.scenarios) > 1:
        text = "With more or fewer tracks given. Only known held-out tracks count."
        yield Section("scenarios", "Every scenario", text, tuple(_by_scenario(report, metric) for metric in METRICS))
    text = "How much of what is known is ever recommended, how evenly, how rare it is, and by how many artists."
    yield Section("beyond", f"Beyond accuracy: {report.main}", text, (_shapes(report),))
    if report.cold:
        text = "Tracks that no training playlist holds, apart from those that some do."
        yield Section("cold", "Cold tracks", text, tuple(_cold(report.cold)))
    yield Section("meaning", "What the figures mean", "|G| is how many tracks were held out.", (_definitions(),))
    tables = (_counts(report), _listing("Settings", report.settings))
    yield Section("settings", "Counts and settings", "", tables)


COLD = {
    "arms": "Cold tracks among all cold tracks",
    "arms_new_artists": "Cold tracks of artists that no playlist holds",
    "warm": "Warm tracks among all warm tracks, apart",
}


def _accuracy(caption: str, arms: Mapping[str, ArmFigures], order: Sequence[str]) -> Table:
    columns = [column(metric, arms) for metric in METRICS]
    rows = tuple((Cell(name), *(own[name] for own in columns), Cell(f"{arms[name].n_empty:,}")) for name in order)
    return Table(caption, ("arm", *(NAMES[metric] for metric in METRICS), "empty"), rows)


def _cold(cold: Mapping[str, Any]) -> Iterator[Table]:
    """What `evaluate_cold` found: each of its tables of arms, then the rest."""
    for part, caption in COLD.items():
        found = {name: _cold_arm(figures) for name, figures in cold.get(part, {}).items()}
        if found:
            yield _accuracy(caption, found, sorted(found, key=lambda name: -found[name].means["ndcg_500"]))
    rest = {name: value for name, value in cold.items() if name not in (*COLD, "comparisons")}
    yield _listing("Cold: counts, predictor and settings", rest)


def _cold_arm(figures: Mapping[str, Any]) -> ArmFigures:
    intervals = {metric: (low, high) for metric, (low, high) in figures["intervals"].items()}
    return ArmFigures({metric: figures[metric] for metric in METRICS}, intervals, {}, figures["n_queries"], 0)


def _by_scenario(report: Report, metric: str) -> Table:
    columns = [column(metric, scenario.arms) for scenario in report.scenarios]
    rows = tuple((Cell(name), *(own[name] for own in columns)) for name in report.ordered())
    return Table(NAMES[metric], ("arm", *(scenario.name for scenario in report.scenarios)), rows)


def _shapes(report: Report) -> Table:
    found = {name: report.head.arms[name].shape for name in report.ordered()}
    rows = tuple(
        (Cell(name), *(Cell(number(shape, own.get(shape))) for shape in SHAPES)) for name, own in found.items()
    )
    return Table("Whole runs", ("arm", *(NAMES[shape] for shape in SHAPES)), rows)


def _definitions() -> Table:
    rows = tuple((Cell(NAMES[name]), Cell(meaning)) for name, meaning in DEFINITIONS.items())
    return Table("Definitions", ("figure", "meaning"), rows)


def _counts(report: Report) -> Table:
    """What every scenario's figures rest on, a column each; arms that never gave an empty answer have no row."""
    columns = [dict(_leaves(_counts_of(scenario))) for scenario in report.scenarios]
    names = dict.fromkeys(name for own in columns for name in own)
    rows = tuple((Cell(name), *(Cell(own.get(name, "0")) for own in columns)) for name in names)
    return Table("Counts", ("count", *(scenario.name for scenario in report.scenarios)), rows)


def _counts_of(scenario: ScenarioFigures) -> dict[str, Any]:
    empty = {name: arm.n_empty for name, arm in scenario.arms.items() if arm.n_empty}
    sizes = {"queries": scenario.n_queries, "groups": scenario.n_groups}
    return {**sizes, **scenario.counts, "empty answers": empty}


def _listing(caption: str, values: Mapping[str, Any]) -> Table:
    return Table(caption, ("what", "value"), tuple((Cell(name), Cell(text)) for name, text in _leaves(values)))


def _leaves(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every value within nested mappings, with the names that lead to it."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{name} · ")
        else:
            yield f"{prefix}{name}", _plain(value)


def _plain(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_plain, value))
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return NOTHING if value is None else str(value)
