"""How much of the exact answer an index finds, and how much effort that takes."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from indexers.base import Adjustable, Index
from indexers.schema import Vectors
from indexers.vectors.exact import Stored, nearest

DEPTH = 10  # of the lists compared
QUERIES = 1000  # at most, for an index that may miss
QUERIES_EXACT = 64  # for one that is exact by design: only its code is checked
SPREADS = (0.1, 0.5, 1.0)  # length of the noise that moves a track to a query, in turn, as a share of the track's
SEED = 11
TOLERANCE = 1e-4  # of the exact tenth score: equal tracks stand for each other


@dataclass(frozen=True, slots=True)
class Measured:
    """The share of the exact top 10 that was found over `queries` queries, at the effort the index was left with.

    `effort` is None where the kind knows none.
    """

    recall: float
    queries: int
    effort: int | None

    def as_json(self) -> dict[str, Any]:
        """What the manifest of a generation says of it."""
        effort = {} if self.effort is None else {"effort": self.effort}
        return {"recall": round(self.recall, 4), "recall_queries": self.queries, **effort}


def held_out(vectors: Stored, n_queries: int) -> Vectors:
    """Move tracks by noise of a tenth, a half and all of their length in turn, [min(n_queries, n_tracks), dim].

    No index has seen them. The first are like other recordings, the last as far away as texts. The same vectors give
    the same queries.
    """
    rng = np.random.default_rng(SEED)
    rows = np.sort(rng.choice(len(vectors), min(n_queries, len(vectors)), replace=False))
    chosen = np.asarray(vectors[rows], dtype=np.float32)
    noise = rng.normal(size=chosen.shape)
    lengths = np.linalg.norm(chosen, axis=1, keepdims=True) / np.linalg.norm(noise, axis=1, keepdims=True)
    spreads = np.resize(SPREADS, (len(chosen), 1))
    moved: Vectors = (chosen + spreads * lengths * noise).astype(np.float32)
    return moved


def tune(index: Index, vectors: Stored, floor: float) -> Measured:
    """Measure recall of the exact top 10, and raise the effort from the usual one until it reaches a floor.

    A row counts as found where its score reaches the exact tenth, since tracks of equal score may stand for each other.

    Args:
        index: Over `vectors`; where it is `Adjustable` its effort is left at the least that reaches the floor, or at
            the most there is.
        vectors: [n_tracks, dim], at least one row.
        floor: The share of the exact top 10 that is wanted.
    """
    ladder = _ladder(index)
    queries = held_out(vectors, QUERIES if ladder else QUERIES_EXACT)
    _, exact = nearest(queries, vectors, DEPTH)
    if not isinstance(index, Adjustable) or not ladder:
        return Measured(recall(index, queries, exact), len(queries), None)
    for effort in ladder:
        index.effort = effort
        found = recall(index, queries, exact)
        if found >= floor:
            break
    return Measured(found, len(queries), index.effort)


def recall(index: Index, queries: Vectors, exact: Vectors) -> float:
    """The share of scores that reach the exact last one of their query, given the exact scores [n_queries, depth]."""
    _, scores = index.search(queries, exact.shape[1])
    tolerance = TOLERANCE * np.maximum(1.0, np.abs(exact[:, -1:]))
    return float((scores >= exact[:, -1:] - tolerance).mean())


def _ladder(index: Index) -> tuple[int, ...]:
    if not isinstance(index, Adjustable):
        return ()
    return tuple(effort for effort in index.efforts if effort >= index.usual_effort)
