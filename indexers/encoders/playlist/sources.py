"""Where training playlists come from: a library's own, and playlist files."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

import polars as pl

from indexers.catalog.playlists.entry import Entry, Playlist
from indexers.catalog.playlists.formats import read_playlist_file
from indexers.catalog.tables import read_playlists
from indexers.errors import PlaylistError
from indexers.library import Library

NAMES = ("location", "artist", "title", "album")


def gather_playlists(library: Library | None, files: Iterable[Path]) -> list[Playlist]:
    """Read the playlists of a library, then those of files.

    Args:
        library: One that exists, or None.
        files: Of any format that `read_playlist_file` knows.

    Raises:
        PlaylistError: a file is missing, damaged, of an unknown format, or holds no playlist.
        LibraryError: the library's table is damaged.
    """
    found = [] if library is None else library_playlists(read_playlists(library))
    for path in files:
        read = read_playlist_file(path)
        if not read:
            raise PlaylistError(f"{path} holds no playlist: give JSON lines with `tracks`, or a playlist's own file")
        found += read
    return found


def library_playlists(table: pl.DataFrame) -> list[Playlist]:
    """Read a library's table of playlists (see `PLAYLISTS`) as playlists, in its order."""
    columns = table.select(pl.col("playlist_id"), pl.col("name"), *(pl.col(name).fill_null("") for name in NAMES))
    together = groupby(columns.iter_rows(), key=lambda row: row[0])
    return [_playlist(given_id, list(rows)) for given_id, rows in together]


def _playlist(given_id: str, rows: Sequence[tuple[str, ...]]) -> Playlist:
    entries = tuple(Entry(location, artist, title, album) for *_, location, artist, title, album in rows)
    return Playlist(rows[0][1] or "", entries, given_id, source="library")
