"""Filling a collection of a Qdrant server: made anew, sent in batches, counted, its graph awaited."""

import time
from functools import partial
from typing import Any

from indexers.errors import StorageError
from indexers.settings import QdrantSettings
from indexers.vectors.matrix import RowRange
from indexers.vectors.qdrant.connection import Server, Target
from indexers.vectors.qdrant.payload import CHANGED, Payload
from indexers.vectors.qdrant.points import EF_CONSTRUCT, M

BATCH = 512  # points sent at a time
GRAPH_S = 6 * 3600.0  # that a server may take to draw its graph
LOOK_S = 1.0  # between two looks at it


def upload(server: Server, target: Target, rows: RowRange) -> None:
    """Make a collection anew and fill it, a batch at a time; one of the same name, left by a crash, goes first.

    Raises:
        StorageError: the server does not answer, refuses, or holds another number of rows afterwards.
    """
    client, name = server.client, target.collection
    payload = Payload.of(rows)

    def make() -> None:  # as one, so that a try whose answer was lost does not stand in the way of the next
        if client.collection_exists(name):
            client.delete_collection(name)
        client.create_collection(name, **_shape(target.settings, rows.shape[1]))

    server.ask(f"make {name}", make)
    for field, sort in {**payload.sorts, CHANGED: "bool"}.items():
        server.ask(f"index {field}", partial(client.create_payload_index, name, field, field_schema=sort))
    _fill(server, name, rows, payload)
    held = server.ask(f"count the points of {name}", lambda: client.count(name, exact=True)).count
    if held != rows.shape[0]:
        raise StorageError(f"Qdrant at {server.url} holds {held} of {rows.shape[0]} points sent to {name}: run again")
    _await_graph(server, name)


def _fill(server: Server, name: str, rows: RowRange, payload: Payload) -> None:
    from qdrant_client import models

    for first, block in rows.blocks(BATCH):
        batch = models.Batch(
            ids=list(range(first, first + len(block))),
            vectors=block.tolist(),
            payloads=list(payload.read(first, first + len(block))),
        )
        server.ask(f"take tracks {first} on", partial(server.client.upsert, name, batch, wait=True))


def _await_graph(server: Server, name: str) -> None:
    from qdrant_client import models

    until = time.monotonic() + GRAPH_S
    while True:
        told = server.ask(f"describe {name}", lambda: server.client.get_collection(name))
        if told.status == models.CollectionStatus.GREEN:
            return
        if told.status == models.CollectionStatus.RED or time.monotonic() > until:
            raise StorageError(f"Qdrant at {server.url} cannot finish {name} ({told.status}): see its log")
        time.sleep(LOOK_S)


def _shape(settings: QdrantSettings, dim: int) -> dict[str, Any]:
    from qdrant_client import models

    vectors = models.VectorParams(size=dim, distance=models.Distance.DOT, on_disk=settings.on_disk)
    return {
        "vectors_config": vectors,
        "shard_number": settings.shard_number,
        "replication_factor": settings.replication_factor,
        "write_consistency_factor": settings.write_consistency_factor,
        "hnsw_config": models.HnswConfigDiff(m=M, ef_construct=EF_CONSTRUCT, on_disk=settings.on_disk),
        "quantization_config": _quantization(settings.quantization),
    }


def _quantization(sort: str) -> Any:
    from qdrant_client import models

    if sort == "scalar":
        return models.ScalarQuantization(
            scalar=models.ScalarQuantizationConfig(type=models.ScalarType.INT8, always_ram=True)
        )
    if sort == "product":
        return models.ProductQuantization(
            product=models.ProductQuantizationConfig(compression=models.CompressionRatio.X16, always_ram=True)
        )
    if sort == "binary":
        return models.BinaryQuantization(binary=models.BinaryQuantizationConfig(always_ram=True))
    return None
