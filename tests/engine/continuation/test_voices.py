import numpy as np
import pytest

from engine.continuation.voices import EXACT, Choir, SoundLikeness, mean_of_best, representatives
from indexers.testing import unit_rows


@pytest.fixture(scope="module")
def library():
    """More tracks than are compared in full: 300 directions, most of the length in the first 60, as music has it."""
    rng = np.random.default_rng(1)
    return unit_rows(rng.normal(size=(EXACT + 3_000, 300)) * np.where(np.arange(300) < 60, 1.0, 0.05))


def test_the_best_tracks_of_a_large_library_are_scored_exactly(library):
    choir = Choir.of(library[:40], library[40:45], 0.5)
    exact = choir.weigh(choir.all @ library.T)
    scores = SoundLikeness(library).score(choir)
    best = np.argsort(-exact)[:2_000]
    np.testing.assert_allclose(scores[best], exact[best], atol=1e-6)
    np.testing.assert_allclose(scores, exact, atol=0.05)


def test_a_small_library_is_scored_exactly(library):
    few = library[:500]
    choir = Choir.of(few[:20], few[:0], 0.5)
    np.testing.assert_allclose(SoundLikeness(few).score(choir), choir.weigh(choir.all @ few.T), atol=1e-6)


def test_what_is_refused_pushes_away():
    vectors = unit_rows(np.array([[1, 0, 0], [1, 0.2, 0], [1, 0, 0.2]]))
    scores = SoundLikeness(vectors).score(Choir.of(vectors[:1], vectors[1:2], 0.5))
    assert scores[2] > scores[1]


def test_means_of_the_best_are_those_counted_by_hand():
    scores = np.array([[1, 5], [4, 2], [3, 9], [2, 9]], dtype=np.float32)
    assert mean_of_best(scores, 2).tolist() == [3.5, 9]
    assert mean_of_best(scores, 9).tolist() == [2.5, 6.25]
    assert mean_of_best(scores[:0], 3).tolist() == [0, 0]
    random = np.random.default_rng(3).normal(size=(9, 50)).astype(np.float32)
    assert np.allclose(mean_of_best(random, 3), np.sort(random, axis=0)[-3:].mean(axis=0))


def test_representatives_are_one_for_each_cluster():
    rng = np.random.default_rng(2)
    centres = np.eye(4, dtype=np.float32)
    near = unit_rows((np.repeat(centres, 25, axis=0) + 0.02 * rng.normal(size=(100, 4))).astype(np.float32))
    found = representatives(rng.permutation(near), 4)
    assert (found @ centres.T).max(axis=0).min() > 0.999
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert representatives(near[:3], 4) is not None
    assert np.array_equal(representatives(near[:3], 4), near[:3])
    assert np.isfinite(representatives(np.repeat(near[:1], 30, axis=0), 4)).all()
