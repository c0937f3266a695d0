"""Vectors for cold tracks: against ridge regression by definition, and means by hand."""

import numpy as np
import pytest

from indexers.errors import ModelError, ShapeError
from rankers.recommend.cold import FOLDS, ArtistMeans, ColdPredictor, Ridge, fit_ridge
from rankers.recommend.directions import centred, unit


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def test_ridge_is_the_regression_with_a_free_constant():
    features, targets = normal(60, 5), unit(normal(60, 3, seed=1)) + 0.7
    found = fit_ridge(features, targets, np.arange(60) % FOLDS, alphas=(4.0,))
    centred = features - features.mean(axis=0)
    slopes = np.linalg.solve(centred.T @ centred + 4 * np.eye(5), centred.T @ (targets - targets.mean(axis=0)))
    constant = targets.mean(axis=0) - features.mean(axis=0) @ slopes
    np.testing.assert_allclose(found.weights, np.vstack([slopes, constant]), atol=1e-5)
    np.testing.assert_allclose(found.predict(features[:4]), features[:4] @ slopes + constant, atol=1e-5)


def test_ridge_is_drawn_towards_given_weights():
    features, targets, prior = normal(60, 5), unit(normal(60, 3, seed=1)), normal(6, 3, seed=2)
    known = np.hstack([features, np.ones((60, 1))])
    rest = fit_ridge(features, (targets - known @ prior).astype(np.float32), np.arange(60) % FOLDS, alphas=(4.0,))
    found = fit_ridge(features, targets, np.arange(60) % FOLDS, prior, alphas=(4.0,))
    np.testing.assert_allclose(found.weights, rest.weights + prior, atol=1e-5)
    far = fit_ridge(features, targets, np.arange(60) % FOLDS, prior, alphas=(1e9,))
    np.testing.assert_allclose(far.weights[:-1], prior[:-1], atol=1e-5)


def test_a_map_that_found_nothing_is_not_sure():
    weights = np.array([[0.0, 3.0], [0.0, 0.0]], dtype=np.float32)
    assert Ridge(weights, 1.0, 0.25).sure(np.ones((1, 1), dtype=np.float32)).tolist() == [[0.0, 0.25]]
    assert Ridge(weights, 1.0, -0.1).sure(np.ones((1, 1), dtype=np.float32)).tolist() == [[0.0, 0.0]]


def test_centred_vectors_have_no_direction_in_common():
    vectors = normal(500, 8) + np.float32(9.0)
    vectors[3] = 0.0
    found = centred(vectors)
    assert found[3].tolist() == [0.0] * 8
    directions = unit(np.delete(vectors, 3, axis=0))
    expected = directions - directions.mean(axis=0)
    np.testing.assert_allclose(np.delete(found, 3, axis=0), unit(expected), atol=1e-4)
    cosines = found @ found.T
    assert abs(cosines.mean()) < 0.01
    assert (directions @ directions.T).min() > 0.8
    assert centred(np.zeros((2, 3), dtype=np.float32)).tolist() == [[0.0] * 3] * 2


def test_alpha_is_chosen_on_what_is_left_out():
    features, noise = normal(200, 40), unit(normal(200, 4, seed=1))
    folds = np.arange(200) % FOLDS
    plain = fit_ridge(features, unit(features @ normal(40, 4, seed=2)), folds, alphas=(1e-3, 1e4))
    assert plain.alpha == 1e-3
    assert plain.cosine > 0.95
    assert fit_ridge(features, noise + np.float32(0.5), folds, alphas=(1e-3, 1e4)).alpha == 1e4


def test_the_left_out_cosine_by_brute_force():
    features, targets = normal(30, 3), unit(normal(30, 2, seed=1))
    folds = np.arange(30) % 3
    cosines = []
    for fold in range(3):
        kept = folds != fold
        fitted = fit_ridge(features[kept], targets[kept], np.arange(kept.sum()) % 2, alphas=(2.0,))
        cosines += list((unit(fitted.predict(features[~kept])) * targets[~kept]).sum(axis=1))
    assert fit_ridge(features, targets, folds, alphas=(2.0,)).cosine == pytest.approx(np.mean(cosines), abs=1e-6)


def test_means_of_artists_by_hand():
    vectors = np.array([[2, 0], [0, 5], [0, 1], [3, 0]], dtype=np.float32)
    artists = np.array([0, 0, 0, 2])
    cold = ArtistMeans.of(vectors, artists, np.array([2, 0, 1, 4]))
    assert cold.n_warm.tolist() == [1, 3, 0, 0]
    np.testing.assert_allclose(cold.vectors, unit(np.array([[1, 0], [1, 2], [0, 0], [0, 0]])), rtol=1e-6)
    others = ArtistMeans.of_others(vectors, artists)
    assert others.n_warm.tolist() == [2, 2, 2, 0]
    np.testing.assert_allclose(others.vectors, unit(np.array([[0, 2], [1, 1], [1, 1], [0, 0]])), rtol=1e-6)
    assert others.select(np.array([3, 0])).n_warm.tolist() == [0, 2]
    assert (others.select(np.array([3, 0])).vectors == others.vectors[[3, 0]]).all()


@pytest.fixture(scope="module")
def world():
    """Tracks whose vectors are half their artist's, a quarter their features', a quarter chance."""
    rng = np.random.default_rng(5)
    artists = rng.integers(0, 60, size=400)
    features = unit(rng.normal(size=(400, 6)).astype(np.float32))
    style = unit(rng.normal(size=(60, 8)).astype(np.float32))
    chance = unit(rng.normal(size=(400, 8)).astype(np.float32))
    told = unit((features @ rng.normal(size=(6, 8))).astype(np.float32))
    return features, unit(2 * style[artists] + told + chance), artists


def test_features_and_artist_both_help(world):
    features, vectors, artists = world
    warm, cold = slice(0, 350), slice(350, 400)
    means = ArtistMeans.of(vectors[warm], artists[warm], artists[cold])
    predictor = ColdPredictor.fit(features[warm], vectors[warm], artists[warm], rng=np.random.default_rng(0))
    predicted = predictor.predict(features[cold], means)
    known = means.n_warm > 0
    sure = np.where(known, predictor.beside.cosine, predictor.alone.cosine)
    np.testing.assert_allclose(np.linalg.norm(predicted, axis=1), sure, rtol=1e-5)
    assert predictor.beside.cosine > predictor.alone.cosine > 0.1
    assert known.sum() > 40

    def cosine(guess):
        return float((unit(guess) * vectors[cold])[known].sum(axis=1).mean())

    both = cosine(predicted)
    assert both > cosine(means.vectors) + 0.05
    assert both > cosine(predictor.alone.predict(features[cold])) + 0.2
    assert cosine(predictor.alone.predict(features[cold])) > 0.1


def test_an_artist_without_warm_tracks_has_its_features_alone(world):
    features, vectors, artists = world
    predictor = ColdPredictor.fit(features, vectors, artists, rng=np.random.default_rng(0))
    nobody = ArtistMeans(np.zeros((2, 8), dtype=np.float32), np.array([0, 0]))
    expected = unit(predictor.alone.predict(features[:2])) * predictor.alone.cosine
    np.testing.assert_allclose(predictor.predict(features[:2], nobody), expected, rtol=1e-5)


def test_without_features_the_artist_still_speaks(world):
    _, vectors, artists = world
    none = np.empty((400, 0), dtype=np.float32)
    predictor = ColdPredictor.fit(none, vectors, artists, rng=np.random.default_rng(0))
    means = ArtistMeans.of_others(vectors, artists)
    assert (unit(predictor.predict(none, means)) * vectors).sum(axis=1).mean() > 0.6


def test_artists_of_one_track_each_are_judged_by_the_mean_itself():
    features, vectors = normal(10, 3), normal(10, 2, seed=1)
    predictor = ColdPredictor.fit(features, vectors, np.arange(10), rng=np.random.default_rng(0))
    means = ArtistMeans.of(vectors, np.arange(10), np.array([3]))
    np.testing.assert_allclose(predictor.predict(features[:1], means), unit(vectors[3:4]), rtol=1e-5)


def test_saved_and_opened_again(world, tmp_path):
    features, vectors, artists = world
    predictor = ColdPredictor.fit(features, vectors, artists, rng=np.random.default_rng(0))
    predictor.save(tmp_path / "cold.safetensors")
    again = ColdPredictor.load(tmp_path / "cold.safetensors")
    means = ArtistMeans.of_others(vectors, artists)
    assert (again.predict(features, means) == predictor.predict(features, means)).all()
    assert again.beside.alpha == predictor.beside.alpha
    assert again.alone.cosine == predictor.alone.cosine


def test_files_that_are_no_predictor(tmp_path):
    (tmp_path / "bad.safetensors").write_bytes(b"not one")
    for name in ("bad", "absent"):
        with pytest.raises(ModelError, match="is no predictor of cold tracks"):
            ColdPredictor.load(tmp_path / f"{name}.safetensors")


def test_sizes_that_do_not_fit(world):
    features, vectors, artists = world
    predictor = ColdPredictor.fit(features, vectors, artists, rng=np.random.default_rng(0))
    means = ArtistMeans.of_others(vectors, artists)
    with pytest.raises(ShapeError, match="give rows of"):
        predictor.predict(features[:, :5], means)
    with pytest.raises(ShapeError, match="give rows of"):
        predictor.predict(features[:5], means)
    with pytest.raises(ShapeError, match="do not fit 5 artists"):
        ColdPredictor.fit(features, vectors, artists[:5], rng=np.random.default_rng(0))
    with pytest.raises(ShapeError, match=f"at least {FOLDS}"):
        fit_ridge(features[:3], vectors[:3], np.arange(3))
