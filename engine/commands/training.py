"""`segue train …`: learning from what the library and other files hold."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.commands.options import DEFAULT_LIBRARY, JsonOption, LibraryOption
from engine.commands.output import clock, print_json, progress_bar

if TYPE_CHECKING:
    from indexers.catalog.playlists.entry import Playlist
    from indexers.encoders.learning.run import Step
    from indexers.encoders.playlist.learn import Learnt

train_app = typer.Typer(help="Learn from playlists and from sound.", no_args_is_help=True)
DEFAULT_KIND = "seq2seq-bi"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    from engine.commands import continuing, joining, long_joining, pairing  # noqa: F401 - add their commands to `train_app`

    app.add_typer(train_app, name="train")


@train_app.callback()
def train() -> None:
    """Learn from playlists and from sound."""


@train_app.command()
def playlist(  # noqa: PLR0913 - one parameter per option
    *,
    playlists: Annotated[
        list[Path] | None, typer.Option("--playlists", metavar="FILE", help="Learn from these too; may be repeated.")
    ] = None,
    kind: Annotated[str, typer.Option(help="bow, sif, seq2seq-uni or seq2seq-bi.")] = DEFAULT_KIND,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The model's folder; the library's models/playlist without.")
    ] = None,
    minutes: Annotated[float | None, typer.Option(min=0.1, help="Train no longer than this.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    resume: Annotated[bool, typer.Option("--resume/--fresh", help="Go on with a training cut short.")] = True,
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
) -> None:
    """Learn a vector per playlist from the library's playlists and from files."""
    from indexers.encoders.playlist import check_kind
    from indexers.encoders.playlist.learn import Lesson, train_playlist_encoder

    check_kind(kind)
    files = playlists or []
    found = _playlists(library, files)
    folder = out or library / "models" / "playlist" / kind
    with progress_bar() as move:
        lesson = Lesson(
            folder,
            minutes,
            device,
            fresh=not resume,
            files=tuple(path.name for path in files),
            command=_command(kind, [path.name for path in files], minutes),
            progress=lambda step: move(described(step), step.done, step.total),
        )
        learnt = train_playlist_encoder(kind, found, lesson)
    if as_json:
        print_json({"folder": str(learnt.folder), **learnt.card})
    else:
        _print(learnt)


def _playlists(library: Path, files: list[Path]) -> "list[Playlist]":
    """The playlists of the library, which need not exist where files are given, and of the files."""
    from indexers.encoders.playlist.sources import gather_playlists
    from indexers.library import Library

    exists = (library / "segue.toml").exists()
    return gather_playlists(Library.open(library) if exists or not files else None, files)


def _command(kind: str, names: list[str], minutes: float | None) -> str:
    """The command that makes the model again, with the names of files alone."""
    given = [word for name in names for word in ("--playlists", name)]
    limit = [] if minutes is None else ["--minutes", f"{minutes:g}"]
    return shlex.join(["segue", "train", "playlist", "--kind", kind, *given, *limit])


def described(step: "Step") -> str:
    """Where a training stands, in a few words."""
    loss = "" if step.loss is None else f", loss {step.loss:.2f}"
    left = "" if step.left_s is None else f", {clock(step.left_s)} left"
    return f"{step.stage}{loss}{left}"


def _print(learnt: "Learnt") -> None:
    card = learnt.card
    data, figures = card["data"], card["figures"]
    typer.echo(f"learnt {card['kind']}, {card['dim']} numbers a playlist, in {learnt.folder}")
    typer.echo(f"  from {data['playlists']} playlists of {data['tracks']} known tracks")
    if "val_loss" in figures:
        typer.echo(
            f"  best after epoch {figures['best_epoch']} of {figures['epochs']}: {figures['val_loss']:.3f} nats "
            "a track on the newest tenth, from the vector alone"
        )
    device = f" on {figures['device']}" if "device" in figures else ""
    typer.echo(f"  {figures['minutes']:.1f} minutes{device}")
