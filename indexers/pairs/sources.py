"""Sources of pairs in a TOML file: a table for each collection of audio and each file of texts."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from indexers.errors import ConfigError, PairsError
from indexers.pairs.real.sources import Collection
from indexers.pairs.texts.sources import TextSource
from indexers.settings import parse

AUDIO, TEXTS = "audio", "texts"
Source = TypeVar("Source", Collection, TextSource)


@dataclass(frozen=True, slots=True)
class Sources:
    """What pairs are made of besides scores."""

    audio: tuple[Collection, ...] = ()
    texts: tuple[TextSource, ...] = ()


def read_sources(path: Path) -> Sources:
    """Read a TOML file of `[[audio]]` and `[[texts]]` tables; relative paths count from the file.

    Raises:
        PairsError: the file cannot be read, or has other tables, or none.
        ConfigError: a table has an unknown key or a bad value.
    """
    try:
        tables = tomllib.loads(path.expanduser().read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PairsError(f"sources {path} cannot be read ({error}): give a file in TOML") from error
    if not tables or set(tables) - {AUDIO, TEXTS} or not all(isinstance(rows, list) for rows in tables.values()):
        raise PairsError(f"sources {path} must hold [[{AUDIO}]] and [[{TEXTS}]] tables and nothing else: mend it")
    folder = path.expanduser().absolute().parent
    return Sources(
        _tables(Collection, AUDIO, tables.get(AUDIO, []), folder),
        _tables(TextSource, TEXTS, tables.get(TEXTS, []), folder),
    )


def _tables(section: type[Source], name: str, rows: Sequence[Any], folder: Path) -> tuple[Source, ...]:
    found = []
    for row in rows:
        if isinstance(row, dict) and "path" not in row:
            raise ConfigError(f"a [[{name}]] table has no path: say where its files are")
        one = parse(section, name, row)
        found.append(one.model_copy(update={"path": folder / one.path.expanduser()}))
    return tuple(found)
