"""Searchable embeddings: the registry of index kinds, and how one is chosen, built and opened."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from indexers.base import Index
from indexers.errors import ConfigError, StaleIndexError
from indexers.schema import Vectors
from indexers.vectors.storage import mapped, read_manifest

EXACT_LIMIT = 20_000  # rows up to which `auto` searches exactly


def _exact() -> Any:
    from indexers.vectors.exact import ExactIndex

    return ExactIndex


def _columns() -> Any:
    from indexers.vectors.columns import ColumnIndex

    return ColumnIndex


def _flat() -> Any:
    from indexers.vectors.faiss_index import FlatIndex

    return FlatIndex


def _hnsw() -> Any:
    from indexers.vectors.faiss_index import HnswIndex

    return HnswIndex


INDEXES: dict[str, Callable[[], Any]] = {"exact": _exact, "columns": _columns, "flat": _flat, "hnsw": _hnsw}
"""Kind to the loader of its class, which has `build(vectors)` and `load(folder)`."""


def choose_kind(wanted: str, n_tracks: int) -> tuple[str, str]:
    """Settle which kind of index to build, and say why.

    Raises:
        ConfigError: there is no such kind.
    """
    if wanted == "auto":
        if n_tracks <= EXACT_LIMIT:
            return "exact", f"auto: {n_tracks} tracks, exact up to {EXACT_LIMIT}"
        return "hnsw", f"auto: {n_tracks} tracks, more than {EXACT_LIMIT}"
    if wanted not in INDEXES:
        raise ConfigError(f"no index kind {wanted!r}; there are auto, {', '.join(INDEXES)}")
    return wanted, "set in segue.toml"


def build_index(kind: str, vectors: Vectors) -> Index:
    """Build an index of one kind over [n_tracks, dim].

    Raises:
        ConfigError: there is no such kind.
        ShapeError: the vectors are not [n_tracks, dim].
    """
    if kind not in INDEXES:
        raise ConfigError(f"no index kind {kind!r}; there are {', '.join(INDEXES)}")
    index: Index = INDEXES[kind]().build(vectors)
    return index


def load_index(folder: Path) -> Index:
    """Open whatever kind of index a folder holds.

    Raises:
        StaleIndexError: it is missing, damaged, or of a format or kind this version does not know.
    """
    kind = read_manifest(folder)["kind"]
    if kind not in INDEXES:
        raise StaleIndexError(f"{folder} holds an index of kind {kind!r}: run `segue rebuild`")
    index: Index = INDEXES[kind]().load(folder)
    return index


def stored_vectors(folder: Path) -> Vectors:
    """The vectors an index folder holds, [n_tracks, dim] float32, memory-mapped, without opening the index.

    Raises:
        StaleIndexError: it is missing, damaged or of another format.
    """
    turned = read_manifest(folder)["kind"] == "columns"
    vectors: Vectors = mapped(folder / "columns.npy").T if turned else mapped(folder / "vectors.npy")
    return vectors
