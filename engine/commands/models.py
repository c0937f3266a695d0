"""`segue models`: which pretrained models there are, and fetching them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from engine.commands.options import DEFAULT_LIBRARY, JsonOption, LibraryOption
from engine.commands.output import print_json, print_table

if TYPE_CHECKING:
    from indexers.models.store import Listed

models_app = typer.Typer(help="List the pretrained models, or pull them.", invoke_without_command=True)
NOT_NEEDED = "Not needed: models are shared by all libraries."


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(models_app, name="models")


@models_app.callback()
def listing(
    context: typer.Context,
    *,
    library: Annotated[Path, typer.Option(help=NOT_NEEDED)] = DEFAULT_LIBRARY,  # noqa: ARG001 - every command takes it
    as_json: JsonOption = False,
) -> None:
    """List the pretrained models: licence, source, size, and whether they are here."""
    if context.invoked_subcommand is None:
        _show(as_json=as_json)


@models_app.command()
def pull(
    *,
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]…", help="Which; all without a name.")] = None,
    library: LibraryOption = DEFAULT_LIBRARY,  # noqa: ARG001 - every command takes it
    as_json: JsonOption = False,
) -> None:
    """Fetch models, check their hashes, and convert them once."""
    from indexers.models.cards import CARDS, card_of
    from indexers.models.store import ModelStore

    wanted = [card_of(name).name for name in names or CARDS]  # all names are checked before the first is fetched
    store = ModelStore()
    for name in wanted:
        typer.echo(f"pulling {name}", err=True)
        store.pull(name)
    _show(as_json=as_json)


def _show(*, as_json: bool) -> None:
    from indexers.models.store import ModelStore

    models = [_described(listed) for listed in ModelStore().listing()]
    if as_json:
        print_json({"models": models})
        return
    headings = ("name", "here", "gives", "MB", "source", "licence")
    print_table(headings, [_row(model) for model in models])
    if not all(model["present"] for model in models):
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
