import numpy as np
import pytest

from indexers.errors import InputError
from rankers.blend import Blend, Question, fit_weights, standardised


def question(scores, hits, n_relevant=None):
    hits = np.array(hits, dtype=bool)
    return Question(np.array(scores, dtype=np.float32), hits, n_relevant or int(hits.sum()))


def test_scores_are_standardised():
    np.testing.assert_allclose(standardised(np.array([1, 2, 3], dtype=np.float32)), [-1.224745, 0, 1.224745], rtol=1e-5)
    assert not standardised(np.full(3, 7, dtype=np.float32)).any()


def test_the_arm_that_knows_gets_the_weight():
    knows, guesses = [3.0, 1, 0, 0], [0.0, 0, 9, 8]
    weights = fit_weights([question([guesses, knows], [1, 1, 0, 0])] * 3, 2)
    assert weights[1] == 1.0
    assert np.argsort(-(np.array(weights) @ np.array([guesses, knows])))[:2].tolist() == [0, 1]


def test_two_arms_that_know_a_half_each_are_both_heard():
    one, two = [1.0, 0, 0.6, 0], [0.0, 1, 0, 0.6]
    weights = fit_weights([question([one, two], [1, 1, 0, 0])], 2)
    assert min(weights) > 0.6


def test_questions_of_different_lengths_stand_side_by_side():
    weights = fit_weights([question([[0.0, 1], [1, 0]], [0, 1]), question([[1.0, 0, 2], [5, 5, 5]], [0, 0, 1])], 2)
    assert weights == (1.0, pytest.approx(weights[1]))
    assert weights[1] < 1.0


def test_nothing_to_learn_from_gives_even_weights():
    assert fit_weights([], 3) == (1.0, 1.0, 1.0)
    assert fit_weights([question([[1.0]], [0], 4)], 1) == (1.0,)


def test_a_question_of_other_arms_is_refused():
    with pytest.raises(InputError, match="does not have 2 arms"):
        fit_weights([question([[1.0]], [1])], 2)


def test_the_nearest_number_of_seeds_decides():
    blend = Blend(("a",), {0: (0.0,), 5: (0.5,), 25: (1.0,)})
    assert [float(blend.weights_for(n)[0]) for n in (0, 1, 4, 9, 14, 90)] == [0.0, 0.0, 0.5, 0.5, 1.0, 1.0]
