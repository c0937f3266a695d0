"""From the names that people give tracks to rows: track ids, beginnings of ids, paths."""

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from indexers.errors import QueryError
from indexers.schema import Rows

if TYPE_CHECKING:
    import polars as pl

SHORTEST = 6  # hex digits that name a track
LONGEST = 32
DIGITS = re.compile(rf"[0-9a-f]{{{SHORTEST},{LONGEST}}}")
REMEDY = f"name a track by its id, by {SHORTEST} or more of its first digits, or by its path"


def rows_of(tracks: "pl.DataFrame", names: Sequence[str]) -> Rows:
    """Find the row of each named track.

    Args:
        tracks: One row per track, sorted by track_id, with path and copies.
        names: Track ids, beginnings of ids, or paths.

    Raises:
        QueryError: a name fits no track, or several.
    """
    return np.array([row_of(tracks, name) for name in names], dtype=np.int64)


def row_of(tracks: "pl.DataFrame", name: str) -> int:
    """Find the row of one named track; see `rows_of`."""
    digits = name.strip().lower()
    if DIGITS.fullmatch(digits):
        found = _by_id(tracks["track_id"], digits)
        if len(found) > 1:
            raise QueryError(f"{name!r} begins {len(found)} track ids: give more digits")
        if len(found):
            return int(found[0])
    return _by_path(tracks, name)


def anchored(name: str) -> str:
    """A track's name as it is understood from any working folder: ids stay, relative paths become absolute."""
    return name if DIGITS.fullmatch(name.strip().lower()) else _full_path(name)


def _by_id(track_ids: "pl.Series", digits: str) -> range:
    start, end = track_ids.search_sorted(digits), track_ids.search_sorted(digits + "g")
    return range(int(start), int(end))


def _by_path(tracks: "pl.DataFrame", name: str) -> int:
    path = _full_path(name)
    rows = np.flatnonzero((tracks["path"] == path).to_numpy())
    if not len(rows):
        rows = np.flatnonzero(tracks["copies"].list.contains(path).to_numpy())
    if not len(rows):
        raise QueryError(f"no track {name!r} in the generation asked: {REMEDY}")
    return int(rows[0])


def _full_path(name: str) -> str:
    return os.path.normpath(Path(name).expanduser().absolute())
