"""`segue evaluate listens`: how well recommenders find what listeners also play."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.commands.evaluation import evaluate_app
from engine.commands.options import JsonOption
from engine.commands.output import print_json, print_table, progress_bar

HEADING = "Its heading, or its number from 1 where the table has none; the usual headings otherwise."


@evaluate_app.command()
def listens(  # noqa: PLR0913 - each is an option of the command line
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Who played what how often: .csv, .tsv, .dat, also .gz.")
    ],
    *,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where listens.json and listens.md go.")],
    user_column: Annotated[str, typer.Option(metavar="COLUMN", help=HEADING)] = "",
    item_column: Annotated[str, typer.Option(metavar="COLUMN", help=HEADING)] = "",
    count_column: Annotated[str, typer.Option(metavar="COLUMN", help=HEADING)] = "",
    names: Annotated[Path | None, typer.Option(metavar="FILE", help="A table of the items' ids and names.")] = None,
    hold_out: Annotated[int, typer.Option(metavar="N", help="How many items of each user are hidden.")] = 10,
    k: Annotated[int, typer.Option("--k", "-k", help="How many items are recommended.")] = 20,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Draws what is hidden.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Hide some of what each user played, recommend from the rest, and tell how much of it comes back."""
    from engine.evaluation.listens.report import as_json as document_of
    from engine.evaluation.listens.report import write_listens
    from engine.evaluation.listens.run import ListensPlan, evaluate_listens
    from indexers.catalog.listens import Columns, read_listens

    table = read_listens(file, Columns(user_column, item_column, count_column), names)
    with progress_bar() as move:
        result = evaluate_listens(table, ListensPlan(hold_out, k, seed), move)
    document = document_of(result)
    _, page = write_listens(out, document)
    if as_json:
        print_json(document)
    else:
        _print(document, page)


def _print(document: Mapping[str, Any], page: Path) -> None:
    k = document["settings"]["k"]
    figures = (f"recall_{k}", f"ndcg_{k}")
    rows = [(name, *(_shown(arm, figure) for figure in figures)) for name, arm in document["arms"].items()]
    print_table(("arm", f"recall@{k}", f"NDCG@{k}"), rows)
    typer.echo(f"{document['counts']['users_asked']} users asked about; the rest is in {page}")


def _shown(arm: Mapping[str, Any], figure: str) -> str:
    low, high = arm["intervals"][figure]
    return f"{arm[figure]:.4f} ({low:.4f}–{high:.4f})"
