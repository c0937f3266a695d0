"""How index folders are written and opened: plain .npy files and a manifest.json, byte for byte reproducible."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from indexers.errors import QueryError, ShapeError, StaleIndexError
from indexers.files import disk_errors
from indexers.schema import Rows, Vectors

FORMAT = 2  # of an index folder
REMEDY = "run `segue rebuild`"


def mapped(path: Path) -> Any:
    """Open a .npy file memory-mapped; an empty array is read outright, for nothing can be mapped.

    Raises:
        StaleIndexError: the file is missing or is no .npy file.
    """
    try:
        try:
            return np.load(path, mmap_mode="r", allow_pickle=False)
        except ValueError:  # zero bytes cannot be mapped; a damaged file fails again below
            return np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise StaleIndexError(f"{path} cannot be read ({error}): {REMEDY}") from error


def write_array(path: Path, array: npt.NDArray[Any]) -> None:
    """Write a .npy file; the same array gives the same bytes.

    Raises:
        StorageError: the disk refused.
    """
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, np.ascontiguousarray(array), allow_pickle=False)


def write_json(path: Path, value: Any) -> None:
    """Write JSON with sorted keys; the same value gives the same bytes.

    Raises:
        StorageError: the disk refused.
    """
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
        path.write_text(text + "\n", encoding="utf-8")


def write_manifest(folder: Path, kind: str, shape: tuple[int, int], extra: Mapping[str, Any] | None = None) -> None:
    """Describe the index in a folder: format, kind, metric, size and dim, and whatever else the kind needs.

    Raises:
        StorageError: the disk refused.
    """
    size, dim = shape
    common = {"format": FORMAT, "kind": kind, "metric": "inner product", "n": size, "dim": dim}
    write_json(folder / "manifest.json", {**(extra or {}), **common})


def read_manifest(folder: Path, kind: str | None = None) -> dict[str, Any]:
    """Read the manifest of an index folder.

    Raises:
        StaleIndexError: it is missing or damaged, of another format, or (where `kind` is given) of another kind.
    """
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        built = (manifest["format"], manifest["kind"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StaleIndexError(f"{folder} holds no readable index ({error}): {REMEDY}") from error
    wanted = (FORMAT, kind or built[1])
    if built != wanted:
        raise StaleIndexError(f"{folder} holds an index of format and kind {built}, not {wanted}: {REMEDY}")
    return manifest


def check_search(shape: tuple[int, int], queries: Vectors, k: int, allowed: Rows | None) -> None:
    """Refuse a search that does not fit an index of `shape` [n_tracks, dim].

    Raises:
        ShapeError: queries have another dim, or an allowed row does not exist.
        QueryError: k is below 1.
    """
    size, dim = shape
    if queries.ndim != 2 or queries.shape[1] != dim:
        raise ShapeError(f"queries are {queries.shape}, this index takes [n_queries, dim] with dim {dim}")
    if k < 1:
        raise QueryError(f"k = {k} gives no list; ask for 1 or more")
    if allowed is not None and allowed.size and (allowed[0] < 0 or allowed[-1] >= size):
        raise ShapeError(f"allowed rows {allowed[0]} to {allowed[-1]} do not fit an index of {size} rows")


def check_update(shape: tuple[int, int], rows: Rows, vectors: Vectors) -> None:
    """Refuse an update that does not fit an index of `shape` [n_tracks, dim]; see `Updatable.upsert`.

    Raises:
        ShapeError: another dim, another number of vectors than of rows, a row twice, or a gap.
    """
    size, dim = shape
    if vectors.ndim != 2 or vectors.shape != (len(rows), dim):
        raise ShapeError(f"vectors are {vectors.shape}, {len(rows)} rows of this index take [{len(rows)}, {dim}]")
    distinct = np.unique(rows)
    if len(distinct) < len(rows):
        raise ShapeError(f"{len(rows) - len(distinct)} rows are named twice: give each once")
    fresh = distinct[distinct >= size]
    if len(distinct) and (distinct[0] < 0 or not np.array_equal(fresh, np.arange(size, size + len(fresh)))):
        raise ShapeError(f"rows {distinct[0]} to {distinct[-1]} leave a gap: new ones begin at {size}, one by one")


def check_rows(size: int, rows: Rows) -> None:
    """Refuse rows that an index of `size` rows does not have.

    Raises:
        ShapeError: a row does not exist.
    """
    if rows.size and (rows.min() < 0 or rows.max() >= size):
        raise ShapeError(f"rows {rows.min()} to {rows.max()} do not fit an index of {size} rows")
