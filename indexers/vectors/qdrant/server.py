"""Kind `server`: the index is a collection of a Qdrant server or cluster, which shards and replicates it itself."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from indexers.catalog.conditions import Condition
from indexers.errors import StaleIndexError
from indexers.schema import Bools, Rows, Vectors
from indexers.vectors.matrix import REMEDY, RowRange
from indexers.vectors.qdrant.connection import Server, Target, connect
from indexers.vectors.qdrant.filters import ClientWords, filter_of
from indexers.vectors.qdrant.payload import CHANGED
from indexers.vectors.qdrant.points import PointIndex, points_of
from indexers.vectors.qdrant.upload import BATCH, upload

PAGE = 10_000  # points told at a time
SIZE = "size"  # in the metadata of a collection that was updated: how many rows there ever were


class ServerIndex(PointIndex):
    """One collection. Updates go to it: every process sees them, and they stay until the next generation."""

    kind: ClassVar[str] = "server"
    whole: ClassVar[bool] = True  # the server makes the shards: there is one of the index

    def __init__(self, rows: RowRange, server: Server, target: Target) -> None:
        """Hold a collection against the rows it was made of.

        Raises:
            StaleIndexError: it is not there, or holds other rows.
            StorageError: the server does not answer.
        """
        super().__init__(rows)
        self._server, self._client, self._name = server, server.client, target.collection
        self._quantized = target.settings.quantization != "none"
        size = self._check()
        if size is not None:
            self._catch_up(size)

    @classmethod
    def write(cls, rows: RowRange, folder: Path) -> None:  # noqa: ARG003
        """Upload the rows into the collection that is named beside them, and wait until its graph is drawn.

        Raises:
            StaleIndexError: no collection is named.
            StorageError: the server does not answer, refuses, or holds another number of rows afterwards.
        """
        target = Target.load(rows.file.folder)
        upload(connect(target.settings), target, rows)

    @classmethod
    def open(cls, rows: RowRange, folder: Path) -> Self:  # noqa: ARG003
        """Open the collection.

        Raises:
            StaleIndexError: it is not there, or holds other rows.
            StorageError: the server does not answer.
        """
        target = Target.load(rows.file.folder)
        return cls(rows, connect(target.settings), target)

    def _check(self) -> int | None:
        """Refuse a collection that is not this index; tell the size it was updated to, None where it was not."""
        ask, name = self._server.ask, self._name
        if not ask(f"look for collection {name}", lambda: self._client.collection_exists(name)):
            raise StaleIndexError(f"Qdrant at {self._server.url} has no collection {name}: {REMEDY}")
        told = ask(f"describe {name}", lambda: self._client.get_collection(name)).config
        held = ask(f"count the points of {name}", lambda: self._client.count(name, exact=True)).count
        updated: int | None = (told.metadata or {}).get(SIZE)
        n_rows, dim = self._rows.shape
        if told.params.vectors.size != dim or (held != n_rows and updated is None):
            what = f"{held} points of {told.params.vectors.size} dims, not {n_rows} of {dim}"
            raise StaleIndexError(f"collection {name} of Qdrant at {self._server.url} holds {what}: {REMEDY}")
        return updated

    def _catch_up(self, size: int) -> None:
        """Learn what was put in and taken out since the build."""
        from qdrant_client import models

        changed = models.FieldCondition(key=CHANGED, match=models.MatchValue(value=True))
        self._overlay.grow(size)
        for points in self._pages(models.Filter(must=[changed]), with_vectors=True):
            numbers = np.asarray([point.id for point in points], dtype=np.int64)
            self._overlay.upsert(numbers, np.asarray([point.vector for point in points], dtype=np.float32))
        there = np.zeros(self.size, dtype=bool)
        for points in self._pages(None, with_vectors=False):
            there[[point.id for point in points]] = True
        self._overlay.delete(np.flatnonzero(~there).astype(np.int64))

    def _pages(self, chosen: Any, *, with_vectors: bool) -> Iterator[list[Any]]:
        after: Any = None
        size = BATCH if with_vectors else PAGE
        while True:
            scroll = partial(
                self._client.scroll,
                self._name,
                chosen,
                limit=size,
                offset=after,
                with_payload=False,
                with_vectors=with_vectors,
            )
            points, after = self._server.ask(f"list the points of {self._name}", scroll)
            if points:
                yield points
            if after is None:
                return

    def _near(self, queries: Vectors, depth: int, condition: Condition | None) -> list[Rows]:
        from qdrant_client import models

        again = models.QuantizationSearchParams(rescore=True) if self._quantized else None
        looking = models.SearchParams(hnsw_ef=max(self.effort, depth), quantization=again)
        chosen = None if condition is None else filter_of(condition, ClientWords())
        asked = [
            models.QueryRequest(query=query, filter=chosen, params=looking, limit=depth, with_payload=False)
            for query in np.asarray(queries, dtype=np.float32).tolist()
        ]
        found = self._server.ask(
            f"search {self._name}", lambda: self._client.query_batch_points(self._name, requests=asked)
        )
        return points_of([[point.id for point in answer.points] for answer in found])

    def _count(self, condition: Condition) -> int:
        chosen = filter_of(condition, ClientWords())
        asked = self._server.ask(
            f"count points of {self._name}", lambda: self._client.count(self._name, count_filter=chosen, exact=True)
        )
        return int(asked.count)

    def _put(self, rows: Rows, vectors: Vectors, known: Bools) -> None:
        from qdrant_client import models

        self._mark(max(self.size, int(rows.max()) + 1))
        for start in range(0, len(rows), BATCH):
            numbers, block = rows[start : start + BATCH], np.asarray(vectors[start : start + BATCH], np.float32)
            new = ~known[start : start + BATCH]
            fresh = models.Batch(
                ids=numbers[new].tolist(), vectors=block[new].tolist(), payloads=[{CHANGED: True}] * int(new.sum())
            )
            moved = [
                models.PointVectors(id=number, vector=vector)
                for number, vector in zip(numbers[~new].tolist(), block[~new].tolist(), strict=True)
            ]
            if fresh.ids:
                self._server.ask("take new tracks", partial(self._client.upsert, self._name, fresh, wait=True))
            if moved:
                self._move(moved)

    def _move(self, moved: list[Any]) -> None:
        numbers = [point.id for point in moved]
        self._server.ask("take vectors", lambda: self._client.update_vectors(self._name, moved, wait=True))
        self._server.ask(
            "mark tracks", lambda: self._client.set_payload(self._name, {CHANGED: True}, points=numbers, wait=True)
        )

    def _drop(self, rows: Rows) -> None:
        from qdrant_client import models

        self._mark(self.size)
        gone = models.PointIdsList(points=rows.tolist())
        self._server.ask("delete tracks", lambda: self._client.delete(self._name, gone, wait=True))

    def _mark(self, size: int) -> None:
        """Say, before a change, that the collection is no longer what was built, and how far its rows are numbered."""
        told = {SIZE: size}
        self._server.ask("mark a change", lambda: self._client.update_collection(self._name, metadata=told))
