"""Weighing arms together."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from engine.evaluation.listens import blending
from engine.evaluation.listens.blending import blend, fit_weights, pools, standardise


def constant(*scores):
    return lambda lists: np.tile(np.array(scores, dtype=np.float32), (lists.shape[0], 1))


LISTS = csr_matrix(np.array([[1, 0, 0, 0], [0, 0, 1, 0]], dtype=np.float32))


def test_standardised_scores_have_mean_0_and_deviation_1_for_each_user():
    scores = standardise(np.array([[1, 2, 3, 6], [5, 5, 5, 5]], dtype=np.float32))
    np.testing.assert_allclose(scores[0], (np.array([1, 2, 3, 6]) - 3) / np.sqrt(3.5), rtol=1e-6)
    assert scores[1].tolist() == [0.0] * 4


def test_the_blend_is_the_weighted_sum():
    scorers = {"up": constant(0, 1, 2, 3), "down": constant(30, 20, 10, 0), "silent": constant(np.nan, 0, 0, 0)}
    mixed = blend(scorers, {"up": 0.75, "down": 0.25, "silent": 0.0})(LISTS)
    expected = (np.arange(4) - 1.5) / np.std(np.arange(4)) * 0.5
    np.testing.assert_allclose(mixed, [expected, expected], rtol=1e-6)


def test_a_pool_holds_every_arms_best_and_nothing_played(monkeypatch):
    monkeypatch.setattr(blending, "POOL", 1)
    monkeypatch.setattr(blending, "BLOCK", 1)
    found = pools([constant(9, 0, 5, 1), constant(0, 7, 1, 2)], LISTS)
    assert [pool.rows.tolist() for pool in found] == [[1, 2], [0, 1]]
    expected = standardise(np.array([[9, 0, 5, 1], [0, 7, 1, 2]], dtype=np.float32))
    np.testing.assert_allclose(found[0].scores, expected[:, [1, 2]], rtol=1e-6)
    assert found[0].rank((1.0, 0.0), 1).tolist() == [2]
    assert found[0].rank((0.0, 1.0), 5).tolist() == [1, 2]


@pytest.mark.parametrize("target", [(1.0, 0.25, 0.0), (0.5, 0.0, 1.0)])
def test_weights_approach_the_best(target):
    def worth(weights):
        return -float(((np.array(weights) / max(weights) - target) ** 2).sum())

    found = fit_weights(3, worth)
    assert max(found) == 1.0
    assert worth(found) > -0.05 > worth((1.0, 1.0, 1.0))


def test_weights_that_change_nothing_stay_alike():
    assert fit_weights(2, lambda _: 1.0) == (1.0, 1.0)
