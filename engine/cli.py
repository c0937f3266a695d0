"""The command line: one `segue`, its commands, and what every one of them does with an error."""

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from engine.commands import (
    catalog,
    classifying,
    evaluation,
    generations,
    health,
    models,
    pages,
    playlists,
    searching,
    training,
)
from indexers.errors import SegueError

INTERRUPTED = 130


class Guarded(TyperGroup):
    """Runs a command; a failure that a person can mend is one line on stderr and exit status 1."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except SegueError as error:
            _complain(" ".join(str(error).split("\n")))
            raise typer.Exit(1) from error
        except KeyboardInterrupt as error:
            _complain("interrupted; nothing is lost, run the command again to go on")
            raise typer.Exit(INTERRUPTED) from error
        except BrokenPipeError as error:  # the reader of our output has seen enough
            _silence()
            raise typer.Exit(0) from error


app = typer.Typer(
    name="segue",
    cls=Guarded,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="Find music in your own folders by words, by sound and by tags.",
)
for commands in (
    catalog, generations, searching, classifying, playlists, health, models, evaluation, training, pages,
):  # fmt: skip
    commands.register(app)


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        from importlib.metadata import version

        typer.echo(f"segue {version('segue')}")
        raise typer.Exit


@app.callback()
def segue(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Find music in your own folders by words, by sound and by tags."""


def main() -> None:
    """Run `segue`: exit status 0 done, 1 an error told in one line, 2 usage, 130 interrupted."""
    import logging

    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(message)s")
    try:
        app()
    finally:
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            _silence()


def _complain(line: str) -> None:
    typer.echo(f"segue: {line}", err=True)


def _silence() -> None:
    """Send what is left of the output nowhere, so that Python does not complain of the closed pipe at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
