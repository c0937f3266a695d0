"""The catalogue's tables: tracks, made from the files that were examined, and playlists."""

from pathlib import Path

import polars as pl

from indexers.catalog.storage import read_table, write_table
from indexers.library import Library
from indexers.schema import FileState

TAGS: dict[str, pl.DataType] = {
    "title": pl.String(),
    "artist": pl.String(),
    "album": pl.String(),
    "genre": pl.String(),
    "year": pl.Int64(),
    "track_number": pl.Int64(),
    "caption": pl.String(),
}
SOUND: dict[str, pl.DataType] = {
    "duration_s": pl.Float64(),
    "sample_rate_hz": pl.Int64(),
    "channels": pl.Int64(),
    "codec": pl.String(),
    "container": pl.String(),
    "has_video": pl.Boolean(),
    "size_bytes": pl.Int64(),
}
FILES: dict[str, pl.DataType] = {
    "path": pl.String(),
    "mtime_ns": pl.Int64(),  # missing where the file must be examined again
    "state": pl.String(),
    "reason": pl.String(),
    "track_id": pl.String(),
    **TAGS,
    **SOUND,
}
TRACKS: dict[str, pl.DataType] = {
    "track_id": pl.String(),
    "path": pl.String(),
    "copies": pl.List(pl.String()),
    **TAGS,
    **SOUND,
    "folder": pl.String(),
}
METADATA: dict[str, pl.DataType] = {"track_id": pl.String()}
PLAYLISTS: dict[str, pl.DataType] = {
    "playlist_id": pl.String(),
    "name": pl.String(),
    "path": pl.String(),  # of the playlist's file
    "position": pl.Int64(),  # from 0
    "track_id": pl.String(),  # missing where nothing matched
    "artist": pl.String(),
    "title": pl.String(),
    "album": pl.String(),
    "location": pl.String(),  # as the playlist wrote it
    "duration_s": pl.Float64(),
    "tier": pl.String(),  # path, tags, normalised, fuzzy; ambiguous or unmatched
    "matched_with": pl.String(),  # names the tracks and the threshold that the match rests on
}
RESERVED = frozenset({*TRACKS, "row", "_row", "group", "x", "y", "top_tags"}) - set(TAGS) - {"path"}
METADATA_REMEDY = "delete it and run `segue scan PATH --metadata FILE` again"


def read_tracks(library: Library) -> pl.DataFrame:
    """Read the catalogue: one row per track whose sound can be analysed, sorted by track_id.

    The columns are those of `TRACKS`, then any columns of side files. `path` is the first copy by path, absolute.

    Raises:
        LibraryError: the table is damaged.
    """
    return read_table(tracks_path(library), TRACKS)


def read_playlists(library: Library) -> pl.DataFrame:
    """Read every playlist's entries, sorted by path of its file, playlist and position; see `PLAYLISTS`.

    Raises:
        LibraryError: the table is damaged.
    """
    return read_table(playlists_path(library), PLAYLISTS)


def read_files(library: Library) -> pl.DataFrame:
    """Read what examining each file gave, one row per path; see `FILES`.

    Raises:
        LibraryError: the table is damaged.
    """
    return read_table(files_path(library), FILES)


def read_metadata(library: Library) -> pl.DataFrame:
    """Read what side files said: track_id and one column per column of theirs.

    Raises:
        LibraryError: the table is damaged.
    """
    return read_table(metadata_path(library), METADATA, remedy=METADATA_REMEDY)


def tracks_path(library: Library) -> Path:
    """Where the tracks are kept."""
    return library.catalog / "tracks.parquet"


def playlists_path(library: Library) -> Path:
    """Where the playlists are kept."""
    return library.catalog / "playlists.parquet"


def files_path(library: Library) -> Path:
    """Where the examined files are kept."""
    return library.catalog / "files.parquet"


def metadata_path(library: Library) -> Path:
    """Where the columns of side files are kept."""
    return library.catalog / "metadata.parquet"


def refresh_tracks(library: Library, ledger: pl.DataFrame) -> pl.DataFrame:
    """Make the catalogue anew from the examined files, the ledger and the side files, write it and give it back.

    Raises:
        LibraryError: a table is damaged.
        StorageError: the disk refused.
    """
    tracks = build_tracks(read_files(library), ledger, read_metadata(library))
    write_table(tracks_path(library), tracks)
    return tracks


def build_tracks(files: pl.DataFrame, ledger: pl.DataFrame, metadata: pl.DataFrame) -> pl.DataFrame:
    """Make one row per track from its indexed copies; what a side file says goes before the tags.

    Args:
        files: See `FILES`.
        ledger: Which of these paths are indexed.
        metadata: See `read_metadata`.
    """
    indexed = ledger.filter((pl.col("state") == FileState.INDEXED) & pl.col("track_id").is_not_null())
    copies = files.join(indexed.select("path"), on="path", how="semi").sort("path")
    first = pl.all().exclude("track_id", "path").first()
    tracks = copies.group_by("track_id", maintain_order=True).agg(
        first, pl.col("path").first(), copies=pl.col("path").sort()
    )
    folder = pl.col("path").str.split("/").list.get(-2, null_on_oob=True)
    own = tracks.with_columns(folder=folder).select(pl.col(name).cast(kind) for name, kind in TRACKS.items())
    return _with_metadata(own, metadata).sort("track_id")


def _with_metadata(tracks: pl.DataFrame, metadata: pl.DataFrame) -> pl.DataFrame:
    joined = tracks.join(metadata, on="track_id", how="left", suffix="_side")
    told = [name for name in TAGS if f"{name}_side" in joined.columns]
    merged = joined.with_columns(pl.coalesce(f"{name}_side", name).alias(name) for name in told)
    return merged.drop(f"{name}_side" for name in told)
