"""Fusion by hand counts."""

import numpy as np
import pytest

from indexers.errors import ConfigError
from rankers.fusion import best_possible, fuse


def rows(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.int64)


def test_scores_are_the_hand_count() -> None:
    pool = fuse({"taggram": rows(7, 3), "words": rows(3, 9)}, {"taggram": 1.0, "words": 2.0}, rrf_k=60)
    assert pool.rows.tolist() == [3, 9, 7]
    np.testing.assert_allclose(pool.scores, [1 / 62 + 2 / 61, 2 / 62, 1 / 61], rtol=1e-15)


def test_the_constant_matters() -> None:
    rankings = {"a": rows(1, 2, 3), "b": rows(9, 8, 3)}
    weights = {"a": 1.0, "b": 1.0}
    assert fuse(rankings, weights, rrf_k=1).rows[0] == 1  # 1/2 beats 1/4 + 1/4 by row order alone
    assert fuse(rankings, weights, rrf_k=60).rows[0] == 3


def test_contributions_sum_to_the_score() -> None:
    rng = np.random.default_rng(3)
    rankings = {arm: rng.permutation(50)[:20].astype(np.int64) for arm in ("a", "b", "c")}
    pool = fuse(rankings, {"a": 1.0, "b": 0.3, "c": 2.0}, rrf_k=60)
    assert len(pool.rows) == len(set(pool.rows.tolist()))
    for position in range(len(pool.rows)):
        shares = pool.share_of(position)
        assert sum(shares.values()) == pytest.approx(pool.scores[position], rel=1e-12)
        assert set(shares) == {arm for arm in rankings if pool.rows[position] in rankings[arm]}


def test_equal_scores_keep_row_order() -> None:
    pool = fuse({"a": rows(9), "b": rows(2)}, {"a": 1.0, "b": 1.0}, rrf_k=60)
    assert pool.rows.tolist() == [2, 9]


def test_an_arm_that_found_nothing_gives_nothing() -> None:
    pool = fuse({"a": rows(4), "b": rows()}, {"a": 1.0, "b": 1.0}, rrf_k=60)
    assert pool.share_of(0) == {"a": pytest.approx(1 / 61)}
    assert len(fuse({}, {}, rrf_k=60).rows) == 0


def test_bad_constants_are_refused() -> None:
    with pytest.raises(ConfigError, match="rrf_k = 0"):
        fuse({"a": rows(1)}, {"a": 1.0}, rrf_k=0)
    with pytest.raises(ConfigError, match="no weight for arm 'b'"):
        fuse({"b": rows(1)}, {"a": 1.0}, rrf_k=60)


def test_best_possible_is_the_score_of_a_track_that_is_first_everywhere() -> None:
    weights = {"a": 1.0, "b": 0.5}
    pool = fuse({"a": rows(5, 1), "b": rows(5, 2)}, weights, rrf_k=60)
    assert pool.scores[0] == pytest.approx(best_possible(weights, rrf_k=60))
