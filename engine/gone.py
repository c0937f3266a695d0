"""Tracks of a generation that the library has lost since: no answer names a file that is not there."""

from typing import TYPE_CHECKING

import numpy as np

from indexers.generation import Generation
from indexers.library import Library

if TYPE_CHECKING:
    from indexers.schema import Rows


def catalogued_on(library: Library) -> int:
    """When the catalogue was last written, in nanoseconds; 0 where there is none."""
    from indexers.catalog.tables import tracks_path

    path = tracks_path(library)
    return path.stat().st_mtime_ns if path.exists() else 0


def gone_rows(library: Library, generation: Generation) -> "Rows":
    """The rows of a generation whose tracks the last scan no longer found, sorted.

    A catalogue that is older than the generation, or not there, tells of none.

    Raises:
        LibraryError: the catalogue is damaged.
    """
    from indexers.catalog.tables import read_tracks

    built = (generation.folder / "manifest.json").stat().st_mtime_ns
    if catalogued_on(library) <= built:
        return np.empty(0, dtype=np.int64)
    known = read_tracks(library)["track_id"]
    missing = ~generation.tracks["track_id"].is_in(known.implode())
    return np.flatnonzero(missing.to_numpy()).astype(np.int64)
