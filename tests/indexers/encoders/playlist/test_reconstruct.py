"""What was written for a playlist, compared by hand count."""

import numpy as np
import pytest

from indexers.encoders.playlist.reconstruct import compare, order_kept, popular, rank_correlation


def rows(*numbers):
    return np.array(numbers, dtype=np.int64)


def test_compare_by_hand():
    found = compare([rows(1, 2, 3, 4), rows(5, 6), rows()], [rows(2, 1, 9), rows(5, 6, 7, 8), rows(1)])
    assert found.recall == pytest.approx((2 / 4 + 2 / 2) / 2)
    assert found.precision == pytest.approx((2 / 3 + 2 / 4) / 2)
    assert found.length_error == pytest.approx((1 + 2) / 2)
    assert found.order == pytest.approx((-1 + 1) / 2)
    assert found.ordered == 2
    assert found.length_correlation == pytest.approx(-1)


def test_nothing_written_is_nothing_found():
    found = compare([rows(1, 2)], [rows()])
    assert (found.recall, found.precision, found.length_error, found.order, found.ordered) == (0, 0, 2, 0, 0)


def test_order_kept_by_hand():
    assert order_kept(rows(1, 2, 3), rows(1, 2, 3)) == 1
    assert order_kept(rows(1, 2, 3), rows(3, 2, 1)) == -1
    assert order_kept(rows(1, 2, 3, 8), rows(2, 9, 1, 3)) == pytest.approx((2 - 1) / 3)
    assert order_kept(rows(1, 2), rows(2, 5)) is None


def test_rank_correlation_with_ties():
    assert rank_correlation(np.array([1.0, 2, 3]), np.array([10.0, 20, 30])) == pytest.approx(1)
    assert rank_correlation(np.array([1.0, 1, 2]), np.array([1.0, 2, 3])) == pytest.approx(np.sqrt(3) / 2)
    assert rank_correlation(np.array([1.0, 1, 1]), np.array([1.0, 2, 3])) == 0


def test_popular_gives_as_many_of_the_most_frequent():
    assert [each.tolist() for each in popular([rows(9, 8), rows(7)], rows(1, 5, 3, 5))] == [[1, 3], [1]]
