import numpy as np
import pytest

from indexers.rebuild.parts.calibrate import calibrate_sound, calibrate_text, sample, unrelated_queries
from indexers.testing import unit_rows
from indexers.vectors.exact import ExactIndex


def test_there_are_a_hundred_distinct_unrelated_queries() -> None:
    assert len(set(unrelated_queries())) == 100


def best(score_of: dict[str, float]):
    return lambda texts: [score_of[text] for text in texts]


def test_half_of_the_queries_set_the_threshold_and_half_report() -> None:
    score_of = {text: number / 100 for number, text in enumerate(unrelated_queries())}
    score_of |= {"sets it": 2.0, "told": 3.0, "sets it too": 2.0, "missed": 0.5}
    found = calibrate_text("taggram", best(score_of), ["sets it", "told", "sets it too", "missed"])
    low = np.quantile([number / 100 for number in range(0, 100, 2)], 0.95)
    assert found.threshold == pytest.approx(low + 0.25 * (2.0 - low), abs=1e-6)
    assert found.false_answer_rate == 0.0
    assert found.miss_rate == 0.5
    assert [sum(probe.use == use for probe in found.probes) for use in ("choose", "report", "positive")] == [52, 50, 2]


@pytest.mark.parametrize("answerable", [[], ["weak"]])
def test_without_a_way_up_the_threshold_is_just_above_the_unrelated(answerable) -> None:
    score_of = {text: number / 100 for number, text in enumerate(unrelated_queries())} | {"weak": 0.1}
    found = calibrate_text("taggram", best(score_of), answerable)
    assert found.threshold == pytest.approx(np.quantile([number / 100 for number in range(0, 100, 2)], 0.95), abs=1e-6)
    assert found.false_answer_rate == pytest.approx(3 / 50)  # 0.95, 0.97 and 0.99 of the odd ones


def test_no_score_at_all_is_below_the_threshold() -> None:
    found = calibrate_text("words", lambda texts: [0.0] * len(texts), [])
    assert found.threshold > 0
    assert (found.false_answer_rate, found.miss_rate) == (0.0, 0.0)


def test_a_sound_is_unknown_that_is_farther_than_tracks_are_from_each_other() -> None:
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(10, 32))
    vectors = unit_rows((np.repeat(centres, 30, axis=0) + 0.2 * rng.normal(size=(300, 32))).astype(np.float32))
    found = calibrate_sound(ExactIndex(vectors), vectors, np.arange(len(vectors)))
    nearest_other = np.sort(vectors @ vectors.T, axis=1)[:, -2]
    assert found.threshold == pytest.approx(np.quantile(nearest_other, 0.05), abs=0.02)
    assert found.miss_rate < 0.12
    assert found.false_answer_rate < 0.05


@pytest.mark.parametrize("n_tracks", [1, 2])
def test_tiny_libraries_are_calibrated(n_tracks) -> None:
    vectors = unit_rows(np.eye(n_tracks, 4, dtype=np.float32))
    assert calibrate_sound(ExactIndex(vectors), vectors, np.arange(len(vectors))).threshold == 0.0


def test_a_sample_is_the_same_each_time_and_in_order() -> None:
    texts = [f"{number:04d}" for number in range(1000)]
    assert sample(texts) == sorted(sample(texts)) == sample(texts)
    assert len(set(sample(texts))) == 200
    assert sample(["a"]) == ["a"]


def test_a_duplicate_is_no_neighbour() -> None:
    vectors = unit_rows(np.random.default_rng(0).normal(size=(40, 8)).astype(np.float32))
    twice, groups = np.repeat(vectors, 2, axis=0), np.repeat(np.arange(40) * 2, 2)
    alone = calibrate_sound(ExactIndex(vectors), vectors, np.arange(40))
    found = calibrate_sound(ExactIndex(twice), twice, groups)
    assert found.threshold == pytest.approx(alone.threshold, abs=0.1)
    assert max(probe.score for probe in found.probes) < 0.999
    assert calibrate_sound(ExactIndex(twice), twice, np.arange(80)).threshold == pytest.approx(1.0)
