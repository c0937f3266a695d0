"""`segue evaluate …`: how the numbers that the engine relies on were found."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

from engine.commands.options import DEFAULT_LIBRARY, JsonOption, LibraryOption
from engine.commands.output import print_json, print_table

if TYPE_CHECKING:
    from indexers.generation import Calibration

evaluate_app = typer.Typer(help="Show how well the library answers, and how that was measured.", no_args_is_help=True)
USES = {
    "choose": "those that set the threshold",
    "report": "unrelated ones, held out",
    "positive": "ones it can answer",
}
QUANTILES = (("lowest", 0.0), ("median", 0.5), ("95 %", 0.95), ("highest", 1.0))


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(evaluate_app, name="evaluate")


@evaluate_app.callback()
def evaluate() -> None:
    """Show how well the library answers, and how that was measured."""


@evaluate_app.command()
def abstention(*, library: LibraryOption = DEFAULT_LIBRARY, as_json: JsonOption = False) -> None:
    """Show below which score an arm has no answer, and from which queries the rebuild found that."""
    from engine.api import Engine

    engine = Engine.open(library)
    arms = engine.calibration()
    if as_json:
        number = engine.refresh().generation.number
        print_json({"generation": number, "arms": {arm: asdict(found) for arm, found in arms.items()}})
        return
    for arm in arms.values():
        _print(arm)


def _print(arm: "Calibration") -> None:
    typer.echo(f"{arm.arm}: an answer needs a best score of at least {arm.threshold:.4f} ({arm.rule})")
    typer.echo(f"  false answers {arm.false_answer_rate:.1%}, missed answers {arm.miss_rate:.1%}")
    print_table(("  best scores of", "queries", *(name for name, _ in QUANTILES)), [_row(arm, use) for use in USES])
    typer.echo("")


def _row(arm: "Calibration", use: str) -> tuple[Any, ...]:
    scores = sorted(probe.score for probe in arm.probes if probe.use == use)
    at = (f"{scores[round(share * (len(scores) - 1))]:.4f}" if scores else "" for _, share in QUANTILES)
    return (f"  {USES[use]}", len(scores), *at)
