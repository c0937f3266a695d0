"""`segue classify`: which of some labels files go by."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.commands.options import JsonOption
from engine.commands.output import clock, print_json, print_table
from indexers.errors import MediaError, QueryError

if TYPE_CHECKING:
    from engine.zeroshot import Classification, Classifier

SHOWN = 10  # labels of one file
ENCODER_HELP = "taggram, clap:FOLDER, hub:ID, or several joined by +."
WAYS_HELP = "How labels are put into words: name, template or described."


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(classify)


def classify(  # noqa: PLR0913 - each is an option of the command line
    *,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="What to label.", show_default=False)],
    labels: Annotated[str, typer.Option(metavar="LIST", help="Labels with commas between: 'dog, rain, piano'.")] = "",
    labels_file: Annotated[Path | None, typer.Option(metavar="FILE", help="One label a line, or a JSON list.")] = None,
    encoder: Annotated[str, typer.Option(metavar="NAME", help=ENCODER_HELP)] = "",
    prompts: Annotated[str, typer.Option(metavar="WAY", help=WAYS_HELP)] = "described",
    library: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Judge what is usual by this library's tracks.")
    ] = None,
    descriptions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Your own: JSON of label to list of texts.")
    ] = None,
    ontology: Annotated[Path | None, typer.Option(metavar="FILE", help="AudioSet's ontology.json.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Tell which of some labels fit a sound best, and where, with nothing learnt about them."""
    from engine.zeroshot import Asked, Classifier
    from engine.zeroshot.classify import DEFAULT_ENCODER

    asked = Asked(encoder or DEFAULT_ENCODER, prompts, descriptions, ontology, library)
    classifier = Classifier.open(_labels(labels, labels_file), asked)
    found, refused = _label(files, classifier)
    if as_json and found:
        print_json({"files": [one.as_json() for one in found], "failed": refused})
    elif found:
        _print(found)
    if refused:
        first = next(iter(refused.values()))
        raise MediaError(first if len(files) == 1 else f"{len(refused)} of {len(files)} files have no label: {first}")


def _labels(text: str, path: Path | None) -> Sequence[str]:
    from engine.zeroshot.labels import read_labels, split_labels

    if bool(text.strip()) == (path is not None):
        raise QueryError("labels to choose from: give either --labels 'dog, rain, piano' or --labels-file FILE")
    return split_labels(text) if path is None else read_labels(path)


def _label(files: Sequence[Path], classifier: "Classifier") -> "tuple[list[Classification], dict[str, str]]":
    """Label every file; a file that cannot be heard keeps none of the others from it."""
    found, refused = [], {}
    for path in files:
        try:
            found.append(classifier.classify(path))
        except MediaError as error:
            refused[str(path)] = str(error)
    return found, refused


def _print(found: "Sequence[Classification]") -> None:
    for note in found[0].notes:
        typer.echo(note)
    for one in found:
        span = f"{clock(one.match.start_s)}–{clock(one.match.end_s)}{' (short)' if one.match.short else ''}"
        rows = [(rank, each.label, f"{each.score:.3f}") for rank, each in enumerate(one.labels[:SHOWN], start=1)]
        typer.echo(f"{one.path}: {one.best.label}, most at {span}")
        print_table(("#", "label", "score"), rows)
    typer.echo(f"by {found[0].encoder}, labels {found[0].prompts}; a score is {found[0].unit}")
