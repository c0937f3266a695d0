"""Kind `edge`: Qdrant's engine in this process, one Edge shard for each shard of the index.

A shard's graph is drawn with chance that cannot be fixed, so two builds of the same vectors differ in their bytes, and
may differ in a row that either misses; the order and the scores of what is found come from the stored vectors.
"""

import shutil
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from indexers.catalog.conditions import Condition
from indexers.errors import StaleIndexError
from indexers.files import disk_errors
from indexers.schema import Bools, Rows, Vectors
from indexers.vectors.matrix import REMEDY, RowRange
from indexers.vectors.qdrant.filters import EdgeWords, filter_of
from indexers.vectors.qdrant.payload import Payload, edge_schema
from indexers.vectors.qdrant.points import EF_CONSTRUCT, M, PointIndex, points_of
from indexers.vectors.qdrant.view import View

SHARD = "edge"
BLOCK = 4096  # points written at a time
PLAIN_KB = 1_000  # of vectors, up to which Edge scores what a filter lets through without its graph
WHOLE_KB = 1 << 30  # of vectors in one segment: all of a shard's


def edge() -> Any:
    """The library, loaded when it is first needed."""
    import qdrant_edge

    return qdrant_edge


class EdgeIndex(PointIndex):
    """One Edge shard, looked at through a view of this process alone.

    Edge keeps its own copy of the vectors in float16, mapped and cached, 2 · dim bytes a row. Updates go to the view:
    they are seen by this process, and are gone when it ends.
    """

    kind: ClassVar[str] = "edge"

    def __init__(self, rows: RowRange, view: View) -> None:
        """Load the shard of a view.

        Raises:
            StaleIndexError: it is damaged, or holds other rows.
        """
        super().__init__(rows)
        self._view = view  # kept: its folder goes with it
        try:
            self._shard = edge().EdgeShard.load(str(view.folder / SHARD))
            held = self._shard.info().points_count
        except Exception as error:  # Edge raises nothing narrower
            raise StaleIndexError(
                f"{rows.file.folder}: its Edge shard is damaged ({_line(error)}): {REMEDY}"
            ) from error
        if held != rows.shape[0]:
            raise StaleIndexError(f"{rows.file.folder}: its Edge shard holds {held} rows of {rows.shape[0]}: {REMEDY}")

    @classmethod
    def write(cls, rows: RowRange, folder: Path) -> None:
        """Write points a block at a time, index the catalogue's fields beside them, then draw the graph.

        Raises:
            StorageError: the disk refused.
        """
        native, payload = edge(), Payload.of(rows)
        with disk_errors(folder):
            (folder / SHARD).mkdir(parents=True)
            shard = native.EdgeShard.create(str(folder / SHARD), _config(rows.shape[1]))
            try:
                for first, block in rows.blocks(BLOCK):
                    points = payload.read(first, first + len(block))
                    made = [native.Point(first + at, block[at], fields) for at, fields in enumerate(points)]
                    shard.update(native.UpdateOperation.upsert_points(made))
                for name, schema in edge_schema(payload).items():
                    shard.update(native.UpdateOperation.create_field_index(name, schema))
                shard.optimize()
                shard.flush()
            except Exception as error:
                raise OSError(f"Qdrant Edge could not write it ({_line(error)})") from error
            finally:
                shard.close()
            _drop_empty(folder / SHARD)

    @classmethod
    def open(cls, rows: RowRange, folder: Path) -> Self:
        """Open a view of the shard.

        Raises:
            StaleIndexError: a file is missing or damaged.
            StorageError: there is no room for the view.
        """
        if not (folder / SHARD).is_dir():
            raise StaleIndexError(f"{folder / SHARD} is missing: {REMEDY}")
        return cls(rows, View(folder))

    def close(self) -> None:
        """Let go of the shard and remove the view."""
        self._shard.close()
        self._view.close()

    def _near(self, queries: Vectors, depth: int, condition: Condition | None) -> list[Rows]:
        native = edge()
        chosen = None if condition is None else filter_of(condition, EdgeWords())
        looking = native.SearchParams(hnsw_ef=max(self.effort, depth))
        asked = [
            native.QueryRequest(
                limit=depth, query=native.Query.Nearest(query), filter=chosen, params=looking, with_payload=False
            )
            for query in np.ascontiguousarray(queries, dtype=np.float32)
        ]
        found = self._shard.query_batch(native.QueryBatchRequest(asked))
        return points_of([[point.id for point in points] for points in found])

    def _count(self, condition: Condition) -> int:
        return int(self._shard.count(edge().CountRequest(exact=True, filter=filter_of(condition, EdgeWords()))))

    def _put(self, rows: Rows, vectors: Vectors, known: Bools) -> None:
        operation = edge().UpdateOperation
        for start in range(0, len(rows), BLOCK):
            numbers, block = rows[start : start + BLOCK], np.asarray(vectors[start : start + BLOCK], np.float32)
            new = ~known[start : start + BLOCK]
            fresh = [edge().Point(int(number), vector) for number, vector in zip(numbers[new], block[new], strict=True)]
            moved = [
                edge().PointVectors(int(number), vector)
                for number, vector in zip(numbers[~new], block[~new], strict=True)
            ]
            if fresh:
                self._shard.update(operation.upsert_points(fresh))
            if moved:
                self._shard.update(operation.update_vectors(moved))

    def _drop(self, rows: Rows) -> None:
        self._shard.update(edge().UpdateOperation.delete_points(rows.tolist()))


def _config(dim: int) -> Any:
    """One segment, its graph drawn by one thread; no log of writes, since a shard is whole or is not published."""
    native = edge()
    vectors = native.EdgeVectorParams(dim, native.Distance.Dot, datatype=native.VectorStorageDatatype.Float16)
    return native.EdgeConfig(
        vectors=vectors,
        hnsw_config=native.HnswIndexConfig(M, EF_CONSTRUCT, PLAIN_KB, max_indexing_threads=1),
        optimizers=native.EdgeOptimizersConfig(
            default_segment_number=1, max_segment_size=WHOLE_KB, indexing_threshold=PLAIN_KB
        ),
        wal_enabled=False,
    )


def _drop_empty(shard: Path) -> None:
    """Remove the segment that would take the next points, where there is another: Edge makes it anew."""
    segments = sorted((shard / "segments").iterdir())
    graphs = [segment for segment in segments if (segment / "vector_index").is_dir()]
    if graphs:
        for segment in set(segments) - set(graphs):
            shutil.rmtree(segment)


def _line(error: Exception) -> str:
    said = str(error).strip().splitlines()
    return said[0][:160] if said else type(error).__name__
