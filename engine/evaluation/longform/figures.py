"""What was found: recalls and median ranks both ways, and how sure the differences are, by tunes drawn again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.evaluation.probes.intervals import Resampling, mean_draws
from indexers.schema import Rows, Vectors

DEPTHS = (1, 5, 10)
WAYS = ("text to track", "track to text")
LEVEL = (2.5, 97.5)  # percentiles of the draws

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ranks:
    """The rank from 1 of what belongs together; ties count against it.

    `tracks` [n_texts] is that of each text's track; `texts` that of the best text of each track that has any.
    """

    tracks: Rows
    texts: Rows

    def of(self, way: str) -> Rows:
        """Those of one of `WAYS`."""
        return self.tracks if way == WAYS[0] else self.texts


def ranks_in(scores: Vectors, own: Rows) -> Ranks:
    """Rank both ways in scores [n_texts, n_tracks], where text t is about track own[t]."""
    right = scores[np.arange(len(own)), own]
    others = np.ones_like(scores, dtype=np.bool_)
    others[np.arange(len(own)), own] = False
    tracks = 1 + ((scores >= right[:, None]) & others).sum(axis=1)
    known = np.unique(own).tolist()
    texts = [1 + int((scores[own != row, row] >= right[own == row].max()).sum()) for row in known]
    return Ranks(tracks.astype(np.int64), np.array(texts, dtype=np.int64))


def found_in(ranks: Ranks, way: str, resampling: Resampling) -> dict[str, Any]:
    """Recalls (hits over all queries), each with its interval, and the median rank."""
    own = ranks.of(way)
    found: dict[str, Any] = {}
    for depth in DEPTHS:
        hits = (own <= depth).astype(np.float64)
        found[f"recall@{depth}"] = _with_interval(float(hits.mean()), mean_draws(hits, resampling))
    return {**found, "median rank": float(np.median(own))}


def gained(fused: Ranks, pooled: Ranks, way: str, resampling: Resampling) -> dict[str, Any]:
    """By how much one way of scoring finds more than another: differences of recall, and those over the other's.

    The same draws of tunes serve both.
    """
    found: dict[str, Any] = {}
    for depth in DEPTHS:
        hits, less = ((ranks.of(way) <= depth).astype(np.float64) for ranks in (fused, pooled))
        draws, less_draws = mean_draws(hits, resampling), mean_draws(less, resampling)
        relative = float(hits.mean() / max(less.mean(), 1e-9) - 1.0)
        found[f"recall@{depth}"] = _with_interval(float(hits.mean() - less.mean()), draws - less_draws)
        found[f"recall@{depth}, relative"] = _with_interval(relative, draws / np.maximum(less_draws, 1e-9) - 1.0)
    return found


def strongest(variants: Mapping[str, Ranks], ways: Sequence[str]) -> str:
    """The variant with the most found among ten, all ways together; the first of equals."""
    return max(variants, key=lambda name: sum(float((variants[name].of(way) <= DEPTHS[-1]).mean()) for way in ways))


def _with_interval(value: float, draws: Numbers) -> list[float]:
    low, high = np.percentile(draws, LEVEL)
    return [round(float(number), 4) for number in (value, low, high)]
