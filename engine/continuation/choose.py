"""From scores of the whole library to a list: no seeds, each recording once, no artist too often, some variety."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from engine.config import ContinuationSettings
from indexers.schema import Rows, Vectors
from indexers.vectors.top import top_rows
from rankers.caps import within_cap
from rankers.fusion import Pool, Shares
from rankers.groups import Groups, best_of_each
from rankers.mmr import diversify

AHEAD = 2  # MMR looks at this many times k
DEEP = 10  # times k: how far down the artist cap looks for others
LEAST_DEEP = 200
DEVOTED = 4  # an artist of one seed in so many, and of two at least, is what the playlist is about


def best_recordings(pool: Pool, excluded: Rows, groups: Groups, k: int) -> Pool:
    """The best tracks, one of each recording, deep enough that a list of k can be chosen from them.

    Args:
        pool: All tracks in row order.
        excluded: Rows that must not come, such as the seeds; their duplicates do not come either.
        groups: Which rows are one recording.
        k: At least 1.
    """
    scores = pool.scores.astype(np.float32)
    excluded = groups.members(excluded)
    scores[excluded] = -np.inf
    depth, n_left = max(LEAST_DEEP, DEEP * k), len(scores) - len(excluded)
    found = _distinct(top_rows(scores, min(2 * depth, n_left)), groups)
    if len(found) < depth:  # many duplicates
        found = _distinct(top_rows(scores, n_left), groups)
    return pool.take(found[:depth])


def _distinct(order: Rows, groups: Groups) -> Rows:
    return order[best_of_each(groups.of(order))]


def choose(
    pool: Pool, artists: Sequence[str | None], vectors: Vectors, k: int, settings: ContinuationSettings, free: set[str]
) -> Rows:
    """Choose up to k positions of a pool and their order.

    Args:
        pool: Distinct recordings, best first.
        artists: The artist of each, None where unknown.
        vectors: [n_candidates, dim], their music vectors.
        k: How many are wanted; those beyond the artist cap fill up a list that would fall short.
        settings: MMR's balance and the artist cap.
        free: Artists, folded by case, that are not capped.
    """
    held = [None if artist is not None and artist.casefold() in free else artist for artist in artists]
    kept, beyond = within_cap(held, settings.artist_cap)
    near = kept[: AHEAD * k]
    order = diversify(_as_cosines(pool.scores[near]), vectors[near], k, balance=settings.relevance)
    return np.concatenate([near[order], beyond])[:k]


def devoted_to(artists: Sequence[str]) -> set[str]:
    """The artists, folded by case, that a playlist is about: each holds a quarter of its seeds or more, and two."""
    played = Counter(artist.casefold() for artist in artists if artist.strip())
    return {artist for artist, n in played.items() if n >= max(2, len(artists) / DEVOTED)}


def _as_cosines(scores: Shares) -> Shares:
    """Scores, best first, on the scale that MMR asks for: the best is 1, the last 0."""
    span = float(scores[0] - scores[-1]) if len(scores) else 0.0
    return (scores - scores[-1]) / span if span > 0 else np.ones(len(scores))
