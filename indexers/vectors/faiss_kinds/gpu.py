"""FAISS kinds on a GPU, where `faiss-gpu` takes the place of `faiss-cpu`."""

import logging
from typing import TYPE_CHECKING, Any

import numpy as np

from indexers.errors import ConfigError
from indexers.schema import Rows, Vectors
from indexers.vectors.exact import search_exactly
from indexers.vectors.faiss_kinds.native import faiss
from indexers.vectors.storage import check_search

if TYPE_CHECKING:
    from indexers.vectors.faiss_kinds.flat import FlatIndex
    from indexers.vectors.faiss_kinds.ivf import IvfIndex

MOST = 2048  # candidates that FAISS's GPU kernels give for one query

log = logging.getLogger(__name__)


def gpu_resources() -> Any:
    """FAISS's resources on the first GPU.

    Raises:
        ConfigError: this FAISS has no GPU support, or sees no GPU.
    """
    native = faiss()
    if not hasattr(native, "StandardGpuResources"):
        raise ConfigError(
            "this FAISS is built for the CPU alone: pip uninstall faiss-cpu, then pip install 'segue[gpu]'; "
            'or set device = "cpu" in [index] of segue.toml'
        )
    if native.get_num_gpus() < 1:
        raise ConfigError('FAISS sees no GPU here: set device = "cpu" in [index] of segue.toml')
    return native.StandardGpuResources()


class GpuIndex:
    """A Flat or inverted-file index whose first look is on a GPU; the best candidates are scored anew on the host.

    Filtered searches and lists longer than the kernels give are answered by the index on the host.
    """

    def __init__(self, host: "FlatIndex | IvfIndex") -> None:
        """Copy an index to the first GPU.

        Raises:
            ConfigError: there is none that FAISS can use.
        """
        self._resources = gpu_resources()
        self._host = host
        self._device = faiss().index_cpu_to_gpu(self._resources, 0, host.native)
        log.info("index of kind %s, %d rows, on GPU 0 by FAISS", host.kind, host.size)

    @property
    def kind(self) -> str:
        """The kind of the index on the host."""
        return self._host.kind

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return self._host.dim

    @property
    def size(self) -> int:
        """How many rows it holds."""
        return self._host.size

    @property
    def efforts(self) -> tuple[int, ...]:
        """What `effort` may be; nothing for brute force."""
        return getattr(self._host, "efforts", ())

    @property
    def usual_effort(self) -> int:
        """What `effort` is unless more is needed."""
        return getattr(self._host, "usual_effort", 0)

    @property
    def effort(self) -> int:
        """Lists looked through."""
        return getattr(self._host, "effort", 0)

    @effort.setter
    def effort(self, effort: int) -> None:
        if self.efforts:
            self._host.effort = effort  # type: ignore[union-attr] # brute force has no efforts

    def search(self, queries: Vectors, k: int, *, allowed: Rows | None = None) -> tuple[Rows, Vectors]:
        """Find the k rows with the highest inner product; see `Index.search`."""
        check_search((self.size, self.dim), queries, k, allowed)
        k = min(k, self.size)
        depth = self._host.depth(k)
        if allowed is not None or depth > MOST or not len(queries):
            return self._host.search(queries, k, allowed=allowed)
        parameters = faiss().SearchParametersIVF(nprobe=self.effort) if self.efforts else None
        if self.efforts and self._host.turned:
            parameters = faiss().SearchParametersPreTransform(index_params=parameters)
        asked = np.ascontiguousarray(queries, dtype=np.float32)
        _, found = self._device.search(asked, depth, params=parameters)
        return self._scored_anew(asked, found, k)

    def _scored_anew(self, queries: Vectors, found: Rows, k: int) -> tuple[Rows, Vectors]:
        rows = np.empty((len(queries), k), dtype=np.int64)
        scores = np.empty((len(queries), k), dtype=np.float32)
        for number, query in enumerate(queries):
            near = np.sort(found[number][found[number] >= 0])
            among = near if len(near) >= k else None  # too few in those lists: all are looked at
            best, products = search_exactly(query[np.newaxis], self._host.stored, k, among)
            rows[number], scores[number] = best[0], products[0]
        return rows, scores
