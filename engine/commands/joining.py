"""`segue train clap`: one space of texts and sounds, learnt from pairs."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.commands.options import JsonOption
from engine.commands.output import print_json, progress_bar
from engine.commands.training import described, train_app

if TYPE_CHECKING:
    from collections.abc import Mapping

    from indexers.encoders.clap.training.learn import Learnt


@train_app.command()
def clap(  # noqa: PLR0913 - one parameter per option
    *,
    pairs: Annotated[
        list[Path], typer.Option(metavar="FILE", help="A manifest, as `segue train pairs` makes it; may be repeated.")
    ],
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="DIR",
            help="Go on from these towers, or from `clap`, those that ship: a second stage, at a lower rate.",
        ),
    ] = None,
    false_texts: Annotated[
        bool, typer.Option("--false-texts/--no-false-texts", help="Learn from texts that are false of clips too.")
    ] = True,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the towers go.")],
    minutes: Annotated[float | None, typer.Option(min=0.1, help="Train no longer than this.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    resume: Annotated[bool, typer.Option("--resume/--fresh", help="Go on with a training cut short.")] = True,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that listen; all processors without.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Learn one space of texts and sounds from pairs of both, on what frozen encoders hear."""
    from engine.build import Models
    from indexers.encoders.clap.settings import ClapSettings
    from indexers.encoders.clap.training.learn import Lesson, train_clap
    from indexers.encoders.shipped import SHIPPED, shipped_folder
    from indexers.settings import cores

    limit = [] if minutes is None else ["--minutes", f"{minutes:g}"]
    books = [word for path in pairs for word in ("--pairs", Path(*path.parts[-2:]).as_posix())]
    before = [] if start is None else ["--from", Path(start).name]
    before += [] if false_texts else ["--no-false-texts"]
    command = shlex.join(["segue", "train", "clap", *books, *before, "--out", out.name, *limit])
    models = Models()
    with progress_bar() as move:
        lesson = Lesson(
            tuple(pairs),
            out,
            None if start is None else shipped_folder(start) if start in SHIPPED else Path(start),
            false_texts=false_texts,
            minutes=minutes,
            device=device,
            workers=workers or cores(),
            fresh=not resume,
            command=command,
            progress=lambda step: move(described(step), step.done, step.total),
        )
        learnt = train_clap(lesson, models.store(), models.text("text"), ClapSettings())
    if as_json:
        print_json({"folder": str(learnt.folder), **learnt.card})
    else:
        _print(learnt)


def _print(learnt: "Learnt") -> None:
    data, figures = learnt.card["data"], learnt.card["figures"]
    typer.echo(
        f"learnt clap in {learnt.folder} from {data['clips']['train']:,} clips of {data['tunes']['train']:,} tunes"
    )
    typer.echo(f"  best after epoch {figures['best_epoch']} of {figures['epochs']}, {figures['minutes']:.1f} minutes")
    for side in ("validation", "test"):
        if figures[side]:
            typer.echo(f"  {side}: {_told(figures[side])}")
    typer.echo(f'  use it: [analysis] joint = ["clap:{learnt.folder.absolute()}"] in segue.toml, then `segue rebuild`')


def _told(found: "Mapping[str, float]") -> str:
    ways = (("text to audio", "text_to_audio"), ("audio to text", "audio_to_text"))
    recalls = (f"{said} {found[f'{way}_recall_10']:.3f}" for said, way in ways)
    return f"recall@10 {', '.join(recalls)} in a pool of {found['pool']:,.0f}"
