"""What a scan found beside what was known: owed, moved, gone. Pure functions over tables."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import polars as pl

from indexers.catalog.examine import Notes
from indexers.catalog.kinds import MEDIA
from indexers.catalog.ledger import LEDGER, name_copies
from indexers.catalog.playlists.collect import Verdict
from indexers.catalog.tables import FILES
from indexers.catalog.walk import Found
from indexers.schema import FileState

FOUND: dict[str, pl.DataType] = {name: LEDGER[name] for name in ("path", "kind", "state", "reason")} | {
    name: LEDGER[name] for name in ("size_bytes", "mtime_ns")
}
IS_MEDIA = pl.col("kind").is_in(sorted(MEDIA))
TO_READ = (pl.col("kind") == "playlist") & (pl.col("state") == FileState.INDEXED)
TO_EXAMINE = IS_MEDIA & (pl.col("state") == FileState.INDEXED)


def found_frame(found: Sequence[Found]) -> pl.DataFrame:
    """Make a table of a listing, one row per file; see `FOUND`."""
    rows = [(row.path, row.kind, str(row.state), row.reason, row.size_bytes, row.mtime_ns) for row in found]
    return pl.DataFrame(rows, schema=FOUND, orient="row")


def owed(found: pl.DataFrame, files: pl.DataFrame) -> list[str]:
    """List the media files that were never examined as they are now: another path, size or time of change."""
    known = files.select("path", "size_bytes", "mtime_ns")
    new = found.filter(TO_EXAMINE).join(known, on=["path", "size_bytes", "mtime_ns"], how="anti")
    return sorted(new["path"])


def with_examined(files: pl.DataFrame, notes: Notes, found: pl.DataFrame) -> pl.DataFrame:
    """Put newly examined files into the table of files, with sizes and times as they were when they were found.

    Args:
        files: See `FILES`.
        notes: What became of them; those `lost` get no time of change, so that the next scan tries them again.
        found: See `found_frame`.
    """
    rows = [row.row() for row in (*notes.examined, *notes.lost)]
    told = {name: kind for name, kind in FILES.items() if name not in {"size_bytes", "mtime_ns"}}
    new = pl.DataFrame(rows, schema=told)
    sized = new.join(found.select("path", "size_bytes", "mtime_ns"), on="path", how="left")
    lost = pl.col("path").is_in([row.path for row in notes.lost])
    timed = sized.with_columns(mtime_ns=pl.when(~lost).then("mtime_ns")).select(*FILES)
    return pl.concat([files.select(*FILES).join(timed, on="path", how="anti"), timed]).sort("path")


def with_verdicts(found: pl.DataFrame, old: pl.DataFrame, verdicts: Mapping[str, Verdict]) -> pl.DataFrame:
    """Say of files that may be playlists what they turned out to be, now or, while unchanged, before."""
    columns = {"path": pl.String, "v_kind": pl.String, "v_state": pl.String, "v_reason": pl.String}
    rows = [(path, verdict.kind, str(verdict.state), verdict.reason) for path, verdict in verdicts.items()]
    now = pl.DataFrame(rows, schema=columns, orient="row")
    before = old.select("path", v_kind="kind", v_state="state", v_reason="reason").join(now, on="path", how="anti")
    told = found.join(pl.concat([now, before]), on="path", how="left")
    open_ = TO_READ & pl.col("v_state").is_not_null()
    chosen = [pl.when(open_).then(f"v_{name}").otherwise(name).alias(name) for name in ("kind", "state", "reason")]
    return told.with_columns(chosen).select(*FOUND)


def ledger_of(found: pl.DataFrame, files: pl.DataFrame, old: pl.DataFrame, now: datetime) -> pl.DataFrame:
    """Say what became of each file found.

    What the analysis said of a file stays while the file is unchanged; that a track is silent stays wherever its
    sound turns up.

    Args:
        found: See `found_frame`; playlists with their verdicts.
        files: See `FILES`, every examined path of `found` among them.
        old: The ledger so far.
        now: The time of this scan.
    """
    examined = files.select("path", "track_id", was=pl.col("state"), why=pl.col("reason"))
    told = found.join(examined, on="path", how="left").with_columns(
        state=pl.when(TO_EXAMINE).then("was").otherwise("state"),
        reason=pl.when(TO_EXAMINE).then("why").otherwise("reason"),
        track_id=pl.when(TO_EXAMINE).then("track_id"),
    )
    before = old.select(pl.col("path"), pl.all().exclude("path").name.prefix("old_"))
    compared = told.join(before, on="path", how="left")
    unchanged = pl.all_horizontal(
        pl.col(name).eq_missing(pl.col(f"old_{name}")) for name in ("size_bytes", "mtime_ns", "track_id")
    )
    timed = compared.with_columns(
        unchanged=unchanged & pl.col("old_state").is_not_null(),
        scanned_at=pl.when(unchanged & pl.col("old_scanned_at").is_not_null())
        .then("old_scanned_at")
        .otherwise(pl.lit(now, LEDGER["scanned_at"])),
    )
    return _with_marks(timed, old).select(*LEDGER)


def _with_marks(compared: pl.DataFrame, old: pl.DataFrame) -> pl.DataFrame:
    indexed = (pl.col("state") == FileState.INDEXED) & pl.col("track_id").is_not_null()
    skipped = old.filter((pl.col("state") == FileState.SKIPPED) & pl.col("track_id").is_not_null())
    silent = skipped.select("track_id", silent=pl.col("reason")).unique("track_id", keep="first", maintain_order=True)
    joined = compared.join(silent, on="track_id", how="left")
    marked = indexed & pl.col("unchanged") & (pl.col("old_state") != FileState.INDEXED)
    quiet = indexed & pl.col("silent").is_not_null()
    return joined.with_columns(
        state=pl.when(marked).then("old_state").when(quiet).then(pl.lit(str(FileState.SKIPPED))).otherwise("state"),
        reason=pl.when(marked).then("old_reason").when(quiet).then("silent").otherwise("reason"),
    )


def settle(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Join the parts of a new ledger, sorted by path, every repeated recording named."""
    return name_copies(pl.concat([part.select(*LEDGER) for part in parts]))
