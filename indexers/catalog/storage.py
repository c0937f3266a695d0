"""Parquet tables on disk: replaced in one step, checked by sum when read."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from indexers.errors import LibraryError
from indexers.files import write_atomically

Schema = Mapping[str, pl.DataType | type[pl.DataType]]

REMEDY = "delete it and run `segue scan` again; the analysis is kept in the cache"


def read_table(path: Path, schema: Schema, *, remedy: str = REMEDY) -> pl.DataFrame:
    """Read a table; a file that is not there is an empty table.

    Args:
        path: The Parquet file.
        schema: The columns it must have; it may have more.
        remedy: What to do when it is damaged.

    Raises:
        LibraryError: the file is damaged, or a column is missing or of another type.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.exists():
        return pl.DataFrame(schema=schema)
    try:
        table = pq.read_table(path, page_checksum_verification=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise LibraryError(f"{path} is damaged ({_first_line(error)}): {remedy}") from error
    frame = pl.DataFrame(pl.from_arrow(table))
    wrong = [name for name, kind in schema.items() if frame.schema.get(name) != kind]
    if wrong:
        raise LibraryError(f"{path} has no usable column {', '.join(wrong)}: {remedy}")
    return frame


def write_table(path: Path, frame: pl.DataFrame) -> None:
    """Replace a table in one step, with a checksum on every page.

    Raises:
        StorageError: the disk refused.
    """
    import pyarrow.parquet as pq

    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    write_atomically(
        path, lambda temporary: pq.write_table(table, temporary, compression="zstd", write_page_checksum=True)
    )


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return lines[0][:200] if lines else type(error).__name__
