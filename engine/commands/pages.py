"""`segue ui` and `segue demo`: the page, and a library to try it on."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from engine.commands.options import DEFAULT_LIBRARY, LibraryOption
from indexers.errors import ConfigError

FLAGS = (
    "--server.headless=true",
    "--browser.gatherUsageStats=false",
    "--server.fileWatcherType=none",
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(demo)
    app.command()(ui)


def demo(
    *,
    folder: Annotated[Path, typer.Option(metavar="DIR", help="Where the music goes.")] = Path("demo-music"),
    library: Annotated[Path, typer.Option(metavar="DIR", help="Where the library goes.")] = Path("demo-library"),
    pieces: Annotated[int, typer.Option(min=1, help="How many tracks to make.")] = 160,
) -> None:
    """Make music from scores, index it and search it: a library to try everything on."""
    from engine.demo.run import main

    main(folder, library, pieces)


def ui(
    *,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The page's port.")] = 8501,
    address: Annotated[str, typer.Option(help="Who may come: 0.0.0.0 lets other machines in.")] = "127.0.0.1",
    library: LibraryOption = DEFAULT_LIBRARY,
) -> None:
    """Serve the page on this machine until interrupted or terminated."""
    place = (f"--server.address={address}", f"--server.port={port}")
    command = [sys.executable, "-m", "streamlit", "run", str(_page()), *place, *FLAGS]
    environment = {**os.environ, "SEGUE_LIBRARY": str(library.expanduser().absolute())}
    os.execve(sys.executable, command, environment)  # noqa: S606 - one process, so that a signal reaches the page


def _page() -> Path:
    """The page's script: the room above is found by name, not imported."""
    spec = find_spec("ui")
    places = list(spec.submodule_search_locations or ()) if spec else []
    pages = [Path(place) / "app.py" for place in places if (Path(place) / "app.py").exists()]
    if not pages:
        raise ConfigError("the page is not installed here: install segue with its room `ui`")
    return pages[0]
