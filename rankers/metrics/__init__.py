"""Ranking metrics: what one query's ranking is worth (`accuracy`), and what a whole run does beside that (`beyond`).

Each metric is one pure function over rows; `measure` takes all accuracy metrics of a run, `describe` the others. How
alike two rankings of one query are is told by `agreement`.
"""

from collections.abc import Sequence

import numpy as np

from indexers.errors import ShapeError
from indexers.schema import Rows
from rankers.metrics.accuracy import clicks, ndcg, r_precision, r_precision_artist, recall, reciprocal_rank
from rankers.metrics.beyond.artist_diversity import artist_diversity
from rankers.metrics.beyond.coverage import coverage
from rankers.metrics.beyond.gini import gini
from rankers.metrics.beyond.novelty import novelty
from rankers.metrics.hits import Figures, hits_of
from rankers.metrics.truth import Truth

METRICS = ("r_precision", "r_precision_artist", "ndcg_500", "recall_100", "clicks", "mrr")
LOWER_IS_BETTER = frozenset({"clicks"})
NDCG_DEPTH = 500
RECALL_DEPTH = 100

__all__ = ["LOWER_IS_BETTER", "METRICS", "Figures", "Truth", "describe", "measure"]


def measure(rankings: Sequence[Rows], truths: Sequence[Truth], artist_of: Rows) -> dict[str, Figures]:
    """Measure a run query by query.

    Args:
        rankings: One per query: distinct rows, best first, without the seeds; an empty one is a miss.
        truths: One per query, in the same order.
        artist_of: [n_tracks], the artist's number of every known track.

    Returns:
        Metric to [n_queries], for every name in METRICS; `mrr` holds reciprocal ranks, whose mean is the MRR.

    Raises:
        ShapeError: the two differ in length, a row occurs twice or does not exist, or a truth contradicts itself.
        InputError: a truth has nothing held out.
    """
    if len(rankings) != len(truths):
        raise ShapeError(f"{len(rankings)} rankings do not answer {len(truths)} queries; give one for each")
    exposure_of(rankings, len(artist_of))
    rows = [_measure_one(ranking, truth, artist_of) for ranking, truth in zip(rankings, truths, strict=True)]
    table = np.array(rows, dtype=np.float64).reshape(len(rows), len(METRICS))
    return {metric: table[:, column] for column, metric in enumerate(METRICS)}


def _measure_one(ranking: Rows, truth: Truth, artist_of: Rows) -> tuple[float, ...]:
    n_relevant = truth.n_relevant
    hits = hits_of(ranking, truth.relevant, n_relevant)  # once for all metrics: most of the time goes here
    return (
        r_precision.of_hits(hits, n_relevant),
        r_precision_artist.of_hits(hits, n_relevant, truth.artists, artist_of[ranking[:n_relevant]]),
        ndcg.of_hits(hits, n_relevant, NDCG_DEPTH),
        recall.of_hits(hits, n_relevant, RECALL_DEPTH),
        clicks.of_hits(hits),
        reciprocal_rank.of_hits(hits),
    )


def describe(rankings: Sequence[Rows], counts: Rows, n_playlists: int, artist_of: Rows) -> dict[str, float]:
    """Describe a run as a whole: `coverage`, `gini`, `novelty` and `artist_diversity`.

    Args:
        rankings: One per query: distinct rows, best first.
        counts: [n_tracks], how many training playlists hold each track.
        n_playlists: How many training playlists there are.
        artist_of: [n_tracks], the artist's number of every known track.

    Returns:
        Name to value; `artist_diversity` is the mean over the rankings that hold a track. Where none does, only
        `coverage` (0) is defined and there.

    Raises:
        ShapeError: sizes differ, a row does not exist, or there is no track.
    """
    exposure = exposure_of(rankings, len(artist_of))
    found = {"coverage": coverage(exposure)}
    if not exposure.any():
        return found
    varied = [artist_diversity(ranking, artist_of) for ranking in rankings if len(ranking)]
    return {
        **found,
        "gini": gini(exposure),
        "novelty": novelty(exposure, counts, n_playlists),
        "artist_diversity": float(np.mean(varied)),
    }


def exposure_of(rankings: Sequence[Rows], n_tracks: int) -> Rows:
    """Count how many rankings hold each track, [n_tracks].

    Raises:
        ShapeError: a row is not one of the n_tracks.
    """
    flat = np.concatenate([np.empty(0, dtype=np.int64), *rankings])
    if len(flat) and not 0 <= flat.min() <= flat.max() < n_tracks:
        raise ShapeError(f"rankings hold rows {flat.min()} to {flat.max()}; there are {n_tracks} tracks, from 0")
    return np.bincount(flat, minlength=n_tracks).astype(np.int64)
