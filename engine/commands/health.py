"""`segue doctor`: whether encoders, vectors and files are what they should be."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from engine.commands.options import DEFAULT_LIBRARY, JsonOption, LibraryOption
from engine.commands.output import print_json, print_table

if TYPE_CHECKING:
    from indexers.encoders.doctor import Finding


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)


def doctor(*, library: LibraryOption = DEFAULT_LIBRARY, as_json: JsonOption = False) -> None:
    """Examine the serving generation, its encoders and its files; exit status 1 when something is wrong."""
    from engine.api import Engine
    from engine.doctor import examine

    findings = examine(Engine.open(library))
    healthy = all(finding.ok for finding in findings)
    if as_json:
        print_json({"healthy": healthy, "findings": [asdict(finding) for finding in findings]})
    else:
        headings = ("", "check", "subject", "value", "limit", "remedy")
        print_table(headings, [_row(finding) for finding in findings])
    if not healthy:
        raise typer.Exit(1)


def _row(finding: "Finding") -> tuple[object, ...]:
    mark = "ok" if finding.ok else "BAD"
    remedy = "" if finding.ok else finding.remedy
    return mark, finding.check, finding.subject, f"{finding.value:.4g}", f"{finding.limit:.4g}", remedy
