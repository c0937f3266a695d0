"""Overlap and rank-biased overlap by hand, and against sums that are written out position by position."""

import numpy as np
import pytest

from indexers.errors import InputError, ShapeError
from indexers.schema import Rows
from rankers.metrics.agreement.overlap import overlap
from rankers.metrics.agreement.rank_biased_overlap import rank_biased_overlap, weight_of_head


def rows(*numbers: int) -> Rows:
    return np.array(numbers, dtype=np.int64)


def test_overlap_is_the_hand_count() -> None:
    one, other = rows(1, 2, 3, 4), rows(2, 9, 1, 8)
    assert overlap(one, other, 1) == 0.0
    assert overlap(one, other, 2) == pytest.approx(1 / 2)  # 2 alone
    assert overlap(one, other, 4) == pytest.approx(2 / 4)
    assert overlap(one, one[::-1], 4) == 1.0  # in whatever order


def test_overlap_divides_by_the_longer_head() -> None:
    assert overlap(rows(1, 2), rows(2, 1), 20) == 1.0  # k is not reached: nothing is missing
    assert overlap(rows(1, 2), rows(1, 2, 3, 4), 20) == pytest.approx(2 / 4)
    assert overlap(rows(1, 2), rows(1, 2, 3, 4), 3) == pytest.approx(2 / 3)
    assert overlap(rows(), rows(1, 2), 20) == 0.0


def test_rank_biased_overlap_is_the_hand_count() -> None:
    assert rank_biased_overlap(rows(1, 2), rows(2, 1), 0.9) == pytest.approx(0.1 / 0.9 * 0.81 + 0.81)  # X = 0, 2
    # X = 1, 1, 2 of two rankings of three
    sums = 1 / 1 * 0.5 + 1 / 2 * 0.25 + 2 / 3 * 0.125
    assert rank_biased_overlap(rows(1, 2, 3), rows(1, 3, 4), 0.5) == pytest.approx(sums + 2 / 3 * 0.125)
    # s = 2, l = 3 and X = 1, 1, 2
    sums = 1 * 0.5 + 1 / 2 * 0.25 + 2 / 3 * 0.125 + 1 * (3 - 2) / (2 * 3) * 0.125
    assert rank_biased_overlap(rows(1, 3), rows(1, 2, 3), 0.5) == pytest.approx(sums + ((2 - 1) / 3 + 1 / 2) * 0.125)


def test_rank_biased_overlap_ends() -> None:
    ranking = np.arange(30)
    assert rank_biased_overlap(ranking, ranking) == pytest.approx(1.0, abs=1e-12)
    assert rank_biased_overlap(ranking[:7], ranking) == pytest.approx(1.0, abs=1e-12)  # its beginning
    assert rank_biased_overlap(ranking, ranking + 30) == 0.0
    assert rank_biased_overlap(rows(), ranking) == 0.0


def test_the_first_positions_matter_most() -> None:
    ranking = np.arange(20)
    swapped_first, swapped_last = ranking.copy(), ranking.copy()
    swapped_first[[0, 1]], swapped_last[[18, 19]] = (1, 0), (19, 18)
    first, last = rank_biased_overlap(ranking, swapped_first), rank_biased_overlap(ranking, swapped_last)
    assert first == pytest.approx(1 - 0.1)  # only X_1 differs: it loses its weight, 1 - p
    assert first < last < 1


def _agreements(one: list[int], other: list[int], depth: int) -> list[float]:
    """The agreement at each depth, and beyond what was seen the one that is taken for granted; by sets."""
    short, long = sorted((one, other), key=len)
    at_short = len(set(short) & set(long[: len(short)])) / len(short)
    found = []
    for d in range(1, depth + 1):
        shared: float = len(set(short[:d]) & set(long[:d]))
        if len(short) < d <= len(long):
            shared += at_short * (d - len(short))
        found.append(shared / d if d <= len(long) else found[-1])
    return found


@pytest.mark.parametrize("p", [0.5, 0.9, 0.98])
def test_it_is_the_infinite_sum_over_extended_rankings(p: float) -> None:
    rng = np.random.default_rng(3)
    for _ in range(40):
        one, other = (rng.permutation(60)[: rng.integers(1, 41)] for _ in range(2))
        depth = 3_000  # 0.98 ** 3000 is 5e-27: nothing is left
        terms = [p**d * agreement for d, agreement in enumerate(_agreements(one.tolist(), other.tolist(), depth))]
        assert rank_biased_overlap(one, other, p) == pytest.approx((1 - p) * sum(terms), abs=1e-12)
        assert rank_biased_overlap(other, one, p) == rank_biased_overlap(one, other, p)


def test_the_weight_of_the_head_is_what_its_positions_weigh_one_by_one() -> None:
    assert weight_of_head(10, 0.9) == pytest.approx(0.8556, abs=5e-5)  # the paper: 86 %
    for depth, p in ((1, 0.9), (20, 0.9), (50, 0.98)):
        # position r counts in every agreement from depth r on, each shared among its d positions
        weights = [(1 - p) * p ** (d - 1) / d for d in range(1, 5_000)]
        assert weight_of_head(depth, p) == pytest.approx(sum(sum(weights[r:]) for r in range(depth)), abs=1e-9)


def test_what_is_not_defined_is_refused() -> None:
    with pytest.raises(InputError, match="k = 0"):
        overlap(rows(1), rows(1), 0)
    for p in (0.0, 1.0, -0.1, float("nan")):
        with pytest.raises(InputError, match="give a share above 0 and below 1"):
            rank_biased_overlap(rows(1), rows(1), p)
    with pytest.raises(ShapeError, match="row 4 occurs twice in the other ranking"):
        rank_biased_overlap(rows(1), rows(4, 4))
    with pytest.raises(ShapeError, match="row 1 occurs twice in the one ranking"):
        overlap(rows(1, 1), rows(4), 3)
    for measure in (lambda: overlap(rows(), rows(), 5), lambda: rank_biased_overlap(rows(), rows())):
        with pytest.raises(ShapeError, match="nothing to agree on"):
            measure()
