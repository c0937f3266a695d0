"""The report as Markdown: tables with intervals, the best figures bold."""

from collections.abc import Iterator, Sequence

from engine.evaluation.report.cells import Cell, Section, Table
from engine.evaluation.report.tables import sections
from engine.evaluation.report.values import Report


def as_markdown(report: Report) -> str:
    """The whole report as one Markdown document."""
    return "\n\n".join(["# How well playlists are continued", *map(_section, sections(report))]) + "\n"


def _section(section: Section) -> str:
    parts = [f"## {_safe(section.title)}", _safe(section.text), *map(_table, section.tables)]
    return "\n\n".join(part for part in parts if part)


def _table(table: Table) -> str:
    return "\n".join([f"**{_safe(table.caption)}**", "", *_lines(table)])


def _lines(table: Table) -> Iterator[str]:
    yield _line([_safe(name) for name in table.header])
    yield _line(["---"] * len(table.header))
    for row in table.rows:
        yield _line([_cell(cell) for cell in row])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: Cell) -> str:
    text = _safe(cell.text)
    shown = f"**{text}**" if cell.best else text
    return f"{shown} {_safe(cell.extra)}".rstrip()


def _safe(text: str) -> str:
    """Text on one line that neither ends a table's cell nor starts markup."""
    for letter in "\\|*`<":
        text = text.replace(letter, f"\\{letter}")
    return " ".join(text.split())
