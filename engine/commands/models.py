"""`segue models`: which pretrained models there are, and fetching them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.commands.options import DEFAULT_LIBRARY, JsonOption, LibraryOption
from engine.commands.output import print_json, print_table

if TYPE_CHECKING:
    from indexers.models.store import Listed, ModelStore

models_app = typer.Typer(help="List the pretrained models, or pull them.", invoke_without_command=True)
NOT_NEEDED = "Not needed: models are shared by all libraries; those that its settings name as hub:… are listed too."


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(models_app, name="models")


@models_app.callback()
def listing(
    context: typer.Context,
    *,
    library: Annotated[
        Path, typer.Option("--library", envvar="SEGUE_LIBRARY", metavar="DIR", help=NOT_NEEDED)
    ] = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
) -> None:
    """List the pretrained models: licence, source, size, and whether they are here."""
    if context.invoked_subcommand is None:
        _show(_named(library), as_json=as_json)


@models_app.command()
def pull(
    *,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME]…", help="Which, or hub:OWNER/NAME; all of ours without a name."),
    ] = None,
    library: LibraryOption = DEFAULT_LIBRARY,
    as_json: JsonOption = False,
) -> None:
    """Fetch models, check their hashes, and convert them once; a public checkpoint is fetched and looked at."""
    from indexers.encoders.hub import is_hub
    from indexers.encoders.hub.names import parse_name
    from indexers.models.cards import CARDS, card_of
    from indexers.models.store import ModelStore

    wanted = list(names or CARDS)
    for name in wanted:  # all names are checked before the first is fetched
        _ = parse_name(name) if is_hub(name) else card_of(name)
    store = ModelStore()
    for name in wanted:
        typer.echo(f"pulling {name}", err=True)
        _pull(name, store)
    pulled = [name for name in wanted if is_hub(name)]
    _show(list(dict.fromkeys([*_named(library), *pulled])), as_json=as_json)


def _pull(name: str, store: "ModelStore") -> None:
    from indexers.encoders.hub import is_hub, open_checkpoint
    from indexers.encoders.hub.folders import pull

    if is_hub(name):
        pull(name)
        open_checkpoint(name)  # one that Segue does not take is refused at once
    else:
        store.pull(name)


def _named(library: Path) -> list[str]:
    """The public checkpoints that a library's settings name; none where there is no library."""
    from engine.config import Settings
    from indexers.encoders.hub import is_hub
    from indexers.library import Library

    analysis = Settings.load(Library(library.expanduser().absolute()).settings_path).analysis
    return [name for name in dict.fromkeys((*(analysis.joint or ()), analysis.text)) if is_hub(name)]


def _show(checkpoints: list[str], *, as_json: bool) -> None:
    from indexers.encoders.hub.listing import listed_checkpoint
    from indexers.models.store import ModelStore

    models = [_described(listed) for listed in ModelStore().listing()]
    models += [listed_checkpoint(name) for name in checkpoints]
    if as_json:
        print_json({"models": models})
        return
    headings = ("name", "here", "gives", "MB", "source", "licence")
    print_table(headings, [_row(model) for model in models])
    for model in models:
        if problem := model.get("problem"):
            typer.echo(problem)
    if not all(model["present"] or "problem" in model for model in models):
        typer.echo("fetch what is missing with: segue models pull")


def _described(listed: "Listed") -> dict[str, Any]:
    card = listed.card
    return {
        "name": card.name,
        "present": listed.present,
        "gives": card.gives,
        "outputs": dict(card.outputs),
        "size_bytes": card.size_bytes,
        "sample_rate_hz": card.sample_rate_hz,
        "window_samples": card.window_samples,
        "source": str(card.source),
        "sha256": card.source_digest,
        "licence": card.licence,
        "folder": str(listed.folder),
    }


def _row(model: dict[str, Any]) -> tuple[object, ...]:
    here = "yes" if model["present"] else "no"
    return model["name"], here, model["gives"], f"{model['size_bytes'] / 1e6:.0f}", model["source"], model["licence"]
