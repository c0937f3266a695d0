"""`segue evaluate zeroshot`: how often the right label comes first, with nothing learnt about the labels."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.commands.classifying import ENCODER_HELP
from engine.commands.evaluation import evaluate_app
from engine.commands.options import JsonOption
from engine.commands.output import print_json, print_table, progress_bar


@evaluate_app.command()
def zeroshot(  # noqa: PLR0913 - each is an option of the command line
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Folders named by labels; or .jsonl, .csv.")],
    *,
    encoder: Annotated[list[str] | None, typer.Option(metavar="NAME", help=f"Once or more: {ENCODER_HELP}")] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Where zeroshot.json and zeroshot.md go.")] = None,
    descriptions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Your own: JSON of label to list of texts.")
    ] = None,
    ontology: Annotated[Path | None, typer.Option(metavar="FILE", help="AudioSet's ontology.json.")] = None,
    library: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Judge what is usual by this library's tracks.")
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Draws the resamples of the intervals.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Label sounds whose label is known, with labels named, in a template and described; tell how many are right."""
    from engine.build import Models, zero_shot
    from engine.evaluation.zeroshot.report import as_json as document_of
    from engine.evaluation.zeroshot.report import write_zero_shot
    from engine.evaluation.zeroshot.run import evaluate_zero_shot, hear_all
    from engine.evaluation.zeroshot.sources import read_labelled
    from engine.zeroshot import Asked
    from engine.zeroshot.classify import DEFAULT_ENCODER

    items, models = read_labelled(path), Models()
    table = Asked(descriptions=descriptions, ontology=ontology).table()
    scorers = [zero_shot(name, models, library) for name in dict.fromkeys(encoder or [DEFAULT_ENCODER])]
    listeners = [models.audio(name) for name in dict.fromkeys(one for scorer in scorers for one in scorer.hears)]
    with progress_bar() as move:
        result = evaluate_zero_shot(hear_all(items, listeners, move), scorers, table, progress=move)
    document = document_of(result, seed=seed)
    written = () if out is None else write_zero_shot(out, document)
    if as_json:
        print_json(document)
    else:
        _print(document, written)


def _print(document: Mapping[str, Any], written: Sequence[Path]) -> None:
    from engine.evaluation.zeroshot.report import figure_rows

    for note in document["notes"]:
        typer.echo(note)
    print_table(("encoder", "name", "template", "described"), figure_rows(document))
    baselines, counts = document["baselines"], document["counts"]
    typer.echo(
        f"{counts['files']} files of {len(document['labels'])} labels; "
        f"majority {baselines['majority']:.3f}, chance {baselines['chance']:.3f}"
    )
    for reason in document["refused"].values():
        typer.echo(f"left out: {reason}")
    if written:
        typer.echo(f"confusion of the best in {written[-1]}")
