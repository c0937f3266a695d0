"""`segue evaluate index`: what the indexes of a generation are, and how two generations answer the same queries."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.commands.evaluation import evaluate_app
from engine.commands.options import DEFAULT_LIBRARY, JsonOption, LibraryOption
from engine.commands.output import print_json, print_table, progress_bar
from indexers.errors import LibraryError
from indexers.generation import Generation

if TYPE_CHECKING:
    from indexers.library import Library


@evaluate_app.command()
def index(  # noqa: PLR0913 - each is an option of the command line
    *,
    a: Annotated[int | None, typer.Option(metavar="N", help="One generation; the serving one without.")] = None,
    b: Annotated[int | None, typer.Option(metavar="M", help="The one to compare it with.")] = None,
    queries: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A log, or one query a line; the library's log without.")
    ] = None,
    k: Annotated[int, typer.Option("--k", "-k", min=1, max=1000, help="How deep answers are compared.")] = 20,
    newest: Annotated[int, typer.Option(metavar="N", min=1, help="Distinct queries asked at most, the newest.")] = 1000,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Where report.json and report.md go.")] = None,
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
) -> None:
    """Tell what a generation's indexes are; with --b, ask two generations the same and tell how far they agree."""
    from engine.api import Engine
    from engine.evaluation.generations import ComparisonPlan, compare_generations, library_log, read_questions
    from engine.evaluation.generations.report import write_comparison

    engine = Engine.open(library)
    if b is None and queries is None and out is None:
        _tell(Generation.open(engine.library, a), engine.library.published(), as_json=as_json)
        return
    one, other = _two(engine.library, a, b)
    files = library_log(engine.library.queries) if queries is None else (queries,)
    with progress_bar() as move:
        document = compare_generations(
            engine,
            ComparisonPlan(one, other, k),
            read_questions(files, newest),
            lambda done, of: move("asking both", done, of),
        )
    written = () if out is None else write_comparison(out, document)
    if as_json:
        print_json(document)
    else:
        _print(document, written)


def _two(library: "Library", a: int | None, b: int | None) -> tuple[int, int]:
    """The generations to compare: where one is not named the serving one, where none is that and the one before."""
    serving, known = library.serving(), library.published()
    if serving is None or len(known) < 2:
        raise LibraryError(
            f"{library.root} has {len(known)} of the two generations that are compared: change what is to be tried in "
            "segue.toml, then run `segue rebuild`"
        )
    if a is None and b is None:
        others = [number for number in known if number != serving]
        return max((number for number in others if number < serving), default=others[0]), serving
    return (serving if a is None else a), (serving if b is None else b)


def _tell(generation: Generation, known: Sequence[int], *, as_json: bool) -> None:
    """What the indexes of one generation are."""
    from engine.evaluation.generations import told_indexes

    spaces = told_indexes(generation)
    if as_json:
        print_json({"generation": generation.number, "tracks": generation.n_tracks, "spaces": spaces})
        return
    headings = ("space", "kind", "dim", "recall when built", "why this kind")
    title = f"generation {generation.number}, {generation.n_tracks:,} tracks"
    rows = [(name, each["kind"], each["dim"], _recall(each), each["reason"]) for name, each in spaces.items()]
    print_table(headings, rows, title=title)
    others = [number for number in known if number != generation.number]
    if others:
        typer.echo(f"compare it: segue evaluate index --a {others[-1]} --b {generation.number}")
    else:
        typer.echo("there is no other generation to compare it with")


def _recall(space: Mapping[str, Any]) -> str:
    found = space["recall"]
    return "not measured" if found is None else f"{found['value']:.3f} ({found['check']}, at least {found['limit']:g})"


def _print(document: Mapping[str, Any], written: Sequence[Path]) -> None:
    from engine.evaluation.generations.tables import (
        counted,
        different_rows,
        figure_rows,
        latency_rows,
        names_of,
        reasons_of,
    )

    names = names_of(document)
    typer.echo(f"{names[0]} (a) and {names[1]} (b): {counted(document)}")
    for headings, rows in (
        (("agreement", "mean [95 %]"), figure_rows(document)),
        (("latency in ms", *names, "ratio"), latency_rows(document)),
        (("differs most", "RBO", "overlap", *(f"first of {name}" for name in names)), different_rows(document)),
    ):
        if rows:
            typer.echo("")
            print_table(headings, rows)
    for line in reasons_of(document):
        typer.echo(line)
    if written:
        typer.echo(f"all of it: {written[-1]}")
