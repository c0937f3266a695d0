import numpy as np
import pytest

from indexers.testing import unit_rows
from indexers.vectors.sketch import Sketch


@pytest.fixture
def vectors():
    """Most of the length lies in the first ten of forty directions."""
    rng = np.random.default_rng(1)
    return unit_rows(rng.normal(size=(900, 40)) * np.where(np.arange(40) < 10, 1.0, 0.05))


def test_all_directions_lose_nothing(vectors):
    np.testing.assert_allclose(Sketch.of(vectors, 40).products(vectors[:3]), vectors[:3] @ vectors.T, atol=1e-5)


def test_the_main_directions_lose_little_and_others_much(vectors):
    exact = vectors[:50] @ vectors.T
    errors = [np.abs(Sketch.of(vectors, n).products(vectors[:50]) - exact).max() for n in (10, 5)]
    assert errors[0] < 0.05 < errors[1]


def test_the_same_vectors_give_the_same_sketch(vectors):
    np.testing.assert_array_equal(Sketch.of(vectors, 8).rows, Sketch.of(vectors, 8).rows)
