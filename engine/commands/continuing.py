"""`segue train continuation`: learning to continue playlists."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from engine.commands.options import DEFAULT_LIBRARY, JsonOption, LibraryOption
from engine.commands.output import print_json, stages_told
from engine.commands.training import train_app


@train_app.command()
def continuation(
    *,
    playlists: Annotated[
        list[Path] | None, typer.Option("--playlists", metavar="FILE", help="Learn from these too; may be repeated.")
    ] = None,
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
) -> None:
    """Learn to continue playlists from the library's own and from files."""
    from engine.api import Engine

    engine = Engine.open(library)
    with stages_told() as told:
        learnt = engine.learn_continuation(playlists or [], told=told)
    if as_json:
        print_json({**asdict(learnt), "folder": str(learnt.folder)})
        return
    stages = "blended, then ordered by a learned ranker" if learnt.second_stage else "blended with even weights"
    typer.echo(f"learnt from {learnt.n_playlists:,} playlists of {learnt.n_tracks:,} known tracks ({stages})")
    typer.echo(
        f"  {learnt.n_warm:,} of the library's tracks are in playlists; "
        f"of the {learnt.n_cold:,} others {learnt.n_predicted:,} are placed by their sound and names"
    )
