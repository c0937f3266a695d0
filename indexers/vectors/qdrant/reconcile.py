"""The collections of a library on a server: their names, and keeping server and library of one mind.

A collection is the index of one space of one generation. An alias for each space names the collection that serves.
"""

import json
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from indexers.errors import LibraryError, StaleIndexError
from indexers.files import write_text
from indexers.library import Library
from indexers.settings import QdrantSettings
from indexers.vectors.qdrant.connection import TARGET, Server, Target, connect, resolved

RECORD = "qdrant.json"  # of a library that has, or had, indexes on a server

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Record:
    """What a library remembers of its server: its own name there, and where it is."""

    name: str  # of the library among others of the server
    root: str  # where the library lay when it got its name: a copy elsewhere gets another
    settings: QdrantSettings

    @property
    def begin(self) -> str:
        """What the names of all its collections and aliases begin with."""
        return f"{self.settings.prefix}-{self.name}-"

    @classmethod
    def load(cls, library: Library) -> "Record | None":
        """Read it; None where the library never had an index on a server.

        Raises:
            LibraryError: it is damaged.
        """
        path = library.root / RECORD
        if not path.exists():
            return None
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            return cls(str(said["name"]), str(said["root"]), QdrantSettings(**said["settings"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise LibraryError(
                f"{path} is damaged ({type(error).__name__}): delete it, rebuild, and drop the old collections by hand"
            ) from error

    def save(self, library: Library) -> None:
        """Write it.

        Raises:
            StorageError: the disk refused.
        """
        said = {"name": self.name, "root": self.root, "settings": self.settings.model_dump()}
        write_text(library.root / RECORD, json.dumps(said, indent=1) + "\n")


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What was changed on a server: aliases to the collections they name now (None: gone), collections dropped."""

    aliases: dict[str, str | None]
    dropped: tuple[str, ...]


def name_collection(library: Library, settings: QdrantSettings, space: str, number: int) -> Target:
    """Name the collection of a space of generation `number`, and remember that the library uses the server.

    Raises:
        ConfigError: no URL is given.
        LibraryError: what the library remembers is damaged.
        StorageError: the disk refused.
    """
    there = resolved(settings)
    known = Record.load(library)
    here = str(library.root)
    name = known.name if known is not None and known.root == here else secrets.token_hex(4)
    record = Record(name, here, there)
    if record != known:
        record.save(library)
    return Target(f"{record.begin}{space}-{number}", there)


def reconcile(library: Library, connected: Callable[[QdrantSettings], Server] = connect) -> Reconciled:
    """Let a server hold what the library's generations need, and no more; a second call changes nothing.

    Aliases move to the collections of the serving generation in one step. Then collections that no published generation
    needs are dropped: those of pruned ones, and what a rebuild that crashed had uploaded.

    Args:
        library: Its lock is held: nothing is being uploaded.
        connected: Opens the server.

    Raises:
        LibraryError: what the library remembers is damaged.
        StorageError: the server does not answer.
    """
    record = Record.load(library)
    if record is None:
        return Reconciled({}, ())
    server = connected(record.settings)
    told = server.ask("list its collections", server.client.get_collections)
    there = {each.name for each in told.collections if each.name.startswith(record.begin)}
    aliases = _move_aliases(server, record, _wanted(library, record, there))
    unused = tuple(sorted(there - _needed(library)))
    for name in unused:
        server.ask(f"drop {name}", partial(server.client.delete_collection, name))
    return Reconciled(aliases, unused)


def uses_server(library: Library) -> bool:
    """Whether a library has, or had, indexes on a server."""
    return (library.root / RECORD).exists()


def _needed(library: Library) -> set[str]:
    """The collections of all published generations."""
    return {target.collection for number in library.published() for target in _targets(library, number).values()}


def _wanted(library: Library, record: Record, there: set[str]) -> dict[str, str]:
    """Alias to the collection it should name."""
    serving = library.serving()
    targets = {} if serving is None else _targets(library, serving)
    wanted = {f"{record.begin}{space}": target.collection for space, target in targets.items()}
    for alias in [alias for alias, name in wanted.items() if name not in there]:
        log.warning(
            "collection %s of generation %s is not on the server: run `segue rebuild`", wanted.pop(alias), serving
        )
    return wanted


def _targets(library: Library, number: int) -> dict[str, Target]:
    """Space to target, of the indexes of a generation that are on a server."""
    found = {}
    for path in sorted(library.generation(number).glob(f"*/index/{TARGET}")):
        try:
            found[path.parents[1].name] = Target.load(path.parent)
        except StaleIndexError as error:
            raise LibraryError(f"{error}; nothing was dropped from the server") from error
    return found


def _move_aliases(server: Server, record: Record, wanted: dict[str, str]) -> dict[str, str | None]:
    """Let aliases name what they should, all in one step; give those that changed."""
    from qdrant_client import models

    told = server.ask("list its aliases", server.client.get_aliases).aliases
    held = {each.alias_name: each.collection_name for each in told if each.alias_name.startswith(record.begin)}
    changed: dict[str, str | None] = {
        alias: wanted.get(alias) for alias in sorted({*held, *wanted}) if held.get(alias) != wanted.get(alias)
    }
    steps: list[Any] = []
    for alias, name in changed.items():
        if alias in held:
            steps.append(models.DeleteAliasOperation(delete_alias=models.DeleteAlias(alias_name=alias)))
        if name is not None:
            made = models.CreateAlias(collection_name=name, alias_name=alias)
            steps.append(models.CreateAliasOperation(create_alias=made))
    if steps:
        server.ask("move its aliases", lambda: server.client.update_collection_aliases(change_aliases_operations=steps))
    return changed
