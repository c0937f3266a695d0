"""What is laid beside the vectors of a generation before Qdrant's indexes are built over them."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from indexers.library import Library
from indexers.settings import QdrantSettings
from indexers.vectors.qdrant.connection import TARGET, Target, connect
from indexers.vectors.qdrant.payload import write_payload
from indexers.vectors.qdrant.reconcile import name_collection

if TYPE_CHECKING:
    import polars as pl


def lay_payload(generation: Path, spaces: Iterable[str], tracks: "pl.DataFrame") -> None:
    """Lay the catalogue's fields of tracks, row for row those of the indexes to come, into the folder of each.

    Raises:
        StorageError: the disk refused.
    """
    for space in spaces:
        write_payload(generation / space / "index", tracks)


def lay_targets(library: Library, settings: QdrantSettings, spaces: Iterable[str], number: int) -> None:
    """Name the collections of generation `number`, which is being built in the library's staging folder.

    Raises:
        ConfigError: no URL is given.
        LibraryError: what the library remembers of its server is damaged.
        StorageError: the disk refused.
    """
    for space in spaces:
        name_collection(library, settings, space, number).save(library.staging / space / "index")


def check_server(settings: QdrantSettings) -> None:
    """Refuse a server that is not named or does not answer.

    Raises:
        ConfigError: no URL is given, or it is none.
        StorageError: the server does not answer.
    """
    server = connect(settings)
    server.ask("list its collections", server.client.get_collections)


def on_server(generation: Path) -> bool:
    """Whether the collections of a generation, if it has any, are all on their server.

    Raises:
        StaleIndexError: the generation does not say which they are.
        StorageError: the server does not answer.
    """
    for path in generation.glob(f"*/index/{TARGET}"):
        target = Target.load(path.parent)
        server = connect(target.settings)
        there = server.ask("look for a collection", partial(server.client.collection_exists, target.collection))
        if not there:
            return False
    return True
