"""The catalogue's fields that lie beside vectors as the payload of their points."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from indexers.errors import ShapeError
from indexers.vectors.matrix import RowRange

if TYPE_CHECKING:
    import polars as pl

PAYLOAD = "payload.parquet"  # beside the vectors of an index; without it, points have no fields
CHANGED = "_changed"  # a field of points of a server that were put in after the build
KINDS = ("edge", "server")  # of index, that have use for it

FIELDS = {
    "genre": "keyword",
    "artist": "keyword",
    "album": "keyword",
    "year": "integer",
    "duration_s": "float",
    "tempo_bpm": "integer",
}
"""Column of the catalogue to how Qdrant indexes it: what people filter by, and is short enough to lie there twice.

None is a truth: the bindings of Edge 0.9 look for the number 1 where they are told to look for True.
"""


def write_payload(folder: Path, tracks: "pl.DataFrame") -> None:
    """Put the fields of tracks, row for row those of the index, where `build_index` finds them.

    Raises:
        StorageError: the disk refused.
    """
    from indexers.catalog.storage import write_table

    write_table(folder / PAYLOAD, fields_of(tracks))


def fields_of(tracks: "pl.DataFrame") -> "pl.DataFrame":
    """The columns of a table of tracks that lie beside vectors."""
    return tracks.select(name for name in FIELDS if name in tracks.columns)


@dataclass(frozen=True, slots=True)
class Payload:
    """The fields of some rows; `fields` is None where there are none."""

    fields: "pl.DataFrame | None"
    n_rows: int

    @classmethod
    def of(cls, rows: RowRange) -> "Payload":
        """Read what lies beside some rows.

        Raises:
            ShapeError: it was written for other vectors.
        """
        path, size = rows.file.folder / PAYLOAD, rows.file.shape[0]
        if not path.exists():
            return cls(None, rows.shape[0])
        import polars as pl

        fields = pl.read_parquet(path, memory_map=False).fill_nan(None)  # JSON knows no NaN
        if fields.height != size:
            raise ShapeError(f"{path} has {fields.height} rows, the vectors beside it {size}")
        return cls(fields.slice(rows.start, rows.shape[0]), rows.shape[0])

    @property
    def sorts(self) -> dict[str, str]:
        """The fields that are there, each with its kind of index."""
        return {} if self.fields is None else {name: FIELDS[name] for name in self.fields.columns if name in FIELDS}

    def read(self, start: int, stop: int) -> Iterator[dict[str, Any]]:
        """The fields of rows start to stop, one dict each; a field without a value is left out."""
        if self.fields is None:
            yield from ({} for _ in range(start, stop))
            return
        for row in self.fields.slice(start, stop - start).iter_rows(named=True):
            yield {name: value for name, value in row.items() if value is not None}


def edge_schema(payload: Payload) -> dict[str, Any]:
    """How Qdrant Edge indexes the fields that are there."""
    import qdrant_edge

    schema = qdrant_edge.PayloadSchemaType
    sorts = {"keyword": schema.Keyword, "integer": schema.Integer, "float": schema.Float}
    return {name: sorts[sort] for name, sort in payload.sorts.items()}
