"""`segue train pairs`: pairs of audio and text, made from scores or written by hand."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.commands.options import JsonOption
from engine.commands.output import print_json, progress_bar
from engine.commands.training import train_app

if TYPE_CHECKING:
    from indexers.pairs.checks import Tally

DEFAULT_OUT = Path("pairs")


@train_app.command()
def pairs(  # noqa: PLR0913 - one parameter per option
    *,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where audio and manifest go.")] = DEFAULT_OUT,
    clips: Annotated[int, typer.Option(min=0, help="Clips of ten seconds.")] = 20_000,
    long: Annotated[int, typer.Option(min=0, help="Tracks of one to five minutes.")] = 1_500,
    scores: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", help="A folder, zip or tar of MIDI files besides music21's; may be repeated."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed gives other performances.")] = 0,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; all processors without.")] = None,
    check: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Make nothing: check this manifest and say what it holds.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make pairs of audio and exact captions from scores, or check a manifest written by hand."""
    from indexers.pairs.checks import read_checked, tally

    if check is not None:
        _report(check, tally(read_checked(check)), as_json=as_json)
        return
    from indexers.pairs.make import Order, make_pairs
    from indexers.settings import cores

    order = Order(out, clips, long, tuple(scores or ()), seed, workers or cores())
    with progress_bar() as move:
        made = make_pairs(order, move)
    for note in made.notes:
        typer.echo(f"note: {note}", err=True)
    _report(made.manifest, tally(made.pairs), as_json=as_json)


def _report(manifest: Path, found: "Tally", *, as_json: bool) -> None:
    if as_json:
        document: dict[str, Any] = {"manifest": str(manifest), **asdict(found)}
        print_json(document)
        return
    typer.echo(f"{manifest}: {found.clips:,} clips and {found.longs:,} long tracks, {found.hours:.1f} hours")
    for split, count in found.pairs.items():
        typer.echo(f"  {split:<10} {count:>7,} pairs of {found.tunes[split]:>6,} tunes")
