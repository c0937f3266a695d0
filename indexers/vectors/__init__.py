"""Searchable embeddings: vectors on disk, the kinds of index over them, and how one is chosen, built and opened."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, Self

from indexers.base import Adjustable, Index
from indexers.errors import ConfigError, StaleIndexError
from indexers.files import disk_errors
from indexers.schema import Vectors
from indexers.vectors.columns import COLUMNS
from indexers.vectors.matrix import BLOCK, RowRange, Storage, VectorFile, write_vectors
from indexers.vectors.plan import EXPECTED, Plan
from indexers.vectors.storage import mapped, read_manifest, write_manifest


class Kind(Index, Protocol):
    """A class of index: `write` makes its files beside vectors that are on disk, `open` makes an index of both."""

    @classmethod
    def write(cls, rows: RowRange, folder: Path) -> None:
        """Write what the kind needs beside the vectors into an empty folder.

        Raises:
            StorageError: the disk refused.
        """

    @classmethod
    def open(cls, rows: RowRange, folder: Path) -> Self:
        """Open it.

        Raises:
            StaleIndexError: a file is missing or damaged.
        """


def _exact() -> Any:
    from indexers.vectors.exact import ExactIndex

    return ExactIndex


def _columns() -> Any:
    from indexers.vectors.columns import ColumnIndex

    return ColumnIndex


def _flat() -> Any:
    from indexers.vectors.faiss_kinds.flat import FlatIndex

    return FlatIndex


def _hnsw() -> Any:
    from indexers.vectors.faiss_kinds.hnsw import HnswIndex

    return HnswIndex


def _ivf() -> Any:
    from indexers.vectors.faiss_kinds.ivf import IvfIndex

    return IvfIndex


def _ivf_sq8() -> Any:
    from indexers.vectors.faiss_kinds.ivf import IvfSq8Index

    return IvfSq8Index


def _ivf_pq() -> Any:
    from indexers.vectors.faiss_kinds.ivf import IvfPqIndex

    return IvfPqIndex


def _edge() -> Any:
    from indexers.vectors.qdrant.edge import EdgeIndex

    return EdgeIndex


def _server() -> Any:
    from indexers.vectors.qdrant.server import ServerIndex

    return ServerIndex


KINDS: dict[str, Callable[[], Any]] = {
    "exact": _exact,
    "flat": _flat,
    "hnsw": _hnsw,
    "ivf": _ivf,
    "ivf-sq8": _ivf_sq8,
    "ivf-pq": _ivf_pq,
    "edge": _edge,
    "server": _server,
}
"""Kind to the loader of its class, a `Kind`. `columns` is beside them: it has no vectors but its own."""


def make_index(
    folder: Path, vectors: Vectors, kind: str, *, storage: Storage = "float32", shard_rows: int = 1 << 20
) -> Index:
    """Write [n_tracks, dim] into an empty folder, build an index over them and open it.

    Raises:
        ConfigError: there is no such kind.
        ShapeError: the vectors are not [n_tracks, dim].
        StorageError: the disk refused.
    """
    _class_of(kind)
    write_vectors(folder, vectors, storage)
    build_index(folder, Plan(kind, "as asked", EXPECTED[kind], storage, shard_rows))
    return load_index(folder)


def build_index(folder: Path, plan: Plan) -> None:
    """Build an index over the vectors that a folder holds, shard by shard, and describe it in its manifest.

    Args:
        folder: With the files of a `VectorWriter`.
        plan: Which kind, and how large a shard may be; a multiple of 4,096.

    Raises:
        ConfigError: there is no such kind, or shards would cut a block of vectors in two.
        StaleIndexError: the vectors were altered since they were written.
        StorageError: the disk refused.
    """
    for number in range(begin_index(folder, plan)):
        write_shard(folder, number)


def begin_index(folder: Path, plan: Plan) -> int:
    """Write the manifest of an index whose shards are yet to be written; give how many there are.

    Raises:
        ConfigError: there is no such kind, or shards would cut a block of vectors in two.
        StorageError: the disk refused.
    """
    whole = getattr(_class_of(plan.kind), "whole", False)  # it makes shards of its own
    rows = plan.shard_rows
    if rows < BLOCK or rows % BLOCK:
        raise ConfigError(f"[index] shard_rows = {rows} cuts a block: give a multiple of {BLOCK}, at least that")
    file = VectorFile(folder)
    bounds = [*range(0, 1 if whole else max(1, file.shape[0]), rows), file.shape[0]]
    said = {"shards": bounds, "storage": file.dtype.name, "device": plan.device}
    write_manifest(folder, plan.kind, file.shape, said)
    return len(bounds) - 1


def write_shard(folder: Path, number: int) -> None:
    """Write one shard of a begun index; shards know nothing of one another, so any process may write one.

    Raises:
        StaleIndexError: the folder holds no begun index, or vectors were altered since they were written.
        StorageError: the disk refused.
    """
    manifest = read_manifest(folder)
    rows = _rows_of(folder, manifest, number)
    rows.file.verify(rows.start, rows.stop)
    target = shard_folder(folder, number)
    with disk_errors(target):
        shutil.rmtree(target, ignore_errors=True)  # what a worker that died left there
        target.mkdir(parents=True)
    _class_of(manifest["kind"]).write(rows, target)


def shard_folder(folder: Path, number: int) -> Path:
    """Where the files of one shard lie."""
    return folder / "shards" / f"{number:04d}"


def keep_effort(folder: Path, index: Index) -> None:
    """Let an index be opened with the effort it has now.

    Raises:
        StorageError: the disk refused.
    """
    if isinstance(index, Adjustable) and index.efforts:
        manifest = read_manifest(folder)
        write_manifest(folder, index.kind, (index.size, index.dim), {**manifest, "effort": index.effort})


def load_index(folder: Path) -> Index:
    """Open whatever kind of index a folder holds, memory-mapped, or on the device that it was built for.

    Raises:
        StaleIndexError: it is missing, damaged, or of a format or kind this version does not know.
        ConfigError: it was built for CUDA, which is not here.
    """
    manifest = read_manifest(folder)
    kind = manifest["kind"]
    if kind == "columns":
        index: Index = _columns().load(folder)
        return index
    if kind not in KINDS:
        raise StaleIndexError(f"{folder} holds an index of kind {kind!r}: run `segue rebuild`")
    shards = [_open_shard(folder, manifest, number) for number in range(len(manifest["shards"]) - 1)]
    index = shards[0] if len(shards) == 1 else _sharded(shards)
    if isinstance(index, Adjustable) and "effort" in manifest:
        index.effort = manifest["effort"]
    return index


def stored_vectors(folder: Path) -> Any:
    """The vectors an index folder holds, [n_tracks, dim] in float32 or float16, memory-mapped.

    Raises:
        StaleIndexError: it is missing, damaged or of another format.
    """
    if read_manifest(folder)["kind"] == "columns":
        return mapped(folder / COLUMNS).T
    return VectorFile(folder).mapped


def _class_of(kind: str) -> Any:
    if kind not in KINDS:
        raise ConfigError(f"no index kind {kind!r}; there are auto, {', '.join(KINDS)}")
    return KINDS[kind]()


def _rows_of(folder: Path, manifest: dict[str, Any], number: int) -> RowRange:
    start, stop = manifest["shards"][number : number + 2]
    return RowRange(VectorFile(folder), start, stop)


def _open_shard(folder: Path, manifest: dict[str, Any], number: int) -> Index:
    rows, place = _rows_of(folder, manifest, number), shard_folder(folder, number)
    kind = _class_of(manifest["kind"])
    if manifest["device"] != "cpu" and _cuda_here(manifest["device"]):
        return _on_cuda(kind, rows, place)
    index: Index = kind.open(rows, place)
    return index


def _cuda_here(wanted: str) -> bool:
    from indexers.vectors.cuda import cuda_bytes

    return cuda_bytes(wanted) > 0


def _on_cuda(kind: Any, rows: RowRange, folder: Path) -> Index:
    if kind.kind == "exact":
        from indexers.vectors.cuda import CudaIndex

        return CudaIndex.open(rows, folder)
    from indexers.vectors.faiss_kinds.gpu import GpuIndex

    host: Any = kind.open(rows, folder)
    if host.native is None:  # too few rows for lists: they are scanned
        scanned: Index = host
        return scanned
    return GpuIndex(host)


def _sharded(shards: list[Index]) -> Index:
    from indexers.vectors.sharded import ShardedIndex

    return ShardedIndex(shards)
