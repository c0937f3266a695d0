"""`segue search`: the answer to words, tags, a sound or liked tracks."""

from pathlib import Path
from typing import Annotated

import typer

from engine.commands.options import DEFAULT_LIBRARY, JsonOption, LibraryOption
from engine.commands.output import clock, print_json, print_table
from engine.query import Answer, Query, Result, Span

EXAMPLE = "\"genre = 'rock' AND year < 1980\""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(search)


def search(  # noqa: PLR0913 - each is an option of the command line
    *,
    text: Annotated[list[str] | None, typer.Argument(metavar="[TEXT]", help="What to look for, in words.")] = None,
    tag: Annotated[list[str] | None, typer.Option(metavar="LABEL", help="Look for this, by how it sounds.")] = None,
    sound: Annotated[Path | None, typer.Option(metavar="FILE", help="Look for what sounds like this file.")] = None,
    like: Annotated[list[str] | None, typer.Option(metavar="TRACK", help="More like this id or path.")] = None,
    unlike: Annotated[list[str] | None, typer.Option(metavar="TRACK", help="Less like this id or path.")] = None,
    where: Annotated[str | None, typer.Option(metavar="SQL", help=f"Only tracks where, such as {EXAMPLE}.")] = None,
    k: Annotated[int | None, typer.Option("--k", "-k", help="How many results, 1 to 1000.")] = None,
    generation: Annotated[
        int | None, typer.Option(metavar="N", help="The published generation to ask; the serving one without.")
    ] = None,
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
) -> None:
    """Find tracks by words, by tags, by sound and by tracks you like or do not, and say why each is there."""
    from engine.api import Engine

    query = Query(" ".join(text or ()), sound, tuple(like or ()), tuple(unlike or ()), where, tuple(tag or ()))
    answer = Engine.open(library).search(query, k, generation=generation)
    if as_json:
        print_json(answer.as_json())
    else:
        _print(answer)


def _print(answer: Answer) -> None:
    if not answer.results:
        typer.echo("No track passes the filter.")
        return
    for note in answer.notes:
        typer.echo(note)
    if answer.abstained:
        typer.echo("Nothing here fits well; these are the nearest.")
    headings = ("#", "title", "artist", "score", "arms", "why", "span", "path")
    print_table(headings, [_row(result) for result in answer.results])
    typer.echo(f"{len(answer.results)} results in {answer.latency_ms:.0f} ms from generation {answer.generation}")


def _row(result: Result) -> tuple[object, ...]:
    span = _span(result.match) if result.match else ""
    arms = ", ".join(f"{arm} {share / result.score:.0%}" for arm, share in result.arms.items())
    also = f"\n(+{len(result.duplicates)} more of the same recording)" if result.duplicates else ""
    why = ", ".join(name for name, _ in result.why)
    return result.rank, result.title, result.artist, f"{result.score:.4f}", arms, why, span, result.path + also


def _span(match: Span) -> str:
    return f"{clock(match.start_s)}–{clock(match.end_s)}{' (short)' if match.short else ''}"
