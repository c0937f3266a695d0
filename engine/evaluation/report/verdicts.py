"""The contenders against the other arms, in words and tables."""

from collections.abc import Iterator, Sequence

from engine.evaluation.report.cells import HEADLINE, NAMES, NOTHING, Cell, Section, Table, digits_of, interval
from engine.evaluation.report.values import Comparison, Report
from rankers.metrics import LOWER_IS_BETTER

COLUMNS = ("against", "difference", "relative", "p (Holm)", "d", "verdict")
TEXT = (
    "Each contender against the best arm that is none. That arm is picked in each scenario and metric by the test "
    "queries themselves, which favours it. Brackets: {level:.0f} % percentile bootstrap intervals over groups of "
    "queries. p: paired randomisation test, two-sided, adjusted by Holm over one scenario and metric. "
    "d: paired Cohen's d_z. A verdict needs p below {alpha:.2g}."
)


def verdicts(report: Report) -> Iterator[Section]:
    """The contenders against the best single arm, then against every arm; nothing where none was compared."""
    level = _level(report)
    text = TEXT.format(level=100 * level, alpha=round(1 - level, 9))
    best = tuple(table for table in _against_best(report) if table.rows)
    if best:
        yield Section("verdict", "Against the best single arm", text, best)
    pairs = tuple(table for table in _against_all(report) if table.rows)
    if pairs:
        yield Section("pairs", f"Against every arm: {report.main}", f"By {NAMES[HEADLINE]}.", pairs)


def verdict(comparison: Comparison, alpha: float) -> str:
    """What a comparison shows once its p value is adjusted: better, worse or no difference."""
    if comparison.p_holm >= alpha:
        return "no difference shown"
    lower_is_better = comparison.metric in LOWER_IS_BETTER
    return "better" if (comparison.difference < 0) == lower_is_better else "worse"


def _against_best(report: Report) -> Iterator[Table]:
    best = [comparison for comparison in report.comparisons if comparison.against_best]
    headline = [comparison for comparison in best if comparison.metric == HEADLINE]
    in_main = [comparison for comparison in best if comparison.scenario == report.main]
    for arm in report.contenders:
        yield _table(report, f"{arm}: {NAMES[HEADLINE]} in every scenario", "scenario", _of(arm, headline))
    for arm in report.contenders:
        yield _table(report, f"{arm}: every metric, {report.main}", "metric", _of(arm, in_main))


def _against_all(report: Report) -> Iterator[Table]:
    everyone = [one for one in report.comparisons if (one.scenario, one.metric) == (report.main, HEADLINE)]
    for arm in report.contenders:
        yield _table(report, arm, "", _of(arm, everyone))


def _of(arm: str, comparisons: Sequence[Comparison]) -> list[Comparison]:
    return [comparison for comparison in comparisons if comparison.arm == arm]


def _table(report: Report, caption: str, first: str, chosen: Sequence[Comparison]) -> Table:
    """Comparisons, one a row; `first` names the column that tells them apart, if another than the arm does."""
    alpha = 1 - _level(report)
    rows = tuple(_row(comparison, first, alpha) for comparison in chosen)
    return Table(caption, (first, *COLUMNS) if first else COLUMNS, rows)


def _row(comparison: Comparison, first: str, alpha: float) -> tuple[Cell, ...]:
    found, metric = verdict(comparison, alpha), comparison.metric
    cells = (
        Cell(comparison.against),
        Cell(f"{comparison.difference:+.{digits_of(metric)}f}", interval(metric, comparison.difference_interval)),
        _relative(comparison),
        Cell(f"{comparison.p_holm:.4f}"),
        Cell(NOTHING if comparison.effect_size is None else f"{comparison.effect_size:+.2f}"),
        Cell(found, best=found == "better"),
    )
    label = {"scenario": comparison.scenario, "metric": NAMES[metric]}
    return (Cell(label[first]), *cells) if first else cells


def _relative(comparison: Comparison) -> Cell:
    if comparison.relative is None or comparison.relative_interval is None:
        return Cell(NOTHING)
    low, high = comparison.relative_interval
    return Cell(f"{100 * comparison.relative:+.1f} %", f"[{100 * low:+.1f}, {100 * high:+.1f}]")


def _level(report: Report) -> float:
    return float(report.settings["level"])
