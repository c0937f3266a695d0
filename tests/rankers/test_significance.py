"""Chance by exact enumeration on tiny examples."""

from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest

from indexers.errors import InputError, ShapeError
from rankers.metrics.hits import Figures
from rankers.significance import (
    bootstrap_means,
    effect_size,
    holm,
    mean_interval,
    percentile_intervals,
    randomisation_p,
    relative_interval,
    relative_means,
)

VALUES = np.array([0.1, 0.9, 0.4, 0.3, 0.8])
LONE = ["a", "b", "c", "d", "e"]
PAIRED = ["x", "x", "x", "y", "z"]


def rng() -> np.random.Generator:
    return np.random.default_rng(17)


def every_mean(values: Figures, groups: list[str]) -> Iterator[float]:
    """The mean of every possible resample, each as likely as the next."""
    names = sorted(set(groups))
    members = {name: [value for value, own in zip(values, groups, strict=True) if own == name] for name in names}
    for drawn in product(names, repeat=len(names)):
        yield float(np.mean([value for name in drawn for value in members[name]]))


@pytest.mark.parametrize("groups", [LONE, PAIRED])
def test_resampled_means_are_distributed_as_all_resamples(groups: list[str]) -> None:
    exact = np.sort(list(every_mean(VALUES, groups)))
    drawn = bootstrap_means(VALUES[:, None], groups, rng=rng(), n=200_000)[:, 0]
    at = np.unique(exact.round(9)) + 1e-6
    wanted = np.searchsorted(exact, at) / len(exact)
    np.testing.assert_allclose(np.searchsorted(np.sort(drawn), at) / len(drawn), wanted, atol=0.006)


def test_the_interval_is_that_of_all_resamples() -> None:
    exact = np.quantile(list(every_mean(VALUES, LONE)), [0.025, 0.975], method="inverted_cdf")
    np.testing.assert_allclose(mean_interval(VALUES, LONE, rng=rng(), n=200_000), exact, atol=1e-9)


def test_queries_of_one_group_widen_the_interval() -> None:
    values = np.repeat(np.random.default_rng(3).random(40), 5)
    lone = mean_interval(values, [str(number) for number in range(200)], rng=rng())
    grouped = mean_interval(values, [str(number // 5) for number in range(200)], rng=rng())
    assert (grouped[1] - grouped[0]) / (lone[1] - lone[0]) == pytest.approx(5**0.5, rel=0.1)


def test_columns_share_the_draws_and_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    table = np.column_stack([VALUES, 2 * VALUES + 1])
    means = bootstrap_means(table, LONE, rng=rng(), n=50)
    assert means.shape == (50, 2)
    np.testing.assert_allclose(means[:, 1], 2 * means[:, 0] + 1)
    monkeypatch.setattr("rankers.significance.BLOCK_CELLS", 15)  # three resamples a block
    np.testing.assert_array_equal(bootstrap_means(table, LONE, rng=rng(), n=50), means)


def test_the_level_sets_the_tails() -> None:
    means = np.arange(101.0)[:, None]
    np.testing.assert_allclose(percentile_intervals(means, level=0.9), [[5.0, 95.0]])
    with pytest.raises(InputError, match=r"level = 1\.0"):
        percentile_intervals(means, level=1.0)


@pytest.mark.parametrize("groups", [LONE, PAIRED])
def test_p_is_that_of_all_sign_patterns(groups: list[str]) -> None:
    differences = np.array([0.3, 0.5, -0.1, 0.2, 0.4])
    names, members = np.unique(groups, return_inverse=True)
    sums = np.bincount(members, weights=differences)
    patterns = np.array(list(product([-1, 1], repeat=len(names))))
    exact = (np.abs(patterns @ sums) >= abs(sums.sum()) - 1e-12).mean()
    found = randomisation_p(differences[:, None], groups, rng=rng(), n=100_000)
    assert found == pytest.approx([exact], abs=0.005)


def test_p_counts_the_pattern_found_and_is_two_sided() -> None:
    differences = np.column_stack([np.ones(60), -np.ones(60), np.zeros(60)])
    lone = [str(number) for number in range(60)]
    p = randomisation_p(differences, lone, rng=rng(), n=999)
    np.testing.assert_allclose(p, [1 / 1000, 1 / 1000, 1.0])


def test_p_under_chance_is_even() -> None:
    noise = np.random.default_rng(8).normal(size=(30, 2000))
    p = randomisation_p(noise, [str(number) for number in range(30)], rng=rng(), n=500)
    assert (p <= 0.05).mean() == pytest.approx(0.05, abs=0.015)


def test_holm_is_the_hand_count() -> None:
    np.testing.assert_allclose(holm(np.array([0.01, 0.04, 0.03, 0.005])), [0.03, 0.06, 0.06, 0.02])
    np.testing.assert_allclose(holm(np.array([0.5, 0.9])), [1.0, 1.0])
    assert len(holm(np.array([]))) == 0
    with pytest.raises(InputError, match="not between 0 and 1"):
        holm(np.array([0.2, np.nan]))


def test_effect_size_is_the_hand_count() -> None:
    assert effect_size(np.array([1.0, 2.0, 3.0])) == pytest.approx(2.0)
    assert effect_size(np.array([-1.0, 1.0])) == 0.0
    assert effect_size(np.zeros(4)) == 0.0
    with pytest.raises(InputError, match="same amount"):
        effect_size(np.full(7, 0.1))
    with pytest.raises(ShapeError, match="1 queries have no spread"):
        effect_size(np.ones(1))


def test_the_relative_interval_is_that_of_all_resamples() -> None:
    ours, theirs = np.array([0.2, 0.5, 0.9]), np.array([0.1, 0.4, 0.5])
    groups = ["a", "b", "c"]
    pairs = product(range(3), repeat=3)
    ratios = [ours[list(drawn)].mean() / theirs[list(drawn)].mean() - 1 for drawn in pairs]
    exact = np.quantile(ratios, [0.025, 0.975], method="inverted_cdf")
    np.testing.assert_allclose(relative_interval(ours, theirs, groups, rng=rng(), n=50_000), exact, atol=1e-9)


def test_a_baseline_that_may_be_zero_has_no_relative_difference() -> None:
    with pytest.raises(InputError, match="baseline's mean is 0"):
        relative_interval(np.ones(2), np.array([0.0, 1.0]), ["a", "b"], rng=rng(), n=100)
    np.testing.assert_allclose(relative_means(np.array([3.0]), np.array([2.0])), [0.5])


def test_sizes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ShapeError, match="4 groups do not fit 5 queries"):
        mean_interval(VALUES, LONE[:4], rng=rng())
    with pytest.raises(ShapeError, match="no query"):
        mean_interval(VALUES[:0], [], rng=rng())
    with pytest.raises(ShapeError, match="1 dimensions"):
        randomisation_p(VALUES, LONE, rng=rng())
    with pytest.raises(ShapeError, match="5 and 4 values are no pairs"):
        relative_interval(VALUES, VALUES[:4], LONE, rng=rng())
    with pytest.raises(InputError, match="n = 0 resamples"):
        randomisation_p(VALUES[:, None], LONE, rng=rng(), n=0)
