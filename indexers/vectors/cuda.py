"""Exact search by torch: float16 on a device, a block at a time, the best scored anew on the host.

Below some tens of millions of rows a GPU reads all of them sooner than an index would be built.
"""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from indexers.errors import ConfigError
from indexers.schema import Rows, Vectors
from indexers.vectors.exact import Stored, search_exactly
from indexers.vectors.matrix import RowRange
from indexers.vectors.storage import check_search
from indexers.vectors.top import top_rows

if TYPE_CHECKING:
    import torch

BLOCK = 1 << 20  # rows scored at a time
SCORE_BYTES = 1 << 30  # of scores held at once
MARGIN = 32  # more candidates than wanted: float16 may change the order of near ones
UPLOAD = 1 << 16  # rows copied to the device at a time
DEVICES = ("auto", "cpu", "cuda")

log = logging.getLogger(__name__)


def cuda_bytes(wanted: str) -> int:
    """The memory of the CUDA device to use; 0 for the CPU.

    Args:
        wanted: "cpu", "cuda", or "auto" for CUDA where there is a device.

    Raises:
        ConfigError: CUDA was asked for and is not here, or there is no such device.
    """
    if wanted not in DEVICES:
        raise ConfigError(f"no device {wanted!r}; there are {', '.join(DEVICES)}")
    if wanted == "cpu":
        return 0
    import torch

    if not torch.cuda.is_available():
        if wanted == "cuda":
            raise ConfigError('[index] device = "cuda", but torch sees no CUDA device here: use "auto" or "cpu"')
        return 0
    return int(torch.cuda.get_device_properties(0).total_memory)


class CudaIndex:
    """Brute force on a torch device: the exact answer to float32, since candidates are scored anew from what is stored.

    A row may be missed where more than `MARGIN` others are nearer than float16 can tell.
    """

    kind = "exact"

    def __init__(self, vectors: Stored, device: "torch.device") -> None:
        """Copy [n_tracks, dim] to the device, in float16."""
        import torch

        self._vectors = vectors
        self._held = torch.empty(vectors.shape, dtype=torch.float16, device=device)
        for start in range(0, len(vectors), UPLOAD):
            block = np.asarray(vectors[start : start + UPLOAD], dtype=np.float16)
            self._held[start : start + len(block)] = torch.from_numpy(block).to(device)
        log.info("exact search of %d rows of %d dims on %s", *vectors.shape, device)

    @classmethod
    def open(cls, rows: RowRange, folder: Path) -> Self:  # noqa: ARG003
        """Copy the vectors to the first CUDA device."""
        import torch

        return cls(rows.mapped, torch.device("cuda", 0))

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return int(self._held.shape[1])

    @property
    def size(self) -> int:
        """How many rows it holds."""
        return int(self._held.shape[0])

    def search(self, queries: Vectors, k: int, *, allowed: Rows | None = None) -> tuple[Rows, Vectors]:
        """Find the k rows with the highest inner product; see `Index.search`."""
        check_search((self.size, self.dim), queries, k, allowed)
        n_allowed = self.size if allowed is None else len(allowed)
        k = min(k, n_allowed)
        if not k or not len(queries):
            return np.empty((len(queries), k), dtype=np.int64), np.empty((len(queries), k), dtype=np.float32)
        if k + MARGIN >= n_allowed:
            return search_exactly(queries, self._vectors, k, allowed)
        candidates = self._candidates(queries, min(k + MARGIN, n_allowed), allowed)
        return self._scored_anew(queries, candidates, k)

    def _candidates(self, queries: Vectors, depth: int, allowed: Rows | None) -> Rows:
        """The rows with the highest products in float16, [n_queries, depth], in the order of rows."""
        import torch

        device = self._held.device
        among = None if allowed is None else torch.from_numpy(allowed).to(device)
        asked = torch.from_numpy(np.ascontiguousarray(queries, dtype=np.float16)).to(device)
        step = max(1, SCORE_BYTES // (2 * BLOCK))
        parts = [self._best(asked[at : at + step], depth, among) for at in range(0, len(asked), step)]
        return np.sort(torch.cat(parts).cpu().numpy(), axis=1)

    def _best(self, asked: "torch.Tensor", depth: int, among: "torch.Tensor | None") -> "torch.Tensor":
        import torch

        size = self.size if among is None else len(among)
        best: torch.Tensor | None = None
        rows: torch.Tensor | None = None
        for start in range(0, size, BLOCK):
            stop = min(size, start + BLOCK)
            held = self._held[start:stop] if among is None else self._held[among[start:stop]]
            scores, places = torch.topk(asked @ held.T, min(depth, stop - start), dim=1)
            found = places + start if among is None else among[start:stop][places]
            if best is not None and rows is not None:
                scores, found = torch.cat([best, scores], dim=1), torch.cat([rows, found], dim=1)
            best, order = torch.topk(scores, min(depth, scores.shape[1]), dim=1)
            rows = torch.gather(found, 1, order)
        assert rows is not None  # noqa: S101 - there is at least one block
        return rows

    def _scored_anew(self, queries: Vectors, candidates: Rows, k: int) -> tuple[Rows, Vectors]:
        rows = np.empty((len(queries), k), dtype=np.int64)
        scores = np.empty((len(queries), k), dtype=np.float32)
        for number, (query, near) in enumerate(zip(queries, candidates, strict=True)):
            products = np.asarray(self._vectors[near], dtype=np.float32) @ query
            best = top_rows(products, k)
            rows[number], scores[number] = near[best], products[best]
        return rows, scores
