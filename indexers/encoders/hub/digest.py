"""SHA-256 of large files, remembered by their path, size and time, so that a search need not read gigabytes."""

import json
from pathlib import Path

from indexers.errors import StorageError
from indexers.files import sha256_of, write_text
from indexers.models.store import default_folder

LARGE = 1 << 24  # bytes; smaller files are read each time


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hex; of a large one what was found before, where it has not changed since."""
    about = path.stat()
    if about.st_size < LARGE:
        return sha256_of(path)
    key, now = str(path.resolve()), [about.st_size, about.st_mtime_ns]
    known = _remembered()
    if known.get(key, [])[:2] == now:
        return str(known[key][2])
    found = sha256_of(path)
    _remember({**known, key: [*now, found]})
    return found


def _notes() -> Path:
    return default_folder() / "digests.json"


def _remembered() -> dict[str, list[int | str]]:
    try:
        said = json.loads(_notes().read_text(encoding="utf-8"))
        return {str(path): list(about) for path, about in said.items() if len(about) == 3}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}  # then they are read again


def _remember(known: dict[str, list[int | str]]) -> None:
    try:
        write_text(_notes(), json.dumps(known, indent=1))
    except StorageError:
        return  # a store that may only be read costs time, nothing else
