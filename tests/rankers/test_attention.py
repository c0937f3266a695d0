"""The fused score against counts by hand."""

import numpy as np
import pytest

from indexers.schema import TextReading
from rankers.attention import attended, attention, best_stretch, fused_scores, local_scores, stretch_times

SENTENCES = np.array([[1.0, 0.0], [0.0, 1.0]], dtype=np.float32)
CLIPS = np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]], dtype=np.float32)
STARTS = np.array([0, 2, 3])
READING = TextReading(SENTENCES, np.array([0.75, 0.25], dtype=np.float32), np.array([0.8, 0.6], np.float32), 2.0, 0.3)


def test_attention_is_shared_out_within_each_track():
    cosines, shares = attention(READING, CLIPS, STARTS)
    np.testing.assert_allclose(cosines, [[1, 0.6, 0], [0, 0.8, 1]], atol=1e-6)
    first = np.exp([2.0, 1.2]) / np.exp([2.0, 1.2]).sum()
    second = np.exp([0.0, 1.6]) / np.exp([0.0, 1.6]).sum()
    np.testing.assert_allclose(shares, [[*first, 1], [*second, 1]], atol=1e-6)


def test_scores_are_those_of_a_hand_count():
    first = np.exp([2.0, 1.2]) / np.exp([2.0, 1.2]).sum()
    second = np.exp([0.0, 1.6]) / np.exp([0.0, 1.6]).sum()
    local = [0.75 * (first @ [1, 0.6]) + 0.25 * (second @ [0, 0.8]), 0.25]
    np.testing.assert_allclose(local_scores(READING, CLIPS, STARTS), local, atol=1e-6)
    tracks = np.array([[0.0, 1.0], [1.0, 0.0]], dtype=np.float32)
    expected = 0.3 * np.array([0.6, 0.8]) + 0.7 * np.array(local)
    np.testing.assert_allclose(fused_scores(READING, tracks, CLIPS, STARTS), expected, atol=1e-6)


def test_a_very_sharp_attention_is_the_best_clip_of_each_sentence():
    sharp = TextReading(SENTENCES, READING.weights, READING.whole, 1e4, 0.0)
    np.testing.assert_allclose(local_scores(sharp, CLIPS, STARTS), [0.75 * 1 + 0.25 * 0.8, 0.25], atol=1e-5)


def test_no_tracks_have_no_scores():
    assert fused_scores(READING, CLIPS[:0], CLIPS[:0], STARTS[:1]).shape == (0,)


def test_the_attention_of_a_text_sums_to_one():
    shares = attended(READING, CLIPS)
    _, each = attention(READING, CLIPS, np.array([0, 3]))
    np.testing.assert_allclose(shares, 0.75 * each[0] + 0.25 * each[1], atol=1e-6)
    assert float(shares.sum()) == pytest.approx(1)


@pytest.mark.parametrize(
    ("shares", "stretch"),
    [
        ([0.05, 0.4, 0.4, 0.05, 0.1], (1, 2)),
        ([0.05, 0.35, 0.15, 0.35, 0.1], (1, 3)),  # one weaker clip does not part a stretch
        ([0.4, 0.1, 0.05, 0.05, 0.4], (0, 0)),  # the earlier of equals
        ([0.1, 0.1, 0.1, 0.1, 0.6], (4, 4)),
        ([0.25, 0.25, 0.25, 0.25], (0, 0)),
        ([1.0], (0, 0)),
    ],
)
def test_the_best_stretch_has_most_beyond_an_even_share(shares, stretch):
    assert best_stretch(np.array(shares, dtype=np.float32)) == stretch


def test_a_clip_speaks_for_the_time_to_its_neighbours():
    times_s = np.array([[4, 7], [14, 17], [24, 27]], dtype=np.float32)
    assert stretch_times(times_s, 0, 0, 30.0) == (0.0, 10.5)
    assert stretch_times(times_s, 1, 2, 30.0) == (10.5, 30.0)
    assert stretch_times(times_s, 2, 2, 0.0) == (20.5, 27.0)
