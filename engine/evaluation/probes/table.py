"""The probes as Markdown and as plain values."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from engine.evaluation.probes.findings import RECURRENT, Finding, conclude
from engine.evaluation.probes.intervals import Estimate
from engine.evaluation.probes.run import CHANCE, Row

COLUMNS = ("bow", "sif", "seq2seq-uni", "seq2seq-bi", CHANCE)


def as_values(rows: Iterable[Row], findings: Sequence[Finding]) -> dict[str, Any]:
    """Rows and findings as a JSON document takes them, figures to four decimals."""
    return {
        "rows": [_row_values(row) for row in rows],
        "findings": [
            {
                "subject": one.claim.subject,
                "row": one.claim.row,
                "decides": one.claim.decides,
                "difference_of": f"{one.better} - {one.other}",
                **_rounded(one.difference),
                "verdict": str(one.verdict),
            }
            for one in findings
        ],
        "conclusions": [conclude(findings, encoder) for encoder in RECURRENT],
    }


def _row_values(row: Row) -> dict[str, Any]:
    return {
        "name": row.name,
        "title": row.title,
        "n_train": row.n_train,
        "n_test": row.n_test,
        "n_lists": row.n_lists,
        "figures": {encoder: _rounded(figure) for encoder, figure in row.figures.items()},
        "differences": {f"{one} - {other}": _rounded(figure) for (one, other), figure in row.differences.items()},
    }


def _rounded(figure: Estimate) -> dict[str, float]:
    return {name: round(value, 4) for name, value in asdict(figure).items()}


def rows_as_markdown(rows: Sequence[Row]) -> str:
    """One line per figure, one column per encoder, chance last; in brackets the interval that holds it at 95 %."""
    measured = {encoder for row in rows for encoder in row.figures}
    columns = [name for name in COLUMNS if name in measured] + sorted(measured - set(COLUMNS))
    lines = [
        f"| {row.title} | {row.n_train or '–'} | {row.n_test} in {row.n_lists} | "
        + " | ".join(_cell(row.figures[name]) for name in columns)
        + " |"
        for row in rows
    ]
    head = f"| what | learnt from | asked, in lists | {' | '.join(columns)} |"
    return "\n".join([head, "|---" * (3 + len(columns)) + "|", *lines])


def findings_as_markdown(findings: Sequence[Finding]) -> str:
    """One line per claim and seq2seq encoder, and a conclusion for each encoder."""
    lines = [
        f"| {one.claim.subject} | {one.title} | {one.better} − {one.other} | {_cell(one.difference, sign='+')} | "
        f"{one.verdict} | {'yes' if one.claim.decides else ''} |"
        for one in findings
    ]
    head = "| subject | by | difference claimed positive | value | claim | decides |"
    conclusions = [f"- {conclude(findings, encoder)}" for encoder in RECURRENT]
    return "\n".join([head, "|---|---|---|---|---|---|", *lines, "", *conclusions])


def _cell(figure: Estimate, sign: str = "") -> str:
    value, low, high = (f"{round(number, 3) + 0.0:{sign}.3f}" for number in (figure.value, figure.low, figure.high))
    return f"{value} [{low}, {high}]"
