"""`segue scan` and `segue ledger`: which files there are and what became of each."""

from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.commands.options import DEFAULT_LIBRARY, JsonOption, LibraryOption
from engine.commands.output import print_json, print_table, progress_bar

if TYPE_CHECKING:
    from indexers.catalog.report import ScanReport

REASONS_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(scan)
    app.command()(ledger)


def scan(
    *,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Folders or files.")],
    metadata: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CSV, JSONL or Parquet, joined on its column path.")
    ] = None,
    prune_anyway: Annotated[
        bool, typer.Option("--prune-anyway", help="Forget missing files even if most of them are missing.")
    ] = False,
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
) -> None:
    """Find audio, videos and playlists, and note what became of every file. Makes the library if there is none."""
    from engine.api import Engine

    engine = Engine.open(library, create=True)
    with progress_bar() as move:
        files = partial(move, "files examined")
        report = engine.scan(paths, metadata=metadata, prune_anyway=prune_anyway, progress=files)
    if as_json:
        print_json(report.as_json())
    else:
        _print(report)


def _print(report: "ScanReport") -> None:
    for warning in report.warnings:
        typer.echo(f"warning: {warning}", err=True)
    for playlist in report.playlists:
        said = playlist.error or f"{playlist.matched} of {playlist.tracks} entries matched"
        typer.echo(f"playlist {playlist.path}: {said}")
    reasons = Counter((str(file.state), file.reason) for file in report.files if file.state != "indexed")
    if reasons:
        rows = [(state, count, reason) for (state, reason), count in reasons.most_common(REASONS_SHOWN)]
        print_table(("state", "files", "reason"), rows)
    typer.echo(
        f"found {report.found} = indexed {report.indexed} + skipped {report.skipped} + failed {report.failed}; "
        f"{report.pruned} gone; next: segue rebuild"
    )


def ledger(
    *,
    failed: Annotated[bool, typer.Option("--failed", help="Only files that failed.")] = False,
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
) -> None:
    """List every file seen, its state and the reason."""
    from engine.api import Engine

    files = Engine.open(library).ledger()
    counts = Counter(files["state"].to_list())
    shown = files.filter(files["state"] == "failed") if failed else files
    rows = shown.select("path", "state", "reason").rows()
    if as_json:
        listed = [{"path": path, "state": state, "reason": reason} for path, state, reason in rows]
        print_json({"counts": {state: counts[state] for state in ("indexed", "skipped", "failed")}, "files": listed})
    else:
        print_table(("state", "reason", "path"), [(state, reason, path) for path, state, reason in rows])
        typer.echo(", ".join(f"{counts[state]} {state}" for state in ("indexed", "skipped", "failed")))
