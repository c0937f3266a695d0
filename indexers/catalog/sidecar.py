"""Side files: captions, genres and anything else that a CSV, JSONL or Parquet file says about tracks."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from indexers.catalog.paths import PathIndex
from indexers.catalog.tables import RESERVED, TAGS
from indexers.catalog.tags import year_from
from indexers.errors import InputError

PATH_NAMES = ("path", "file", "filepath", "file_path", "filename", "file_name", "location")
DELIMITERS = (",", ";", "\t", "|")
NUMBERS = frozenset({"year", "track_number"})


@dataclass(frozen=True, slots=True)
class Joined:
    """What a side file says of known tracks (track_id, then its columns), and what it says in vain."""

    metadata: pl.DataFrame
    warnings: tuple[str, ...]


def read_sidecar(path: Path) -> pl.DataFrame:
    """Read a side file: the column `path`, then its other columns with names in lower case and underscores.

    Raises:
        InputError: it is missing, damaged, of another format, or has no column of paths.
    """
    ending = path.suffix.lower()
    if ending not in READERS:
        raise InputError(f"side file {path} is not one of {', '.join(READERS)}: convert it")
    try:
        frame = READERS[ending](path)
    except (pl.exceptions.PolarsError, OSError, UnicodeDecodeError) as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)[:200]
        raise InputError(f"side file {path} cannot be read ({reason}): mend it or leave it out") from error
    return _with_path(frame.rename(_plain_names(frame.columns)), path)


def join_sidecar(side: pl.DataFrame, file: Path, track_of: dict[str, str]) -> Joined:
    """Find the track of every row of a side file.

    Args:
        side: See `read_sidecar`.
        file: Where it was read, for relative paths.
        track_of: Known path to track_id.

    Returns:
        One row per track found; where several rows name one track, the first counts. Columns that Segue itself
        measures are left out, each with a warning.
    """
    known = PathIndex(track_of)
    base = str(file.absolute().parent)
    found = (known.find(location, base, parts=1) if location else None for location in side["path"])
    track_ids = [track_of[path] if path else None for path in found]
    named = side.with_columns(pl.Series("track_id", track_ids, pl.String)).drop("path")
    kept, dropped = _usable(named)
    matched = kept.filter(pl.col("track_id").is_not_null())
    once = matched.unique("track_id", keep="first", maintain_order=True).sort("track_id")
    warnings = [f"side file {file}: column {name} left out, {why}" for name, why in dropped.items()]
    if lost := side.height - matched.height:
        warnings.append(f"side file {file}: {lost} of {side.height} rows name no file that was scanned")
    if repeated := matched.height - once.height:
        warnings.append(f"side file {file}: {repeated} rows repeat a track; the first row of each counts")
    return Joined(once, tuple(warnings))


def merge_metadata(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Put a side file's word over what earlier side files said; a value missing there leaves the old one."""
    both = [name for name in new.columns if name in old.columns and name != "track_id"]
    clashing = [name for name in both if old.schema[name] != new.schema[name]]
    old = old.drop(clashing)  # a column that changed its type: the new file's word alone
    joined = old.join(new, on="track_id", how="full", suffix="_new", coalesce=True)
    shared = [name for name in both if name not in clashing]
    merged = joined.with_columns(pl.coalesce(f"{name}_new", name).alias(name) for name in shared)
    return merged.drop(f"{name}_new" for name in shared).sort("track_id")


def _usable(side: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, str]]:
    reserved = {name: "Segue measures it itself" for name in side.columns if name in RESERVED - {"track_id"}}
    nested = (pl.Struct, pl.Object, pl.Null)
    odd = {name: "it has no plain values" for name, kind in side.schema.items() if isinstance(kind, nested)}
    dropped = reserved | odd
    kept = side.select("track_id", pl.all().exclude("track_id", *dropped))
    return kept.with_columns(_as_tag(name, kept.schema[name]) for name in TAGS if name in kept.columns), dropped


def _as_tag(name: str, kind: pl.DataType) -> pl.Expr:
    """Cast a side file's column to the type of the tag it stands for."""
    column = pl.col(name)
    text = column.cast(pl.List(pl.String)).list.join("; ") if isinstance(kind, pl.List) else column.cast(pl.String)
    if name == "year":
        return text.map_elements(year_from, return_dtype=pl.Int64)
    if name in NUMBERS:
        return text.str.extract(r"^\s*(\d+)").cast(pl.Int64, strict=False)
    plain = text.str.strip_chars()
    return pl.when(plain != "").then(plain).alias(name)


def _with_path(frame: pl.DataFrame, file: Path) -> pl.DataFrame:
    named = [name for name in PATH_NAMES if name in frame.columns]
    if not named:
        columns = ", ".join(frame.columns)
        raise InputError(f"side file {file} has no column of paths; name one of {columns} `path`")
    return frame.rename({named[0]: "path"}).with_columns(pl.col("path").cast(pl.String))


def _plain_names(names: Iterable[str]) -> dict[str, str]:
    plain: dict[str, str] = {}
    for name in names:
        word = re.sub(r"\W+", "_", name.strip().lower()).strip("_") or "column"
        while word in plain.values():
            word += "_2"
        plain[name] = word
    return plain


def _read_csv(path: Path) -> pl.DataFrame:
    with path.open(encoding="utf-8-sig") as stream:
        header = stream.readline()
    delimiter = max(DELIMITERS, key=header.count)
    return pl.read_csv(path, separator=delimiter, infer_schema_length=None, raise_if_empty=False)


def _read_jsonl(path: Path) -> pl.DataFrame:
    return pl.read_ndjson(path, infer_schema_length=None)


def _read_parquet(path: Path) -> pl.DataFrame:
    return pl.read_parquet(path, memory_map=False)


READERS: dict[str, Callable[[Path], pl.DataFrame]] = {
    ".csv": _read_csv,
    ".tsv": _read_csv,
    ".jsonl": _read_jsonl,
    ".ndjson": _read_jsonl,
    ".parquet": _read_parquet,
}
