"""A whole run measured and described, against its parts."""

import numpy as np
import pytest

from indexers.errors import InputError, ShapeError
from indexers.schema import Rows
from rankers.metrics import METRICS, Truth, describe, measure
from rankers.metrics.accuracy.clicks import clicks
from rankers.metrics.accuracy.ndcg import ndcg
from rankers.metrics.accuracy.r_precision import r_precision
from rankers.metrics.accuracy.r_precision_artist import r_precision_artist
from rankers.metrics.accuracy.recall import recall
from rankers.metrics.accuracy.reciprocal_rank import reciprocal_rank


def rows(*numbers: int) -> Rows:
    return np.array(numbers, dtype=np.int64)


def test_a_run_is_measured_as_its_rankings_are_one_by_one() -> None:
    rng = np.random.default_rng(11)
    artist_of = rng.integers(0, 90, size=700)
    rankings, truths = [], []
    for _ in range(25):
        held_out = rng.permutation(700)[: rng.integers(1, 60)]
        artists = frozenset(artist_of[held_out].tolist())
        rankings.append(rng.permutation(700)[: rng.integers(0, 501)])
        truths.append(Truth(held_out, len(held_out) + int(rng.integers(0, 9)), artists))
    found = measure(rankings, truths, artist_of)
    assert tuple(found) == METRICS
    for query, (ranking, truth) in enumerate(zip(rankings, truths, strict=True)):
        held_out = (truth.relevant, truth.n_relevant)
        assert found["r_precision"][query] == r_precision(ranking, *held_out)
        assert found["r_precision_artist"][query] == r_precision_artist(ranking, *held_out, truth.artists, artist_of)
        assert found["ndcg_500"][query] == ndcg(ranking, *held_out, 500)
        assert found["recall_100"][query] == recall(ranking, *held_out, 100)
        assert found["clicks"][query] == clicks(ranking, *held_out)
        assert found["mrr"][query] == reciprocal_rank(ranking, *held_out)


def test_an_empty_answer_is_a_miss_and_no_query_gives_no_figures() -> None:
    found = measure([rows()], [Truth(rows(1), 1)], rows(0, 1))
    assert {metric: values.tolist() for metric, values in found.items()} == {
        **{metric: [0.0] for metric in METRICS},
        "clicks": [51.0],
    }
    assert [len(values) for values in measure([], [], rows(0)).values()] == [0] * len(METRICS)


def test_a_run_is_described_as_the_hand_count() -> None:
    counts = rows(8, 4, 2, 1)  # of 16: 1, 2, 3 and 4 bits
    found = describe([rows(0, 1), rows(0, 2), rows()], counts, 16, rows(5, 5, 6, 7))
    assert found["coverage"] == pytest.approx(3 / 4)
    assert found["novelty"] == pytest.approx((1 + 2 + 1 + 3) / 4)
    assert found["gini"] == pytest.approx((-1 * 1 + 1 * 1 + 3 * 2) / (4 * 4))  # exposure 0 1 1 2
    assert found["artist_diversity"] == pytest.approx((1 / 2 + 2 / 2) / 2)  # the empty ranking is left out


def test_a_run_that_answered_nothing_has_no_more_than_its_coverage() -> None:
    assert describe([rows(), rows()], rows(1, 1), 2, rows(0, 1)) == {"coverage": 0.0}


def test_runs_that_do_not_fit_are_refused() -> None:
    truth = Truth(rows(1), 1)
    with pytest.raises(ShapeError, match="1 rankings do not answer 2 queries"):
        measure([rows(0)], [truth, truth], rows(0, 1))
    with pytest.raises(ShapeError, match="rows 1 to 2; there are 2 tracks"):
        measure([rows(1, 2)], [truth], rows(0, 1))
    with pytest.raises(ShapeError, match="rows -1 to 1"):
        describe([rows(1, -1)], rows(1, 1), 2, rows(0, 1))
    with pytest.raises(InputError, match="nothing was held out"):
        measure([rows(1)], [Truth(rows(), 0)], rows(0, 1))
