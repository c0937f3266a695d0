"""The table of playlists, brought up to date with files and tracks."""

from hashlib import blake2b
from pathlib import PurePath

import polars as pl

from indexers.catalog.playlists.entry import Entry
from indexers.catalog.playlists.matching import Matcher
from indexers.catalog.storage import write_table
from indexers.catalog.tables import playlists_path, read_playlists
from indexers.library import Library
from indexers.schema import FileState


def refresh_playlists(
    library: Library, new: pl.DataFrame, ledger: pl.DataFrame, tracks: pl.DataFrame, threshold: float
) -> pl.DataFrame:
    """Take in playlists that were read anew, forget those whose file is gone, match them, write and give the table.

    Nothing is matched again while playlists, tracks and threshold are as they were.

    Args:
        library: Where the table is kept.
        new: Entries of new or changed files; see `PLAYLISTS`.
        ledger: The whole ledger.
        tracks: The whole catalogue.
        threshold: The least likeness, 0 to 1, of a fuzzy match.

    Raises:
        LibraryError: the table is damaged.
        StorageError: the disk refused.
    """
    listed = ledger.filter((pl.col("kind") == "playlist") & (pl.col("state") == FileState.INDEXED))
    old = read_playlists(library).join(new, on="path", how="anti").join(listed, on="path", how="semi")
    entries = pl.concat([old.select(new.columns), new])
    state = _digest(tracks, threshold)
    if (entries["matched_with"] != state).any():
        entries = match_entries(entries, Matcher(tracks, _track_of(tracks), threshold))
    entries = entries.with_columns(matched_with=pl.lit(state)).sort("path", "playlist_id", "position")
    write_table(playlists_path(library), entries)
    return entries


def match_entries(playlists: pl.DataFrame, matcher: Matcher) -> pl.DataFrame:
    """Find the track of every entry anew: new track_id and tier, and no two files with one playlist_id."""
    playlists = _told_apart(playlists)
    names = ("location", "artist", "title", "album", "duration_s")
    entries = [Entry(*row) for row in playlists.select(names).iter_rows()]
    folders = [str(PurePath(path).parent) for path in playlists["path"]]
    matches = matcher.match(entries, folders)
    return playlists.with_columns(
        track_id=pl.Series([match.track_id for match in matches], dtype=pl.String),
        tier=pl.Series([match.tier for match in matches], dtype=pl.String),
    )


def _track_of(tracks: pl.DataFrame) -> dict[str, str]:
    copies = tracks.select("copies", "track_id").explode("copies")
    return dict(copies.iter_rows())


def _digest(tracks: pl.DataFrame, threshold: float) -> str:
    """Name everything that matching depends on."""
    used = tracks.select("track_id", pl.col("copies").list.join("\n"), "artist", "title", "album", "duration_s")
    return blake2b(used.hash_rows().to_numpy().tobytes() + str(threshold).encode(), digest_size=16).hexdigest()


def _told_apart(playlists: pl.DataFrame) -> pl.DataFrame:
    """Give a playlist whose id another file used before it, by path, an id of its own."""
    files = playlists.select("playlist_id", "path").unique().sort("playlist_id", "path")
    later = files.filter(pl.col("playlist_id").is_duplicated() & ~pl.col("playlist_id").is_first_distinct())
    own = [
        f"{playlist_id}@{blake2b(path.encode(), digest_size=4).hexdigest()}" for playlist_id, path in later.iter_rows()
    ]
    joined = playlists.join(
        later.with_columns(own=pl.Series(own, dtype=pl.String)), on=["playlist_id", "path"], how="left"
    )
    return joined.with_columns(playlist_id=pl.coalesce("own", "playlist_id")).drop("own")
