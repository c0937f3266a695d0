"""The ledger: what became of every file ever seen."""

from collections.abc import Mapping

import polars as pl

from indexers.catalog.storage import read_table, write_table
from indexers.catalog.tables import refresh_tracks
from indexers.library import Library
from indexers.schema import FileState

SAME = "same recording as "
LEDGER: dict[str, pl.DataType] = {
    "path": pl.String(),
    "kind": pl.String(),  # audio, video, playlist or other
    "state": pl.String(),
    "reason": pl.String(),  # empty where there is nothing to say
    "track_id": pl.String(),  # missing where no sound was found
    "size_bytes": pl.Int64(),
    "mtime_ns": pl.Int64(),
    "scanned_at": pl.Datetime("ms", "UTC"),  # when this path was last found new or changed
}


def read_ledger(library: Library) -> pl.DataFrame:
    """Read the ledger: one row per file, sorted by path; see `LEDGER` for the columns.

    Raises:
        LibraryError: the file is damaged.
    """
    return read_table(library.ledger_path, LEDGER)


def write_ledger(library: Library, ledger: pl.DataFrame) -> None:
    """Replace the ledger in one step.

    Raises:
        StorageError: the disk refused.
    """
    write_table(library.ledger_path, ledger.select(*LEDGER).sort("path"))


def mark(library: Library, marks: Mapping[str, tuple[FileState, str]]) -> None:
    """Record what the analysis found out about tracks, on every copy, and take failed ones out of the catalogue.

    A mark stays until the file changes. Only the holder of the library's lock may call this.

    Args:
        library: The library.
        marks: track_id to its new state and the reason; `FileState.INDEXED` with "" takes a mark back.

    Raises:
        LibraryError: a table is damaged.
        StorageError: the disk refused.
    """
    if not marks:
        return
    ledger = read_ledger(library)
    rows = [(track_id, str(state), reason) for track_id, (state, reason) in marks.items()]
    columns = {"track_id": pl.String, "new_state": pl.String, "new_reason": pl.String}
    news = pl.DataFrame(rows, schema=columns, orient="row")
    marked = ledger.join(news, on="track_id", how="left").with_columns(
        state=pl.coalesce("new_state", "state"), reason=pl.coalesce("new_reason", "reason")
    )
    ledger = name_copies(marked.select(*LEDGER))
    write_ledger(library, ledger)
    refresh_tracks(library, ledger)


def name_copies(ledger: pl.DataFrame) -> pl.DataFrame:
    """Say on every further indexed copy of a track which file, the first by path, it repeats."""
    indexed = (pl.col("state") == FileState.INDEXED) & pl.col("track_id").is_not_null()
    first = pl.col("path").filter(indexed).first().over("track_id")
    repeats = indexed & (pl.col("path") != first)
    told = pl.col("reason").str.starts_with(SAME)
    return ledger.sort("path").with_columns(
        reason=pl.when(repeats)
        .then(pl.lit(SAME) + first)
        .when(told & indexed)
        .then(pl.lit(""))
        .otherwise(pl.col("reason"))
    )
