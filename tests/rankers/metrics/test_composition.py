import numpy as np
import pytest

from indexers.errors import ShapeError
from rankers.metrics.composition import CHANCE, composition


def test_couples_are_told_apart_as_a_hand_count_has_it():
    scores = np.array(
        [
            [[0.9, 0.1], [0.2, 0.8]],  # all right
            [[0.9, 0.1], [0.95, 0.97]],  # each audio has its text, but the first text prefers the second audio
            [[0.3, 0.4], [0.1, 0.5]],  # each text has its audio, but the first audio prefers the second text
            [[0.5, 0.5], [0.5, 0.5]],  # equal is wrong
        ],
        dtype=np.float32,
    )
    found = composition(scores)
    assert found["text"].tolist() == [True, True, False, False]
    assert found["audio"].tolist() == [True, False, True, False]
    assert found["group"].tolist() == [True, False, False, False]


def test_chance_is_what_random_scores_give():
    found = composition(np.random.default_rng(0).normal(size=(200_000, 2, 2)).astype(np.float32))
    for name, right in found.items():
        assert right.mean() == pytest.approx(CHANCE[name], abs=0.005)


def test_other_shapes_are_refused():
    with pytest.raises(ShapeError, match="n_couples, 2, 2"):
        composition(np.zeros((3, 2), dtype=np.float32))
