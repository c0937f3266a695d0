"""`segue evaluate longform`: how well long texts find whole tracks, and where in them."""

from pathlib import Path
from typing import Annotated, Any

import typer

from engine.commands.evaluation import evaluate_app
from engine.commands.options import JsonOption
from engine.commands.output import print_json, print_table, stages_told

SHOWN = ("recall@1", "recall@5", "recall@10")


@evaluate_app.command()
def longform(  # noqa: PLR0913 - each is an option of the command line
    *,
    pairs: Annotated[Path, typer.Option(metavar="FILE", help="The manifest, as `segue train pairs` makes it.")],
    encoder: Annotated[str, typer.Option(metavar="NAME", help="collap: and the folder of what was trained.")],
    split: Annotated[str, typer.Option(help="train, validation or test.")] = "test",
    medleys: Annotated[
        int, typer.Option(min=0, help="Tracks composed of held-out clips, to ask about and to choose from as well.")
    ] = 0,
    windows: Annotated[
        int | None, typer.Option(min=1, help="Windows of each track; both 12 and all of them without.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that listen; all processors without.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Ask held-out long texts for their tracks, and tell what fused scores find beside pooled ones."""
    from engine.build import Models
    from engine.evaluation.longform.run import WINDOWS, LongformPlan, evaluate_longform
    from indexers.settings import cores

    with stages_told() as told:
        chosen = WINDOWS if windows is None else (windows,)
        plan = LongformPlan(pairs, split, medleys, chosen, workers or cores(), told)
        found = evaluate_longform(plan, Models().longform(encoder))
    if as_json:
        print_json({"encoder": encoder, **found})
        return
    pool = found["pool"]
    typer.echo(f"{pool['tracks']} {split} tracks of {pool['tunes']} tunes, {pool['hours']} hours")
    for number, kinds in found["windows"].items():
        for kind, figures in kinds.items():
            _print(f"{kind}, {figures['texts']} texts, {number} windows a track", figures)


def _print(title: str, figures: dict[str, Any]) -> None:
    rows = []
    for arm, ways in figures["arms"].items():
        for way in (way for way in ways if way != "text"):
            recalls = (_interval(ways[way][name]) for name in SHOWN)
            rows.append((arm, way, *recalls, f"{ways[way]['median rank']:g}"))
    print_table(("arm", "way", *SHOWN, "median rank"), rows, title=title)
    for way, gain in figures["gain over mean pooling"].items():
        typer.echo(f"  fused over mean pooling, {way}, recall@10: {_interval(gain['recall@10, relative'], '{:+.1%}')}")
    if "when" in figures:
        when = figures["when"]
        typer.echo(
            f"  when: overlap {_interval(when['overlap'])}, a random span {_interval(when['random span'])}, "
            f"the best clip of the towers below {_interval(when['best clip below'])}"
        )
    typer.echo("")


def _interval(three: list[float], form: str = "{:.3f}") -> str:
    value, low, high = (form.format(number) for number in three)
    return f"{value} [{low}, {high}]"
