"""What commands print: one JSON document, or tables for people; logs and progress go to stderr."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typer

PIPED_WIDTH = 200  # columns, where the output is not a terminal


def print_json(document: Any) -> None:
    """Print one JSON document in ASCII, so that any terminal and any file name can take it."""
    typer.echo(json.dumps(document, indent=2, allow_nan=False))


def print_table(headings: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> None:
    """Print rows as a table; long cells fold."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    Console(file=sys.stdout, width=None if sys.stdout.isatty() else PIPED_WIDTH).print(table)


def clock(seconds: float) -> str:
    """Seconds as minutes and seconds, such as 2:05, or 1:02:05 past the hour."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar on stderr; give the function that moves it: what is being done, how much of it, and of how much.

    Nothing shows until it is called; where stderr is no terminal, nothing shows at all.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None, visible=False)

        def move(text: str, done: int, total: int) -> None:
            bar.update(task, description=text, completed=done, total=total, visible=True)

        yield move


@contextmanager
def stages_told() -> Iterator[Callable[[str], None]]:
    """Give the function that tells on stderr which stage of a long command begins, and when."""
    import time

    started = time.monotonic()

    def tell(stage: str) -> None:
        typer.echo(f"{clock(time.monotonic() - started):>8}  {stage}", err=True)

    yield tell
