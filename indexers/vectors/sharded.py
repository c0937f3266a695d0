"""Several indexes over neighbouring rows, searched side by side and merged."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import cached_property

import numpy as np

from indexers.base import Adjustable, Index
from indexers.catalog.conditions import chosen_by, condition_of
from indexers.schema import Rows, Vectors
from indexers.vectors.exact import one_thread
from indexers.vectors.storage import check_search


def merge(found: Sequence[tuple[Rows, Vectors]], k: int) -> tuple[Rows, Vectors]:
    """Join the lists of several shards into one, best first.

    Args:
        found: Rows and scores, each [n_queries, k of the shard], in the order of the shards; rows are numbered across
            all of them.
        k: Wanted.

    Returns:
        Rows and scores, each [n_queries, at most k]; equal scores keep the order of the shards.
    """
    rows = np.concatenate([rows for rows, _ in found], axis=1)
    scores = np.concatenate([scores for _, scores in found], axis=1)
    order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(rows, order, axis=1), np.take_along_axis(scores, order, axis=1)


class ShardedIndex:
    """One index of several shards: shard s holds the rows after those of the shards before it."""

    def __init__(self, shards: Sequence[Index]) -> None:
        """Take at least one shard; all have the same kind and dim."""
        self.shards = tuple(shards)
        self.starts = np.concatenate([[0], np.cumsum([shard.size for shard in shards])]).astype(np.int64)

    @property
    def kind(self) -> str:
        """The kind of its shards."""
        return self.shards[0].kind

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return self.shards[0].dim

    @property
    def size(self) -> int:
        """How many rows all shards hold."""
        return int(self.starts[-1])

    @property
    def _adjustable(self) -> tuple[Adjustable, ...]:
        return tuple(shard for shard in self.shards if isinstance(shard, Adjustable))

    @property
    def efforts(self) -> tuple[int, ...]:
        """What the effort of its shards may be; nothing where they know none."""
        return self._adjustable[0].efforts if self._adjustable else ()

    @property
    def usual_effort(self) -> int:
        """The effort of its shards unless more is needed."""
        return self._adjustable[0].usual_effort if self._adjustable else 0

    @property
    def effort(self) -> int:
        """The effort of each of its shards."""
        return self._adjustable[0].effort if self._adjustable else 0

    @effort.setter
    def effort(self, effort: int) -> None:
        for shard in self._adjustable:
            shard.effort = effort

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(len(self.shards), thread_name_prefix="shard")

    def search(self, queries: Vectors, k: int, *, allowed: Rows | None = None) -> tuple[Rows, Vectors]:
        """Find the k rows with the highest inner product in all shards; see `Index.search`."""
        check_search((self.size, self.dim), queries, k, allowed)

        def of_shard(number: int) -> tuple[Rows, Vectors]:
            start, stop = self.starts[number : number + 2]
            among = None
            if allowed is not None:
                low, high = np.searchsorted(allowed, [start, stop])
                among = chosen_by(condition_of(allowed), allowed[low:high] - start)
            rows, scores = self.shards[number].search(queries, k, allowed=among)
            return rows + start, scores

        # here too: shards that limit threads side by side would otherwise restore one another's limit
        with one_thread() if len(queries) == 1 else nullcontext():
            return merge(list(self._pool.map(of_shard, range(len(self.shards)))), k)
