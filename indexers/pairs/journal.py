"""Lines of JSON that a long run appends to, so that the next one goes on where it was killed."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from indexers.files import disk_errors


def read_journal(path: Path) -> dict[str, dict[str, Any]]:
    """What earlier runs wrote, by its `name`, the last line of each; a line cut short is passed over."""
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n") if path.exists() else []
    rows = (row for row in map(_row, lines) if row)
    return {row["name"]: row for row in rows}


def append_journal(path: Path, row: Mapping[str, Any]) -> None:
    """Add a line.

    Raises:
        StorageError: the disk refused.
    """
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as stream:
            stream.seek(0, 2)
            if stream.tell() and _last_byte(path) != b"\n":
                stream.write(b"\n")  # after a line that a crash cut short
            stream.write(json.dumps(dict(row), ensure_ascii=False).encode() + b"\n")


def _row(line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError:
        return {}
    return row if isinstance(row, dict) and isinstance(row.get("name"), str) else {}


def _last_byte(path: Path) -> bytes:
    with path.open("rb") as stream:
        stream.seek(-1, 2)
        return stream.read(1)
