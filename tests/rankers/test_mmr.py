"""Diversity by a hand example."""

import numpy as np
import pytest

from indexers.errors import ConfigError, ShapeError
from rankers.mmr import diversify

# two near twins at 0 degrees (cosine 0.995) and one track at 90 degrees
VECTORS = np.array([[1, 0], [0.995, 0.0998749], [0, 1]], dtype=np.float32)
RELEVANCE = np.array([1.0, 0.9, 0.6])


def test_a_near_twin_waits() -> None:
    # second turn: 0.5·0.9 − 0.5·0.995 = −0.0475 against 0.5·0.6 − 0.5·0 = 0.3
    assert diversify(RELEVANCE, VECTORS, 3, balance=0.5).tolist() == [0, 2, 1]


def test_relevance_alone_keeps_the_order() -> None:
    assert diversify(RELEVANCE, VECTORS, 3, balance=1.0).tolist() == [0, 1, 2]


def test_the_turning_point_is_where_the_formula_says() -> None:
    # b·0.9 − (1 − b)·0.995 = b·0.6 − (1 − b)·0  at  b = 0.995 / 1.295 = 0.7683
    assert diversify(RELEVANCE, VECTORS, 2, balance=0.765).tolist() == [0, 2]
    assert diversify(RELEVANCE, VECTORS, 2, balance=0.772).tolist() == [0, 1]


def test_what_is_avoided_pushes_its_neighbours_down() -> None:
    avoid = np.array([[1, 0]], dtype=np.float32)
    assert diversify(RELEVANCE, VECTORS, 1, balance=0.5, avoid=avoid).tolist() == [2]


def test_ties_and_short_lists() -> None:
    same = np.ones(3)
    apart = np.eye(3, dtype=np.float32)
    assert diversify(same, apart, 10, balance=0.7).tolist() == [0, 1, 2]
    assert diversify(same[:0], apart[:0], 5, balance=0.7).tolist() == []
    assert diversify(same, apart, 0, balance=0.7).tolist() == []


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ConfigError, match="out of range"):
        diversify(RELEVANCE, VECTORS, 1, balance=1.5)
    with pytest.raises(ShapeError, match="2 relevances"):
        diversify(RELEVANCE[:2], VECTORS, 1, balance=0.5)
