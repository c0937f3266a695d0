"""Options that commands share."""

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_LIBRARY = Path("library")

LibraryOption = Annotated[
    Path, typer.Option("--library", envvar="SEGUE_LIBRARY", metavar="DIR", help="The library's folder.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]
