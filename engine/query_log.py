"""The log of answered searches: one line of JSON each, appended by any number of processes, and read again."""

import fcntl
import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from errno import ENOSPC
from pathlib import Path
from typing import Any

from engine.query import Answer, Query
from engine.seeds import anchored
from indexers.errors import InputError

log = logging.getLogger(__name__)

LIMIT_BYTES = 32_000_000  # beyond it the log becomes the old one, of which one is kept
PRIVATE = 0o600  # what people look for is for the library's owner to read
BEGINNING = '{"time": "'  # of every line
TYPES: Mapping[str, type | tuple[type, ...]] = {
    "time": str,
    "query": dict,
    "k": int,
    "generation": int,
    "latency_ms": (int, float),
    "track_ids": list,
}
REMEDY = "set log = true under [search] in segue.toml and search, or give a file of queries"


@dataclass(frozen=True, slots=True)
class Logged:
    """One search: when it was answered (ISO 8601, UTC), what was asked, and what which generation answered how fast."""

    time: str
    query: Query
    k: int
    generation: int
    latency_ms: float
    track_ids: tuple[str, ...]

    @classmethod
    def of(cls, answer: Answer) -> "Logged":
        """What is logged of an answer given now; paths are made absolute, so that they can be asked for again."""
        query = answer.query
        asked = replace(
            query,
            sound=None if query.sound is None else Path(query.sound).expanduser().absolute(),
            like=tuple(map(anchored, query.like)),
            unlike=tuple(map(anchored, query.unlike)),
        )
        return cls(
            time=datetime.now(UTC).isoformat(timespec="milliseconds"),
            query=asked,
            k=int(answer.settings["k"]),
            generation=answer.generation,
            latency_ms=round(answer.latency_ms, 3),
            track_ids=tuple(result.track_id for result in answer.results),
        )

    def as_json(self) -> dict[str, Any]:
        """The line as JSON types."""
        return {**asdict(self), "query": self.query.as_json(), "track_ids": list(self.track_ids)}


class QueryLog:
    """Where searches are written down. A log that cannot be written is told once and disturbs no search."""

    def __init__(self, path: Path, limit_bytes: int = LIMIT_BYTES) -> None:
        self._path = path
        self._limit_bytes = limit_bytes
        self._told = False

    def append(self, logged: Logged) -> None:
        """Add one line, whole or not at all."""
        line = json.dumps(logged.as_json()).encode() + b"\n"
        try:
            _rotate(self._path, len(line), self._limit_bytes)
            _append(self._path, line)
        except OSError as error:
            if not self._told:
                log.warning("searches are not logged: cannot write %s (%s)", self._path, error.strerror or error)
            self._told = True


def old_log(path: Path) -> Path:
    """Where a log goes when it has become too long."""
    return path.with_name(f"{path.name}.1")


def read_log(path: Path) -> list[Logged]:
    """Read a log, oldest search first; lines that a crash or a full disk cut short are passed over.

    Raises:
        InputError: there is no such file, or it is something else than a log of queries.
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError as error:
        raise InputError(f"no log of queries at {path} ({error.strerror}): {REMEDY}") from error
    read = (_read_line(line, f"{path}, line {number}") for number, line in enumerate(lines, start=1) if line.strip())
    return [logged for logged in read if logged is not None]


def _read_line(line: str, where: str) -> Logged | None:
    """One line of a log; None where it was cut short."""
    try:
        table = json.loads(line)
    except ValueError:
        if line.startswith(BEGINNING) or BEGINNING.startswith(line):
            return None
        table = None
    fits = isinstance(table, dict) and table.keys() == TYPES.keys()
    if not fits or not all(isinstance(table[name], kind) for name, kind in TYPES.items()):
        raise InputError(f"{where}: this is no line of a log of queries, such as {BEGINNING}…; {REMEDY}")
    try:
        return Logged(**{**table, "query": Query.parse(table["query"]), "track_ids": tuple(table["track_ids"])})
    except InputError as error:
        raise InputError(f"{where}: {error}") from error


def _append(path: Path, line: bytes) -> None:
    """Write a line at the end of a file in one step, on a line of its own also where the last one was cut short."""
    with _opened(path) as handle:
        size = os.fstat(handle).st_size
        torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        whole = b"\n" + line if torn else line
        if os.write(handle, whole) < len(whole):
            raise OSError(ENOSPC, "the disk is full")


def _rotate(path: Path, more_bytes: int, limit_bytes: int) -> None:
    """Put a log that would become too long in the place of the old one, unless another process does so just now."""
    with _opened(path) as handle:
        size = os.fstat(handle).st_size
        if not size or size + more_bytes <= limit_bytes:
            return
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        if _is_still(path, handle):  # another process may have done so a moment ago
            path.replace(old_log(path))


def _is_still(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
    try:
        yield handle
    finally:
        os.close(handle)
