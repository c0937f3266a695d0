"""The report as one self-contained page: nothing is fetched when it is opened."""

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

from engine.evaluation.report.cells import HEADLINE, Cell, Section, Table, interval, number
from engine.evaluation.report.charts import bars, curves, spread
from engine.evaluation.report.tables import sections
from engine.evaluation.report.values import Report

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

CHARTS: dict[str, tuple[Callable[[Report], "Figure"], str]] = {
    "main": (bars, "Whiskers: intervals of the means. Intervals of two arms may overlap though paired queries differ."),
    "scenarios": (
        curves,
        "Choose a metric above the picture; click an arm to hide it. One with nothing to say has no point.",
    ),
    "beyond": (spread, "To the right: more accurate. Up: more of the catalogue is used."),
}
"""The picture of each section that has one, and what to know of it."""

FOLDED = frozenset({"pairs", "scenarios", "settings"})  # sections whose tables are long

STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: #f5f6fa; color: #1f2430;
  font: 16px/1.55 Inter, "Segoe UI", system-ui, -apple-system, sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 40px 24px 80px; }
h1 { font-size: 34px; line-height: 1.15; margin: 0 0 8px; letter-spacing: -0.02em; }
h2 { font-size: 22px; margin: 0 0 4px; letter-spacing: -0.01em; }
p { margin: 4px 0 14px; color: #566075; max-width: 76ch; }
section { background: #fff; border: 1px solid #e3e7ef; border-radius: 14px; padding: 24px 26px; margin: 22px 0; }
.boxes { display: flex; flex-wrap: wrap; gap: 14px; margin: 22px 0 0; }
.box { background: #fff; border: 1px solid #e3e7ef; border-radius: 14px; padding: 14px 20px; flex: 1 1 210px; }
.box b { display: block; font-size: 27px; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }
.box span { color: #566075; font-size: 14px; }
.wide, .chart { overflow-x: auto; margin: 14px 0 6px; }
.chart > div { min-width: 900px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: 8px 0 6px; }
th { text-align: right; font-weight: 600; color: #566075; border-bottom: 1px solid #cfd5e2; padding: 6px 10px; }
td { text-align: right; border-bottom: 1px solid #eef0f5; padding: 6px 10px; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
table.words td, table.words th { text-align: left; white-space: normal; overflow-wrap: anywhere; }
table.words td:first-child { width: 1%; white-space: nowrap; padding-right: 36px; }
td small { display: block; color: #8089a0; font-size: 12px; }
td b { color: #4335c4; }
tbody tr:hover { background: #f8f8fd; }
summary { cursor: pointer; color: #4335c4; font-weight: 600; margin-top: 12px; }
""".strip()


def as_html(report: Report) -> str:
    """The whole report as one HTML document with plotly's script inside."""
    from plotly.offline import get_plotlyjs

    body = "\n".join(_section(report, section) for section in sections(report))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>How well playlists are continued</title>\n<style>\n{STYLE}\n</style>\n"
        f"<script>{get_plotlyjs()}</script>\n</head>\n<body>\n<main>\n{_head(report)}\n{body}\n</main>\n</body>\n</html>\n"
    )


def _head(report: Report) -> str:
    head = report.head
    boxes = "".join(_box(report, arm) for arm in report.ordered()[:3])
    return (
        "<h1>How well playlists are continued</h1>\n"
        f"<p>{escape(report.main)}: {head.n_queries:,} playlists that nothing was learnt from, {len(head.arms)} arms, "
        f"{len(report.scenarios)} scenarios. The three best by R-precision:</p>\n"
        f'<div class="boxes">{boxes}</div>'
    )


def _box(report: Report, arm: str) -> str:
    found = report.head.arms[arm]
    figure, spread_of = number(HEADLINE, found.means[HEADLINE]), interval(HEADLINE, found.intervals[HEADLINE])
    return f'<div class="box"><b>{figure}</b><span>{escape(arm)} {spread_of}</span></div>'


def _section(report: Report, section: Section) -> str:
    parts = [f"<h2>{escape(section.title)}</h2>"]
    if section.text:
        parts.append(f"<p>{escape(section.text)}</p>")
    if section.key in CHARTS:
        parts.append(_chart(report, section.key))
    tables = "\n".join(map(_table, section.tables))
    parts.append(f"<details><summary>Show the tables</summary>{tables}</details>" if section.key in FOLDED else tables)
    return f'<section id="{section.key}">\n' + "\n".join(parts) + "\n</section>"


def _chart(report: Report, key: str) -> str:
    draw, caption = CHARTS[key]
    shown = draw(report).to_html(
        full_html=False,
        include_plotlyjs=False,
        div_id=f"chart-{key}",  # a name of its own each time would make equal reports differ
        config={"displayModeBar": False, "responsive": True},
    )
    return f'<div class="chart">{shown}</div>\n<p>{escape(caption)}</p>'


def _table(table: Table) -> str:
    header = "".join(f"<th>{escape(name)}</th>" for name in table.header)
    rows = "\n".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in table.rows)
    kind = ' class="words"' if len(table.header) == 2 else ""
    return (
        f'<div class="wide"><table{kind}><caption>{escape(table.caption)}</caption>'
        f"<thead><tr>{header}</tr></thead><tbody>\n{rows}\n</tbody></table></div>"
    )


def _cell(cell: Cell) -> str:
    text = escape(cell.text)
    shown = f"<b>{text}</b>" if cell.best else text
    return f"<td>{shown}{f'<small>{escape(cell.extra)}</small>' if cell.extra else ''}</td>"
