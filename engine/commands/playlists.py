"""`segue continue` and `segue path`: playlists that go on, and ways from one track to another."""

from pathlib import Path
from typing import Annotated

import typer

from engine.commands.options import DEFAULT_LIBRARY, JsonOption, LibraryOption
from engine.commands.output import print_json, print_table
from engine.continuation.answer import Continuation, Continued
from engine.path import Stop

REASONS = (  # the beginning of an arm's name, and what it found
    ("sound", "sounds alike"),
    ("taggram", "sounds like the name"),
    ("words", "has the name's words"),
    ("popularity", "often played"),
    ("item_knn", "listened together"),
    ("als", "same listeners"),
    ("session_knn", "in playlists like this"),
    ("item2vec", "in the same company"),
    ("playlist", "in nearby playlists"),
    ("names", "in playlists of this name"),
    ("order", "moved up by the learned order"),
)
FORMATS = ".m3u8, .xspf or .jspf"
MOST_TOLD = 10  # unmatched entries that are told one by one

OutOption = Annotated[Path | None, typer.Option("--out", metavar="FILE", help=f"Write a playlist: {FORMATS}.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace FILE where it is there already.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("continue")(continue_playlist)
    app.command("path")(path)


def continue_playlist(  # noqa: PLR0913 - each is an option of the command line
    *,
    playlist: Annotated[
        str | None, typer.Argument(metavar="[PLAYLIST]", help="A playlist file, or the id or name of one scanned.")
    ] = None,
    k: Annotated[int | None, typer.Option("--k", "-k", help="How many tracks, 1 to 1000.")] = None,
    out: OutOption = None,
    only_new: Annotated[bool, typer.Option("--only-new", help="Leave the playlist's own tracks out of FILE.")] = False,
    force: ForceOption = False,
    keep: Annotated[list[str] | None, typer.Option(metavar="TRACK", help="One more seed, by id or path.")] = None,
    unlike: Annotated[list[str] | None, typer.Option(metavar="TRACK", help="Not this, nor its like.")] = None,
    name: Annotated[str, typer.Option(help="What the playlist is called; enough without PLAYLIST.")] = "",
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
) -> None:
    """Continue a playlist with tracks of the library, say why each is there, and write both to a file."""
    from engine.api import Engine

    engine = Engine.open(library)
    given = () if playlist is None else playlist
    answer = engine.continue_playlist(given, k, keep=keep or (), unlike=unlike or (), name=name)
    _tell_unmatched(answer)
    if out is not None:
        engine.save_playlist(answer, out, only_new=only_new, overwrite=force)
    if as_json:
        print_json({**answer.as_json(), "out": None if out is None else str(out)})
    else:
        _print(answer, out)


def path(  # noqa: PLR0913 - each is an option of the command line
    *,
    start: Annotated[str, typer.Argument(metavar="FROM", help="The first track, by id or path.")],
    end: Annotated[str, typer.Argument(metavar="TO", help="The last track, by id or path.")],
    k: Annotated[int, typer.Option("--k", "-k", help="How many tracks, both ends included.")] = 12,
    out: OutOption = None,
    force: ForceOption = False,
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
) -> None:
    """Find a way from one track to another on which each track sounds like the one before."""
    from engine.api import Engine

    engine = Engine.open(library)
    way = engine.path(start, end, k)
    if out is not None:
        name = f"{way[0].title} → {way[-1].title}"
        engine.save_playlist([stop.track_id for stop in way], out, name=name, overwrite=force)
    if as_json:
        print_json({"path": [stop.as_json() for stop in way], "out": None if out is None else str(out)})
        return
    print_table(("#", "artist", "title", "likeness to the one before", "path"), [_stop(stop) for stop in way])
    if out is not None:
        typer.echo(f"written to {out}")


def why(track: Continued) -> str:
    """Why a track is there, in words: the arm that gave most, and the nearest seed."""
    arm = track.brought_by
    found = next((words for start, words in REASONS if arm.startswith(start)), arm)
    return f"{found}; nearest to {track.nearest_seed}" if track.nearest_seed else found


def _tell_unmatched(answer: Continuation) -> None:
    for entry in answer.unmatched[:MOST_TOLD]:
        typer.echo(f"segue: {entry.reason}: {entry.written}", err=True)
    if (more := len(answer.unmatched) - MOST_TOLD) > 0:
        typer.echo(f"segue: and {more} more; --json lists all", err=True)
    named = [seed for seed in answer.seeds if not seed.track_id]
    if named:
        typer.echo(f"segue: {len(named)} seeds are known by name alone: the library does not hold them", err=True)


def _print(answer: Continuation, out: Path | None) -> None:
    if not answer.tracks:
        typer.echo("The library holds nothing else.")
    print_table(("#", "artist", "title", "why", "path"), [_row(track) for track in answer.tracks])
    n_seeds = f"{len(answer.seeds)} seed{'s' * (len(answer.seeds) != 1)}" + (
        f", {len(answer.unmatched)} unmatched" if answer.unmatched else ""
    )
    learnt = f", learnt from {answer.learnt_from}" if answer.learnt_from else ""
    typer.echo(f"{len(answer.tracks)} tracks after {n_seeds} in {answer.latency_ms:.0f} ms{learnt}")
    if out is not None:
        typer.echo(f"written to {out}")


def _row(track: Continued) -> tuple[object, ...]:
    return track.rank, track.artist, track.title, why(track), track.path


def _stop(stop: Stop) -> tuple[object, ...]:
    likeness = "" if stop.rank == 1 else f"{stop.likeness:.3f}"
    return stop.rank, stop.artist, stop.title, likeness, stop.path
