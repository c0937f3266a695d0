import numpy as np
import pytest

from indexers.rebuild.parts.calibrate import calibrate_sound, calibrate_text, sample, unrelated_queries
from indexers.testing import unit_rows
from indexers.vectors.exact import ExactIndex


def test_there_are_a_hundred_distinct_unrelated_queries() -> None:
    assert len(set(unrelated_queries())) == 100


def test_half_of_the_unrelated_set_the_threshold_and_half_report() -> None:
    unrelated = unrelated_queries()
    score_of = {text: number / 100 for number, text in enumerate(unrelated)} | {"known": 0.99, "hard": 0.5}
    found = calibrate_text("taggram", lambda texts: [score_of[text] for text in texts], ["known", "hard"])
    chosen = [number / 100 for number in range(0, 100, 2)]
    assert found.threshold == pytest.approx(np.quantile(chosen, 0.95), abs=1e-6)
    assert found.false_answer_rate == pytest.approx(3 / 50)  # 0.95, 0.97 and 0.99 of the odd ones
    assert found.miss_rate == 0.5
    assert [sum(probe.use == use for probe in found.probes) for use in ("choose", "report", "positive")] == [50, 50, 2]


def test_no_score_at_all_is_below_the_threshold() -> None:
    found = calibrate_text("words", lambda texts: [0.0] * len(texts), [])
    assert found.threshold > 0
    assert (found.false_answer_rate, found.miss_rate) == (0.0, 0.0)


def test_a_sound_is_unknown_that_is_farther_than_tracks_are_from_each_other() -> None:
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(10, 32))
    vectors = unit_rows((np.repeat(centres, 30, axis=0) + 0.2 * rng.normal(size=(300, 32))).astype(np.float32))
    found = calibrate_sound(ExactIndex(vectors), vectors)
    nearest_other = np.sort(vectors @ vectors.T, axis=1)[:, -2]
    assert found.threshold == pytest.approx(np.quantile(nearest_other, 0.05), abs=0.02)
    assert found.miss_rate < 0.12
    assert found.false_answer_rate < 0.05


@pytest.mark.parametrize("n_tracks", [1, 2])
def test_tiny_libraries_are_calibrated(n_tracks) -> None:
    vectors = unit_rows(np.eye(n_tracks, 4, dtype=np.float32))
    assert calibrate_sound(ExactIndex(vectors), vectors).threshold == 0.0


def test_a_sample_is_the_same_each_time_and_in_order() -> None:
    texts = [f"{number:04d}" for number in range(1000)]
    assert sample(texts) == sorted(sample(texts)) == sample(texts)
    assert len(set(sample(texts))) == 200
    assert sample(["a"]) == ["a"]
