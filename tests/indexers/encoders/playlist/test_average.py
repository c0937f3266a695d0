"""Means of track vectors, by hand; rarity and the common direction against brute force."""

import numpy as np
import pytest

from indexers.encoders.playlist.bow import fit_bow
from indexers.encoders.playlist.settings import SifSettings
from indexers.encoders.playlist.sif import first_direction, fit_sif
from indexers.errors import ShapeError


def rows(*numbers):
    return np.array(numbers, dtype=np.int64)


@pytest.fixture(scope="module")
def vectors():
    return np.random.default_rng(5).normal(size=(40, 6)).astype(np.float32)


def test_bow_is_the_mean_of_unit_vectors(scenes, vectors):
    encoder = fit_bow(scenes, vectors)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    mean = (unit[3] + unit[7] + unit[11]) / 3
    got = encoder.encode([rows(3, 7, 11), rows(), rows(5)])
    assert got.shape == (3, 6)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got[0], mean / np.linalg.norm(mean), rtol=1e-5)
    assert not got[1].any()
    np.testing.assert_allclose(got[2], unit[5], rtol=1e-5)


def test_bow_knows_no_order(scenes, vectors):
    forth, back = fit_bow(scenes, vectors).encode([rows(1, 2, 3, 4), rows(4, 3, 2, 1)])
    np.testing.assert_allclose(forth, back, rtol=1e-5, atol=1e-7)


def test_sif_against_the_formula(scenes, vectors):
    settings = SifSettings(a=1e-2)
    unit = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float64)
    counts = np.zeros(40)
    for each in scenes.lists:
        counts[each] += 1
    weights = 1e-2 / (1e-2 + counts / counts.sum())
    means = np.stack([sum(weights[row] * unit[row] for row in each) / len(each) for each in scenes.lists])
    common = np.linalg.svd(means, full_matrices=False)[2][0]
    expected = means - np.outer(means @ common, common)
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    got = fit_sif(scenes, vectors, settings).encode(scenes.lists)
    np.testing.assert_allclose(got, expected, atol=2e-5)
    np.testing.assert_allclose(got @ common, 0.0, atol=1e-5)


def test_nothing_common_without_playlists():
    assert not first_direction(np.zeros((3, 4), dtype=np.float32)).any()
    alone = first_direction(np.array([[0, -3, 0]], dtype=np.float32))
    np.testing.assert_allclose(np.abs(alone), [0, 1, 0], atol=1e-7)


@pytest.mark.parametrize("wrong", [40, -1])
def test_a_row_of_another_vocabulary_is_refused(scenes, vectors, wrong):
    for encoder in (fit_bow(scenes, vectors), fit_sif(scenes, vectors)):
        with pytest.raises(ShapeError, match=f"row {wrong} is none of 40 tracks"):
            encoder.encode([rows(1), rows(2, wrong)])
