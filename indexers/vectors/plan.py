"""Which kind of index suits: from size, dim, filters, memory and device, with the reason in words."""

from dataclasses import dataclass
from typing import Any

from indexers.errors import ConfigError
from indexers.settings import IndexSettings
from indexers.vectors.matrix import Storage

EXACT_LIMIT = 20_000  # rows up to which `auto` searches exactly on a CPU
GRAPH_LIMIT = 200_000  # rows up to which `auto` builds a graph: with one thread, that takes minutes
CUDA_LIMIT = 50_000_000  # rows up to which `auto` searches exactly on CUDA
LINK_BYTES = 280  # of a graph, for each row
LIST_BYTES = 8  # of a row's number in a list
ON_CUDA = ("exact", "flat", "ivf", "ivf-sq8", "ivf-pq")
USABLE = 0.5  # of the memory, for one index
EXPECTED = {"exact": 1.0, "flat": 1.0, "columns": 1.0, "hnsw": 0.98, "ivf": 0.98, "ivf-sq8": 0.98, "ivf-pq": 0.96}
EXPECTED |= {"edge": 0.97, "server": 0.97}


@dataclass(frozen=True, slots=True)
class Plan:
    """What to build, and why.

    `recall` is the share of the exact top 10 expected, before it is measured; `storage` the precision of the vectors;
    `shard_rows` the rows of one shard at most; `device` where it is searched, "auto" for CUDA wherever that is there.
    """

    kind: str
    reason: str
    recall: float
    storage: Storage
    shard_rows: int
    device: str = "cpu"

    def as_json(self) -> dict[str, Any]:
        """What the manifest of a generation says of it."""
        return {"reason": self.reason, "expected_recall": self.recall, "storage": self.storage, "device": self.device}


@dataclass(frozen=True, slots=True)
class Machine:
    """What an index may use: bytes of memory, and bytes of the memory of a CUDA device (0 where there is none)."""

    memory_bytes: int
    cuda_bytes: int = 0


def this_machine(settings: IndexSettings) -> Machine:
    """What this machine offers an index.

    Raises:
        ConfigError: CUDA was asked for and is not here.
    """
    from indexers.vectors.cuda import cuda_bytes

    return Machine(_memory(settings), cuda_bytes(settings.device))


def make_plan(settings: IndexSettings, shape: tuple[int, int], machine: Machine) -> Plan:
    """Settle which kind of index to build, and say why.

    Args:
        settings: `kind` "auto" leaves the choice to size, dim, filters, memory and device.
        shape: [n_tracks, dim].
        machine: What it may use.

    Raises:
        ConfigError: the kind does not run on the device that was asked for.
    """
    kind, reason = (
        (settings.kind, "set in segue.toml") if settings.kind != "auto" else _choose(settings, shape, machine)
    )
    device = _device(settings.device, kind, shape[0])
    halved = kind in ("ivf-sq8", "ivf-pq") or (device != "cpu" and machine.cuda_bytes > 0)
    storage: Storage = settings.storage or ("float16" if halved else "float32")
    return Plan(kind, reason, EXPECTED[kind], storage, settings.shard_rows, device)


def _device(wanted: str, kind: str, size: int) -> str:
    if wanted == "cuda" and kind not in ON_CUDA:
        raise ConfigError(f'[index] device = "cuda", but {kind!r} runs on the CPU alone: set another kind or device')
    suits = kind in ON_CUDA and (wanted == "cuda" or size > EXACT_LIMIT)
    return wanted if suits else "cpu"


def _choose(settings: IndexSettings, shape: tuple[int, int], machine: Machine) -> tuple[str, str]:
    size, dim = shape
    room = USABLE * machine.memory_bytes
    told = f"auto: {size:,} tracks of {dim} dims"
    if size <= EXACT_LIMIT:
        return "exact", f"{told}, exact up to {EXACT_LIMIT:,}"
    if size <= CUDA_LIMIT and 2 * size * dim < USABLE * machine.cuda_bytes:
        return "exact", f"{told}, exact on CUDA, whose memory holds them in float16"
    if settings.filtered:
        return "edge", f"{told}, filtered = true: Qdrant Edge keeps the catalogue's fields beside the vectors"
    graph = size * (4 * dim + LINK_BYTES)
    if size <= GRAPH_LIMIT and graph < room:
        return "hnsw", f"{told}, a graph up to {GRAPH_LIMIT:,} where it fits into memory"
    if size * (dim + LIST_BYTES) < room:
        return "ivf-sq8", f"{told}, more than a graph is built for; a byte for each dim fits into memory"
    return "ivf-pq", f"{told}, more than {room / 2**30:.1f} GiB of memory hold at a byte for each dim"


def _memory(settings: IndexSettings) -> int:
    import psutil

    given = settings.memory_gib
    return int(psutil.virtual_memory().total if given is None else given * 2**30)
