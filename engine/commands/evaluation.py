"""`segue evaluate …`: how the numbers that the engine relies on were found."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.commands.options import DEFAULT_LIBRARY, JsonOption, LibraryOption
from engine.commands.output import print_json, print_table, stages_told
from indexers.errors import ConfigError

if TYPE_CHECKING:
    from indexers.catalog.playlists.entry import Playlist
    from indexers.generation import Calibration

evaluate_app = typer.Typer(help="Show how well the library answers, and how that was measured.", no_args_is_help=True)
USES = {
    "choose": "those that set the threshold",
    "report": "unrelated ones, held out",
    "positive": "ones it can answer",
}
SPLIT = "newest-tenth"
SHOWN = ("r_precision", "ndcg_500", "recall_100", "clicks")
QUANTILES = (("lowest", 0.0), ("median", 0.5), ("95 %", 0.95), ("highest", 1.0))


def register(app: typer.Typer) -> None:
    """Add the commands."""
    from engine.commands import comparing, labelling, listening, long_listening  # noqa: F401 - add to `evaluate_app`

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


@evaluate_app.command()
def playlists(  # noqa: PLR0913 - each is an option of the command line
    *,
    train: Annotated[Path, typer.Option(metavar="FILE", help="Playlists to learn from: .jsonl, .jsonl.gz or .json.")],
    test: Annotated[Path | None, typer.Option(metavar="FILE", help="Playlists to ask about.")] = None,
    split: Annotated[
        str, typer.Option(metavar="RULE", help="Hold out of --train what to ask about: newest-tenth.")
    ] = "",
    seeds: Annotated[int, typer.Option(metavar="N", min=0, max=100, help="Tracks given in the main table.")] = 5,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where report.json, report.md and report.html go.")],
    cold: Annotated[bool, typer.Option(help="Ask for tracks that no playlist holds too.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Learn to continue playlists, ask about held-out ones, and tell how much comes back."""
    from engine.build import Models
    from engine.continuation.fit import Tools
    from engine.evaluation.playlists import PlaylistsPlan, evaluate_playlists
    from engine.evaluation.report import write_report

    learnt, asked = _sides(train, test, split)
    with stages_told() as told:
        tools = Tools(Models().text("text"), told)
        report = evaluate_playlists(learnt, asked, PlaylistsPlan(n_seeds=seeds, cold=cold), tools)
        files = write_report(out, report)
    if as_json:
        print_json(report.as_json())
        return
    arms = report.head.arms
    rows = [
        (name, *(f"{arms[name].means[metric]:.4f}" for metric in SHOWN), arms[name].n_empty)
        for name in report.ordered()
    ]
    print_table(("arm", "R-precision", "NDCG@500", "recall@100", "clicks", "empty"), rows)
    typer.echo(f"{report.head.n_queries} playlists asked about; intervals and all scenarios: {files[-1]}")


def _sides(train: Path, test: Path | None, split: str) -> "tuple[Sequence[Playlist], Sequence[Playlist]]":
    """The playlists to learn from and those to ask about."""
    from indexers.catalog.playlists.formats import read_playlist_file
    from indexers.catalog.splits import split_newest

    if (test is None) == (not split):
        raise ConfigError("playlists to ask about: give either --test FILE or --split newest-tenth")
    if test is not None:
        return read_playlist_file(train), read_playlist_file(test)
    if split != SPLIT:
        raise ConfigError(f"no split {split!r}; there is {SPLIT}")
    sides = split_newest(read_playlist_file(train))
    return sides.train, sides.test


def _print(arm: "Calibration") -> None:
    typer.echo(f"{arm.arm}: an answer needs a best score of at least {arm.threshold:.4f} ({arm.rule})")
    typer.echo(f"  false answers {arm.false_answer_rate:.1%}, missed answers {arm.miss_rate:.1%}")
    print_table(("  best scores of", "queries", *(name for name, _ in QUANTILES)), [_row(arm, use) for use in USES])
    typer.echo("")


def _row(arm: "Calibration", use: str) -> tuple[Any, ...]:
    scores = sorted(probe.score for probe in arm.probes if probe.use == use)
    at = (f"{scores[round(share * (len(scores) - 1))]:.4f}" if scores else "" for _, share in QUANTILES)
    return (f"  {USES[use]}", len(scores), *at)
