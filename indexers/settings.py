"""Settings: one TOML file, one frozen section per concern, unknown keys are errors."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveFloat, PositiveInt, ValidationError

from indexers.errors import ConfigError, LibraryError

FORMAT = 1  # of a library on disk; a newer one is refused


class Section(BaseModel):
    """A table of segue.toml: frozen, and a key it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


S = TypeVar("S", bound=Section)


def cores() -> int:
    """How many processors this process may use: the default number of workers."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class ScanSettings(Section):
    """How files are found and matched."""

    follow_links: bool = True
    workers: PositiveInt = Field(default_factory=cores)
    timeout_s: PositiveFloat = 120.0  # for one file; a scan reads it but does not decode it
    match_threshold: float = Field(default=0.90, ge=0.0, le=1.0)  # title and artist of a fuzzy match
    shrink_limit: float = Field(default=0.5, ge=0.0, le=1.0)  # a scan that finds less of what was known does not prune


class AnalysisSettings(Section):
    """What is decoded of each track and who listens to it."""

    encoders: tuple[str, ...] = ("musicnn_msd", "musicnn_mtt", "yamnet")
    text: str = "text"  # the encoder of queries and class names
    joint: tuple[str, ...] | None = None  # encoders of texts and sounds in one space, each a way of looking more;
    # without it those that are shipped, where `encoders` hear what they are made of
    windows: PositiveInt = 12  # per track, spread evenly; shorter tracks have fewer
    workers: PositiveInt = Field(default_factory=cores)
    timeout_s: PositiveFloat = 300.0  # for one track
    device: Literal["auto", "cpu", "cuda"] = "auto"
    engine: Literal["local", "ray"] = "local"  # processes of this machine, or the machines of [cluster]


class ClusterSettings(Section):
    """Where and how the engine "ray" works; every machine sees the music and the models under the same paths."""

    address: str = ""  # of a running Ray cluster, such as "auto" or "10.0.0.1:6379"; without it Ray starts here
    workers: PositiveInt | None = None  # actors; without it one per processor (or share of a GPU) of the cluster;
    cache: str = ""  # a URL, such as "s3://bucket/segue", that actors hand embeddings over through; without it they
    # write into the library's own cache, which every machine must then see under the same path
    retries: NonNegativeInt = 2  # of a shard whose actor or machine was lost, before its tracks are tried one by one
    tasks_per_shard: PositiveInt = (
        32  # tracks that one actor hears, and then keeps, at a time; fewer in small libraries
    )
    gpus_per_worker: PositiveFloat = 1.0  # with device "cuda"; 0.25 lets four actors share one


class IndexSettings(Section):
    """How vectors become searchable."""

    kind: Literal["auto", "exact", "flat", "hnsw", "ivf", "ivf-sq8", "ivf-pq", "edge", "server"] = "auto"
    min_recall: float = Field(default=0.95, ge=0.0, le=1.0)  # of the exact top 10; below it nothing is published
    keep_generations: PositiveInt = 3
    storage: Literal["float32", "float16"] | None = None  # of the vectors; None: float16 where lists hold short codes
    shard_rows: PositiveInt = Field(default=1 << 20, multiple_of=1 << 12)  # of one shard at most
    memory_gib: PositiveFloat | None = None  # that `auto` may count on; None: what the machine has
    filtered: bool = False  # whether most queries carry a filter, for which `auto` takes Qdrant Edge
    device: Literal["auto", "cpu", "cuda"] = "cpu"  # where exact and FAISS kinds search


class QdrantSettings(Section):
    """The server that kind "server" keeps its indexes on; a key for it stands in SEGUE_QDRANT_API_KEY alone."""

    url: str | None = None  # such as "http://localhost:6333"; SEGUE_QDRANT_URL goes before it
    prefix: str = Field(default="segue", pattern=r"^[A-Za-z0-9_.]{1,40}$")  # of the names of collections
    shard_number: PositiveInt = 1
    replication_factor: PositiveInt = 1
    write_consistency_factor: PositiveInt = 1
    on_disk: bool = False  # whether vectors and graph stay on the server's disk
    quantization: Literal["none", "scalar", "product", "binary"] = "none"
    timeout_s: PositiveInt = 60  # for one call
    retries: int = Field(default=5, ge=0, le=20)  # of a call that failed for a reason that may pass


def read_toml(path: Path) -> dict[str, Any]:
    """Read segue.toml without its format number; a missing file is an empty one.

    Raises:
        ConfigError: the file is not TOML, or its format is not a number.
        LibraryError: a newer version of Segue wrote this library.
    """
    if not path.exists():
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML ({error}): mend or delete it") from error
    written = tables.pop("format", FORMAT)
    if not isinstance(written, int):
        raise ConfigError(f"{path}: format = {written!r} is not a number; this version writes {FORMAT}")
    if written > FORMAT:
        raise LibraryError(f"{path.parent} has format {written}, this Segue reads up to {FORMAT}: upgrade Segue")
    return tables


def parse(section: type[S], name: str, table: object) -> S:
    """Check one table against its section.

    Raises:
        ConfigError: no table, an unknown key or a value out of range, named with what is allowed.
    """
    if not isinstance(table, Mapping):
        raise ConfigError(f"setting {name!r} = {table!r} must be a table: write it as [{name}]")
    try:
        return section(**table)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join([name, *(str(part) for part in first["loc"])])
        if first["type"] == "extra_forbidden":
            raise ConfigError(f"unknown setting {where!r}; [{name}] knows {', '.join(section.model_fields)}") from error
        raise ConfigError(f"setting {where} = {first['input']!r}: {first['msg']}") from error
