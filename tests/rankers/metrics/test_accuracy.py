"""Accuracy metrics by hand counts, and by an independent implementation where one defines the same thing."""

from math import log2

import ir_measures
import numpy as np
import pytest
from ir_measures import RR, R, Rprec, nDCG

from indexers.errors import InputError, ShapeError
from indexers.schema import Rows
from rankers.metrics.accuracy.clicks import clicks
from rankers.metrics.accuracy.ndcg import ndcg
from rankers.metrics.accuracy.r_precision import r_precision
from rankers.metrics.accuracy.r_precision_artist import r_precision_artist
from rankers.metrics.accuracy.recall import recall
from rankers.metrics.accuracy.reciprocal_rank import reciprocal_rank


def rows(*numbers: int) -> Rows:
    return np.array(numbers, dtype=np.int64)


RANKING = rows(7, 3, 9, 1, 4, 8)
RELEVANT = rows(3, 4, 5)  # hit at ranks 2 and 5; 5 is never recommended


def test_r_precision_is_the_hand_count() -> None:
    assert r_precision(RANKING, RELEVANT, 3) == pytest.approx(1 / 3)  # 3 within 7 3 9
    assert r_precision(RANKING, RELEVANT, 5) == pytest.approx(2 / 5)  # two unknown ones: five positions, over five
    assert r_precision(rows(3), RELEVANT, 3) == pytest.approx(1 / 3)  # a short list is no excuse
    assert r_precision(rows(5, 4, 3), RELEVANT, 3) == 1.0


def test_the_artist_bonus_counts_once_per_artist_within_the_first_g() -> None:
    artist_of = rows(0, 0, 0, 10, 11, 12, 0, 11, 12, 13)  # of tracks 0 to 9
    artists = {10, 11, 12}
    # Top 3 is 7 3 9, by 11 10 13: one track, and artists 10 (of the hit itself) and 11
    assert r_precision_artist(RANKING, RELEVANT, 3, artists, artist_of) == pytest.approx((1 + 0.25 * 2) / 3)
    # 8 by artist 12 is beyond the top 3: a variant that looks at all positions would count three
    assert r_precision_artist(rows(7, 9, 0, 8), RELEVANT, 3, artists, artist_of) == pytest.approx(0.25 / 3)
    twice_one_artist = rows(0, 1, 2)
    assert r_precision_artist(twice_one_artist, RELEVANT, 3, {0}, artist_of) == pytest.approx(0.25 / 3)
    assert r_precision_artist(rows(3, 4, 5), RELEVANT, 3, artists, artist_of) == pytest.approx(1 + 0.25)


def test_the_artist_of_an_unknown_track_counts() -> None:
    artist_of = rows(5, 6)
    assert r_precision_artist(rows(1, 0), rows(), 2, {6}, artist_of) == pytest.approx(0.25 / 2)


def test_ndcg_is_the_hand_count() -> None:
    ideal = 1 + 1 / log2(3) + 1 / log2(4)
    assert ndcg(RANKING, RELEVANT, 3, 500) == pytest.approx((1 / log2(3) + 1 / log2(6)) / ideal)
    assert ndcg(RANKING, RELEVANT, 3, 2) == pytest.approx((1 / log2(3)) / (1 + 1 / log2(3)))  # ideal of min(|G|, k)
    assert ndcg(RANKING, RELEVANT, 4, 500) == pytest.approx((1 / log2(3) + 1 / log2(6)) / (ideal + 1 / log2(5)))
    assert ndcg(rows(4, 5, 3), RELEVANT, 3, 500) == pytest.approx(1.0)


def test_recall_divides_by_all_that_was_held_out() -> None:
    assert recall(RANKING, RELEVANT, 3, 100) == pytest.approx(2 / 3)
    assert recall(RANKING, RELEVANT, 3, 4) == pytest.approx(1 / 3)
    assert recall(RANKING, RELEVANT, 8, 2) == pytest.approx(1 / 8)  # not over min(|G|, k)


@pytest.mark.parametrize(("first_hit", "expected"), [(1, 0), (10, 0), (11, 1), (20, 1), (21, 2), (500, 49), (501, 51)])
def test_clicks_are_pages_of_ten(first_hit: int, expected: int) -> None:
    ranking = np.arange(1, 601, dtype=np.int64)
    ranking[first_hit - 1] = 0
    assert clicks(ranking, rows(0), 1) == expected


def test_reciprocal_rank_is_the_hand_count() -> None:
    assert reciprocal_rank(RANKING, RELEVANT, 3) == pytest.approx(1 / 2)
    assert reciprocal_rank(RANKING, rows(5), 1) == 0.0
    assert reciprocal_rank(rows(5, 1), rows(1, 5), 2) == 1.0


@pytest.mark.parametrize("ranking", [rows(), rows(7, 9)])
def test_nothing_found_is_a_miss(ranking: Rows) -> None:
    artist_of = np.arange(10, dtype=np.int64)
    assert r_precision(ranking, RELEVANT, 3) == 0.0
    assert r_precision_artist(ranking, RELEVANT, 3, {3, 4, 5}, artist_of) == 0.0
    assert ndcg(ranking, RELEVANT, 3, 500) == 0.0
    assert recall(ranking, RELEVANT, 3, 100) == 0.0
    assert clicks(ranking, RELEVANT, 3) == 51.0
    assert reciprocal_rank(ranking, RELEVANT, 3) == 0.0


def test_unknown_held_out_tracks_alone_are_a_miss() -> None:
    assert r_precision(RANKING, rows(), 4) == 0.0
    assert clicks(RANKING, rows(), 4) == 51.0


def test_bad_input_is_refused() -> None:
    with pytest.raises(InputError, match="n_relevant = 0: nothing was held out"):
        r_precision(RANKING, rows(), 0)
    with pytest.raises(ShapeError, match="below the 3 known held-out tracks"):
        recall(RANKING, RELEVANT, 2, 10)
    with pytest.raises(ShapeError, match="row 7 occurs twice in the ranking"):
        ndcg(rows(7, 3, 7), RELEVANT, 3, 10)
    with pytest.raises(ShapeError, match="row 4 occurs twice in the held-out tracks"):
        clicks(RANKING, rows(4, 4), 2)
    with pytest.raises(ShapeError, match="2 dimensions"):
        reciprocal_rank(RANKING[None], RELEVANT, 3)
    with pytest.raises(InputError, match="k = 0"):
        ndcg(RANKING, RELEVANT, 3, 0)
    with pytest.raises(InputError, match="k = -1"):
        recall(RANKING, RELEVANT, 3, -1)


def _random_run(n_queries: int, rng: np.random.Generator) -> list[tuple[Rows, Rows]]:
    """Rankings of up to 500 of 900 tracks with 1 to 150 held out, some of them empty or without a hit."""
    return [
        (rng.permutation(900)[: rng.integers(0, 501)], rng.permutation(900)[: rng.integers(1, 151)])
        for _ in range(n_queries)
    ]


def test_an_independent_implementation_agrees() -> None:
    run = _random_run(60, np.random.default_rng(5))
    qrels = {str(q): dict.fromkeys(map(str, relevant), 1) for q, (_, relevant) in enumerate(run)}
    scores = {
        str(q): {str(row): float(len(ranking) - place) for place, row in enumerate(ranking)}
        for q, (ranking, _) in enumerate(run)
    }
    ours = {
        nDCG @ 500: lambda ranking, relevant: ndcg(ranking, relevant, len(relevant), 500),
        Rprec: lambda ranking, relevant: r_precision(ranking, relevant, len(relevant)),
        R @ 100: lambda ranking, relevant: recall(ranking, relevant, len(relevant), 100),
        RR: lambda ranking, relevant: reciprocal_rank(ranking, relevant, len(relevant)),
    }
    compared = 0
    for found in ir_measures.iter_calc(list(ours), qrels, scores):
        assert ours[found.measure](*run[int(found.query_id)]) == pytest.approx(found.value, abs=1e-9)
        compared += 1
    assert compared == 60 * len(ours)
