import numpy as np
import pytest
from sklearn.metrics import f1_score

from engine.evaluation.probes.intervals import Resampling, estimate, macro_f1, macro_f1_draws, mean_draws, resample

TRUTH = np.array(["a", "a", "b", "b", "c", "a"])
SAID = np.array(["a", "b", "b", "b", "a", "a"])
GROUPS = np.array(["x", "x", "y", "y", "y", "z"])


def test_macro_f1_by_hand() -> None:
    # a: 2 hits, said 3, true 3: 4/6; b: 2 hits, said 3, true 2: 4/5; c: 0
    assert macro_f1(TRUTH, SAID) == pytest.approx((4 / 6 + 4 / 5 + 0) / 3)


def test_macro_f1_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    truth, said = rng.choice(list("abcd"), 200), rng.choice(list("abcd"), 200)
    assert macro_f1(truth, said) == pytest.approx(f1_score(truth, said, average="macro"))


def test_resamples_draw_whole_lists() -> None:
    drawn = resample(GROUPS, 40, np.random.default_rng(0))
    assert drawn.list_of.tolist() == [0, 0, 1, 1, 1, 2]
    assert drawn.times.shape == (40, 3)
    assert np.array_equal(drawn.times.sum(axis=1), np.full(40, 3.0))


def test_draws_are_the_figures_of_the_written_out_resamples() -> None:
    drawn = resample(GROUPS, 40, np.random.default_rng(0))
    values = np.asarray(TRUTH == SAID, dtype=np.float64)
    means, scores = mean_draws(values, drawn), macro_f1_draws(TRUTH, SAID, drawn)
    for row, times in enumerate(drawn.times.astype(int)):
        rows = np.repeat(np.arange(6), times[drawn.list_of])
        assert means[row] == pytest.approx(values[rows].mean())
        labels = np.unique(TRUTH[rows])
        expected = f1_score(TRUTH[rows], SAID[rows], labels=labels, average="macro", zero_division=0.0)
        assert scores[row] == pytest.approx(expected)


def test_alike_playlists_of_one_list_do_not_narrow_the_interval() -> None:
    values = np.repeat(np.random.default_rng(0).integers(2, size=20), 50).astype(np.float64)
    whole = resample(np.repeat(np.arange(20).astype(str), 50), 500, np.random.default_rng(1))
    alone = resample(np.arange(1000).astype(str), 500, np.random.default_rng(1))
    widths = [np.ptp(np.quantile(mean_draws(values, drawn), [0.025, 0.975])) for drawn in (whole, alone)]
    assert widths[0] > 5 * widths[1]


def test_estimate_takes_the_middle_95_percent() -> None:
    found = estimate(0.3, np.arange(1001) / 1000)
    assert (found.value, found.low, found.high) == pytest.approx((0.3, 0.025, 0.975))


def test_one_list_alone_has_no_spread() -> None:
    drawn = Resampling(np.zeros(3, dtype=np.int64), np.ones((5, 1)))
    assert np.ptp(mean_draws(np.array([0.0, 1.0, 1.0]), drawn)) == 0
