"""EASE against its definition: a ridge regression per track that may not see the track itself."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix, random_array

from indexers.base import Recommender
from indexers.errors import ConfigError, InputError, ShapeError
from indexers.schema import Seeds
from rankers.recommend import ease
from rankers.recommend.ease import EaseRecommender, EaseSettings, ListWeights, TrackWeights, fit_ease

SETTINGS = EaseSettings(l2=3.0, dropout=0.3)


def lists(n_lists, n_tracks, seed=0, density=0.2):
    rng = np.random.default_rng(seed)
    sample = random_array((n_lists, n_tracks), density=density, rng=rng, dtype=np.float32)
    return csr_matrix(sample)


def brute_force(matrix, settings):
    """Column by column: minimise |x_j - X b|² + l2 |b|² + dropout / (1 - dropout) sum (X'X)_ii b_i², with b_j = 0."""
    dense = matrix.toarray().astype(np.float64)
    n_tracks = dense.shape[1]
    weights = np.zeros((n_tracks, n_tracks))
    held = settings.l2 + settings.dropout / (1 - settings.dropout) * (dense**2).sum(axis=0)
    for track in range(n_tracks):
        others = np.delete(np.arange(n_tracks), track)
        seen = dense[:, others]
        weights[others, track] = np.linalg.solve(seen.T @ seen + np.diag(held[others]), seen.T @ dense[:, track])
    return weights


@pytest.mark.parametrize(("shape", "kind"), [((60, 20), TrackWeights), ((15, 40), ListWeights)])
@pytest.mark.parametrize("settings", [SETTINGS, EaseSettings(l2=0.5)])
def test_scores_are_those_of_the_regressions(shape, kind, settings):
    matrix, asked = lists(*shape), lists(7, shape[1], seed=1)
    model = fit_ease(matrix, settings)
    assert isinstance(model, kind)
    assert model.n_tracks == shape[1]
    np.testing.assert_allclose(model.scores(asked), asked @ brute_force(matrix, settings), atol=2e-5)


def test_blocks_join(monkeypatch):
    matrix = lists(15, 40)
    whole = fit_ease(matrix, SETTINGS).scores(matrix)
    monkeypatch.setattr(ease, "BLOCK", 7)
    np.testing.assert_allclose(fit_ease(matrix, SETTINGS).scores(matrix), whole, atol=1e-6)


def test_a_track_in_no_list_is_never_scored():
    matrix = csr_matrix(np.array([[1, 1, 0, 0], [1, 1, 1, 0]], dtype=np.float32))
    scores = EaseRecommender(fit_ease(matrix, SETTINGS)).score(Seeds(np.array([0])))
    assert scores[3] == 0.0
    assert scores[1] > scores[2] > 0.0


def test_the_recommender_scores_its_seeds_as_a_list_of_ones():
    matrix = lists(60, 20)
    arm = EaseRecommender(fit_ease(matrix, SETTINGS))
    assert isinstance(arm, Recommender)
    expected = brute_force(matrix, SETTINGS)[[4, 2]].sum(axis=0)
    np.testing.assert_allclose(arm.score(Seeds(np.array([4, 2]))), expected, atol=2e-5)
    assert arm.score(Seeds()).tolist() == [0.0] * 20
    for stranger in (20, -1):
        with pytest.raises(ShapeError, match="there are 20 tracks"):
            arm.score(Seeds(np.array([3, stranger])))


@pytest.mark.parametrize("settings", [EaseSettings(l2=0.0), EaseSettings(dropout=1.0), EaseSettings(dropout=-0.1)])
def test_settings_out_of_range(settings):
    with pytest.raises(ConfigError, match="out of range"):
        fit_ease(lists(5, 5), settings)


def test_too_large_is_refused_before_memory_is_taken(monkeypatch):
    monkeypatch.setattr(ease, "LIMIT", 10)
    with pytest.raises(InputError, match="the limit of the fewer is 10"):
        fit_ease(lists(11, 11))
    assert fit_ease(lists(10, 300)).n_tracks == 300
