"""`segue rebuild`, `generations`, `promote` and `rollback`: what serves, and how it came about."""

import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Annotated

import typer

from engine.commands.options import DEFAULT_LIBRARY, JsonOption, LibraryOption
from engine.commands.output import clock, print_json, print_table, progress_bar

if TYPE_CHECKING:
    from indexers.rebuild.run import RebuildReport, Step

OUTCOMES = {
    "published": "generation {} answers now, with {} tracks",
    "unchanged": "nothing changed: generation {} answers already, with {} tracks",
    "promoted": "generation {} was built from just this and answers now, with {} tracks",
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (rebuild, generations, promote, rollback):
        app.command()(command)


def rebuild(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what is owed.")] = False,
    device: Annotated[
        str | None, typer.Option(help="auto, cpu or cuda, this time only; otherwise what segue.toml says.")
    ] = None,
    engine: Annotated[
        str | None,
        typer.Option(
            help="local (processes of this machine) or ray (the machines of [cluster]; needs the extra `cluster`), "
            "this time only; otherwise what segue.toml says."
        ),
    ] = None,
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
) -> None:
    """Analyse what is new, build the indexes, check them and publish them as a new generation."""
    from engine.api import Engine

    opened = Engine.open(library)
    with progress_bar() as move, redirect_stdout(sys.stderr):  # Ray speaks up on stdout
        report = opened.rebuild(
            dry_run=dry_run,
            device=device,
            engine=engine,
            progress=lambda step: move(_described(step), step.done, step.total),
        )
    if as_json:
        print_json(report.as_json())
    else:
        _print(report)


def _described(step: "Step") -> str:
    rate = f", {step.tracks_per_hour:,.0f} tracks an hour" if step.tracks_per_hour else ""
    left = f", {clock(step.left_s)} left" if step.left_s is not None else ""
    return f"{step.stage}{rate}{left}"


def _print(report: "RebuildReport") -> None:
    for kind, reasons in (("failed", report.failed), ("skipped", report.skipped)):
        for track_id, reason in reasons.items():
            typer.echo(f"{kind} {track_id[:12]}: {reason}", err=True)
    if report.status == "planned":
        owed = ", ".join(f"{name} {tracks}" for name, tracks in report.owed.items() if tracks) or "nothing"
        estimate = "" if report.estimate_s is None else f", about {clock(report.estimate_s)} on this machine"
        typer.echo(f"{report.tracks} tracks; owed: {owed}{estimate}")
        return
    typer.echo(OUTCOMES[report.status].format(report.generation, report.tracks))
    if report.analysed:
        typer.echo(
            f"analysed {report.analysed} in {clock(report.seconds)} ({report.tracks_per_hour:,.0f} tracks an hour), "
            f"skipped {len(report.skipped)}, failed {len(report.failed)}"
        )


def generations(*, library: LibraryOption = DEFAULT_LIBRARY, as_json: JsonOption = False) -> None:
    """List the published generations, newest first."""
    from engine.api import Engine

    listed = Engine.open(library).generations()
    if as_json:
        print_json({"generations": [generation.as_json() for generation in listed]})
        return
    headings = ("generation", "serves", "tracks", "created", "encoders")
    rows = [(each.number, "*" if each.serving else "", each.n_tracks, each.created, each.encoders) for each in listed]
    print_table(headings, [(*row[:4], ", ".join(row[4])) for row in rows])


def promote(
    *,
    number: Annotated[int, typer.Argument(metavar="N", help="The generation.")],
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
) -> None:
    """Let another published generation answer from now on."""
    from engine.api import Engine

    Engine.open(library).promote(number)
    _say_serving(number, as_json=as_json)


def rollback(*, library: LibraryOption = DEFAULT_LIBRARY, as_json: JsonOption = False) -> None:
    """Let the generation before the serving one answer again."""
    from engine.api import Engine

    _say_serving(Engine.open(library).rollback(), as_json=as_json)


def _say_serving(number: int, *, as_json: bool) -> None:
    if as_json:
        print_json({"serving": number})
    else:
        typer.echo(f"generation {number} answers now")
