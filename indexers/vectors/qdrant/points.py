"""What both kinds of Qdrant index share: rows are points, Qdrant proposes them, stored vectors score them anew.

A filter is a set of rows that was decided before. A small set is scored exactly. For a large one Qdrant is told the
condition it came from, where that can be told; else so many rows are looked at that enough of them are allowed, or all
allowed ones are scored where that is quicker. What comes back is always held against the set, and what falls short is
found exactly.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from indexers.catalog.conditions import Condition, condition_of
from indexers.schema import Bools, Rows, Vectors
from indexers.vectors.exact import nearest, search_exactly
from indexers.vectors.matrix import RowRange
from indexers.vectors.qdrant.filters import can_tell
from indexers.vectors.qdrant.overlay import Overlay
from indexers.vectors.storage import check_rows, check_search, check_update
from indexers.vectors.top import top_rows

M, EF_CONSTRUCT = 16, 100  # of the graph: links of a row, and how far the best are looked for when it is linked
SCAN_ROWS = 2_000  # allowed, up to which scoring them all is quicker than asking
MARGIN = 16  # more candidates than wanted: what Qdrant keeps is less precise than what is stored
REACH = 4  # times as many rows looked at as should hold k allowed ones
LOOK_ROWS = 20  # allowed rows that are scored in the time that looking at one takes
WINDOW = 256  # queries asked at once


class PointIndex(ABC):
    """Rows as points; `effort` is hnsw_ef, how many near points are kept in sight while the graph is walked."""

    kind: ClassVar[str]
    efforts = (32, 64, 128, 256, 512)
    usual_effort = 128

    def __init__(self, rows: RowRange, effort: int = usual_effort) -> None:
        self._rows = rows
        self._overlay = Overlay(rows)
        self.effort = effort
        self._counted: dict[Condition, int | None] = {}

    @abstractmethod
    def _near(self, queries: Vectors, depth: int, condition: Condition | None) -> list[Rows]:
        """For each query at most `depth` points, nearest first, for which the condition is true."""

    @abstractmethod
    def _count(self, condition: Condition) -> int:
        """For how many points a condition is true."""

    @abstractmethod
    def _put(self, rows: Rows, vectors: Vectors, known: Bools) -> None:
        """Send vectors; points that are `known` keep their fields, the others have none."""

    @abstractmethod
    def _drop(self, rows: Rows) -> None:
        """Take points out."""

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return self._rows.shape[1]

    @property
    def size(self) -> int:
        """How many rows there ever were, those taken out included."""
        return self._overlay.size

    def upsert(self, rows: Rows, vectors: Vectors) -> None:
        """Put vectors in place of those of some rows, or behind all others; see `Updatable.upsert`."""
        check_update((self.size, self.dim), rows, vectors)
        if len(rows):
            self._put(rows, vectors, self._overlay.holds(rows))
            self._overlay.upsert(rows, vectors)
            self._counted.clear()

    def delete(self, rows: Rows) -> None:
        """Take rows out; see `Updatable.delete`."""
        check_rows(self.size, rows)
        if len(rows):
            self._drop(rows)
            self._overlay.delete(rows)
            self._counted.clear()

    def search(self, queries: Vectors, k: int, *, allowed: Rows | None = None) -> tuple[Rows, Vectors]:
        """Find k rows with the highest inner product, nearly always the highest; see `Index.search`."""
        check_search((self.size, self.dim), queries, k, allowed)
        among = self._overlay.among(allowed)
        n_among = self._overlay.n_alive if among is None else len(among)
        k = min(k, n_among)
        if k == 0 or not len(queries):
            return np.empty((len(queries), k), dtype=np.int64), np.empty((len(queries), k), dtype=np.float32)
        if n_among <= max(k, SCAN_ROWS if among is not None else 0):
            return self._exactly(queries, k, among)
        condition = condition_of(allowed)
        if condition is not None and self._told(condition) == n_among:
            return self._looked_at(queries, k, among, (k + MARGIN, condition))
        share = 1.0 if among is None else n_among / (REACH * self.size)
        depth = math.ceil(k / share) + MARGIN
        if among is not None and depth * LOOK_ROWS > n_among:
            return self._exactly(queries, k, among)
        return self._looked_at(queries, k, among, (depth, None))

    def _told(self, condition: Condition) -> int | None:
        """For how many points a condition is true, asked once; None where it cannot be asked for."""
        if condition not in self._counted:
            self._counted[condition] = self._count(condition) if can_tell(condition) else None
        return self._counted[condition]

    def _looked_at(
        self, queries: Vectors, k: int, among: Rows | None, ask: tuple[int, Condition | None]
    ) -> tuple[Rows, Vectors]:
        """The k best of what Qdrant proposes; all of those allowed where it proposes fewer allowed ones than k."""
        rows = np.empty((len(queries), k), dtype=np.int64)
        scores = np.empty((len(queries), k), dtype=np.float32)
        mask = None if among is None else _mask(among, self.size)
        for start in range(0, len(queries), WINDOW):
            window = queries[start : start + WINDOW]
            for number, (query, near) in enumerate(zip(window, self._near(window, *ask), strict=True), start):
                there = near[self._overlay.holds(near)]  # others may have changed a server's collection since
                kept = np.sort(there if mask is None else there[mask[there]])
                if len(kept) < k:
                    found = self._exactly(query[np.newaxis], k, among)
                    rows[number], scores[number] = found[0][0], found[1][0]
                    continue
                products = self._overlay.take(kept) @ np.asarray(query, dtype=np.float32)
                best = top_rows(products, k)
                rows[number], scores[number] = kept[best], products[best]
        return rows, scores

    def _exactly(self, queries: Vectors, k: int, among: Rows | None) -> tuple[Rows, Vectors]:
        if self._overlay.untouched:
            return search_exactly(queries, self._rows.mapped, k, among)
        held = np.flatnonzero(self._overlay.alive).astype(np.int64) if among is None else np.asarray(among)
        places, scores = nearest(queries, self._overlay.take(held), k)
        return held[places], scores


def points_of(found: Sequence[Sequence[int]]) -> list[Rows]:
    """Lists of points as rows, one array for each query."""
    return [np.asarray(points, dtype=np.int64) for points in found]


def _mask(rows: Rows, size: int) -> Bools:
    mask = np.zeros(size, dtype=bool)
    mask[rows] = True
    return mask
