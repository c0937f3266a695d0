"""What generations are asked: the searches of a log, or a file with one text a line."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.query import Query
from engine.query_log import REMEDY, old_log, read_log
from indexers.errors import InputError


@dataclass(frozen=True, slots=True)
class Questions:
    """Queries, each once, in the order in which they were last asked; `n_read` counts repeated and older ones too."""

    queries: tuple[Query, ...]
    n_read: int
    sources: tuple[Path, ...]


def library_log(path: Path) -> tuple[Path, ...]:
    """The files of a library's log, the older one first; the log alone where none is older."""
    old = old_log(path)
    return (old, path) if old.exists() else (path,)


def read_questions(files: Sequence[Path], newest: int) -> Questions:
    """Read queries from logs or from texts.

    Args:
        files: Each a log of queries, or UTF-8 with the words of one query a line; the oldest first.
        newest: How many distinct queries are kept, at least 1: those asked last.

    Raises:
        InputError: a file is missing or neither of both, or there is no query in them.
    """
    read = [query for file in files for query in _queries_in(file)]
    if not read:
        raise InputError(f"no query in {', '.join(map(str, files))}: {REMEDY}, one a line")
    asked_last = list(dict.fromkeys(reversed(read)))[:newest]
    return Questions(tuple(reversed(asked_last)), len(read), tuple(files))


def _queries_in(file: Path) -> list[Query]:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputError(f"no queries at {file} ({error.strerror}): {REMEDY}") from error
    if content.lstrip().startswith(b"{"):
        return [logged.query for logged in read_log(file)]
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"{file} is neither a log of queries nor UTF-8 text: write one query a line") from error
    return [Query(text=line.strip()) for line in lines if line.strip()]
