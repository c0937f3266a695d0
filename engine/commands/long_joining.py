"""`segue train collap`: whole tracks and long texts in one space, learnt over towers of clap."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.commands.options import JsonOption
from engine.commands.output import print_json, progress_bar
from engine.commands.training import described, train_app

if TYPE_CHECKING:
    from indexers.encoders.collap.training.learn import Learnt


@train_app.command()
def collap(  # noqa: PLR0913 - one parameter per option
    *,
    pairs: Annotated[Path, typer.Option(metavar="FILE", help="The manifest, as `segue train pairs` makes it.")],
    clap: Annotated[
        str,
        typer.Option(metavar="NAME", help="The towers to learn over, such as clap:DIR that `segue train clap` made."),
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where it goes.")],
    minutes: Annotated[float | None, typer.Option(min=0.1, help="Train no longer than this.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    resume: Annotated[bool, typer.Option("--resume/--fresh", help="Go on with a training cut short.")] = True,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that listen; all processors without.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Learn from long tracks how clips and sentences go together, over trained towers of clap."""
    from engine.build import Models
    from indexers.encoders.collap.settings import CollapSettings
    from indexers.encoders.collap.training.learn import Lesson, train_collap
    from indexers.settings import cores

    limit = [] if minutes is None else ["--minutes", f"{minutes:g}"]
    shown = f"clap:{Path(clap).name}" if clap.startswith("clap:") else clap
    command = shlex.join(
        ["segue", "train", "collap", "--pairs", pairs.name, "--clap", shown, "--out", out.name, *limit]
    )
    models = Models()
    with progress_bar() as move:
        lesson = Lesson(
            pairs,
            out,
            minutes,
            device,
            workers or cores(),
            fresh=not resume,
            command=command,
            progress=lambda step: move(described(step), step.done, step.total),
        )
        learnt = train_collap(lesson, models.store(), models.joint(clap), CollapSettings())
    if as_json:
        print_json({"folder": str(learnt.folder), **learnt.card})
    else:
        _print(learnt)


def _print(learnt: "Learnt") -> None:
    data, figures = learnt.card["data"], learnt.card["figures"]
    typer.echo(
        f"learnt collap in {learnt.folder} from {data['tracks']['train']:,} tracks of {data['tunes']['train']:,} tunes"
    )
    typer.echo(f"  best after epoch {figures['best_epoch']} of {figures['epochs']}, {figures['minutes']:.1f} minutes")
    typer.echo(
        f"  validation: mean reciprocal rank {figures['validation_mrr']:.3f} in a pool of "
        f"{figures['validation_pool']:,}, {figures['validation_mrr_untrained']:.3f} before"
    )
    typer.echo(
        f'  use it: [analysis] joint = ["collap:{learnt.folder.absolute()}"] in segue.toml, then `segue rebuild`'
    )
