"""Ranks, recalls, gains and overlaps against counts by hand."""

import numpy as np
import pytest

from engine.evaluation.longform.arms import (
    FUSED,
    GLOBAL,
    LOCAL,
    MAX,
    MEAN,
    Pool,
    Read,
    Remembering,
    read_texts,
    score_all,
)
from engine.evaluation.longform.figures import WAYS, Ranks, found_in, gained, ranks_in, strongest
from engine.evaluation.longform.texts import asked_about
from engine.evaluation.longform.when import located, overlap, random_overlap
from engine.evaluation.probes.intervals import resample
from indexers.encoders.testing import FakeTrackEncoder
from indexers.pairs.manifest import Pair
from indexers.schema import Laid, TextReading
from indexers.testing import FakeJointEncoder

RNG = np.random.default_rng


def test_ranks_both_ways_with_several_texts_a_track():
    scores = np.array([[0.9, 0.1], [0.4, 0.6], [0.3, 0.2], [0.5, 0.5]])
    ranks = ranks_in(scores, np.array([0, 0, 1, 1]))
    assert ranks.tracks.tolist() == [1, 2, 2, 2]  # a tie counts against it
    assert ranks.texts.tolist() == [1, 2]  # the best own text of each track; 0.5 of the second stands behind 0.6


def test_recalls_have_intervals_over_tunes():
    ranks = Ranks(np.array([1, 3, 8, 40]), np.array([1, 1]))
    found = found_in(ranks, WAYS[0], resample(np.array(["a", "a", "b", "b"]), 500, RNG(0)))
    assert found["recall@1"] == [0.25, 0.0, 0.5]
    assert found["recall@5"] == [0.5, 0.0, 1.0]
    assert found["recall@10"][0] == 0.75
    assert found["median rank"] == 5.5


def test_what_is_gained_is_paired():
    better, worse = Ranks(np.array([1, 1, 11]), np.array([1])), Ranks(np.array([1, 12, 12]), np.array([1]))
    gain = gained(better, worse, WAYS[0], resample(np.array(["a", "b", "c"]), 2000, RNG(0)))
    assert gain["recall@10"][0] == pytest.approx(1 / 3, abs=1e-4)
    assert gain["recall@10, relative"][0] == pytest.approx(1.0)
    assert gain["recall@10"][1] == 0.0
    same = gained(better, better, WAYS[0], resample(np.array(["a", "b", "c"]), 200, RNG(0)))
    assert same["recall@10"] == [0, 0, 0]


def test_the_strongest_variant_stands_for_its_arm():
    variants = {"one": Ranks(np.array([11, 2]), np.array([1])), "two": Ranks(np.array([1, 2]), np.array([1]))}
    assert strongest(variants, WAYS) == "two"
    assert strongest({"one": variants["one"], "same": variants["one"]}, WAYS) == "one"


def test_overlaps():
    assert overlap((0, 10), (5, 15)) == pytest.approx(5 / 15)
    assert overlap((0, 10), (20, 30)) == 0
    assert overlap((3, 4), (3, 4)) == 1
    assert overlap((1, 1), (1, 1)) == 0
    assert random_overlap((0.0, 10.0), 10.0, 10.0, RNG(0)) == 1
    # a span of 5 s starts anywhere in 15 s: it meets the first 5 s for a third, by (5 - x) of (5 + x) seconds
    expected = (10 * np.log(2) - 5) / 15
    assert np.mean([random_overlap((0.0, 5.0), 5.0, 20.0, RNG(seed)) for seed in range(40)]) == pytest.approx(
        expected, abs=0.01
    )


CLIPS = np.array([[1, 0], [0, 1], [0.6, 0.8]], dtype=np.float32)
LAID = Laid(np.array([[0, 3], [10, 13], [0, 3]], np.float32), np.array([0, 2, 3]), np.array([20, 3], np.float32))
READING = TextReading(CLIPS[:2], np.array([0.5, 0.5], np.float32), CLIPS[2], 100.0, 0.25)


def test_every_arm_is_that_of_a_hand_count():
    tracks = np.array([[0, 1], [0.6, 0.8]], dtype=np.float32)
    read = Read((READING,), np.array([[0.8, 0.6]], np.float32), (CLIPS[:2],))
    scores = score_all(Pool(CLIPS, CLIPS, tracks, LAID), read)
    root = np.sqrt(0.5)
    np.testing.assert_allclose(scores[GLOBAL][""], [[0.8, 1.0]], atol=1e-6)
    np.testing.assert_allclose(scores[LOCAL][""], [[1.0, 0.7]], atol=1e-6)
    np.testing.assert_allclose(scores[FUSED][""], [[0.25 * 0.8 + 0.75, 0.25 + 0.75 * 0.7]], atol=1e-6)
    np.testing.assert_allclose(scores[MEAN]["the text at once"], [[1.4 * root, 0.96]], atol=1e-6)
    np.testing.assert_allclose(scores[MEAN]["mean of sentences"], [[1.0, 1.4 * root]], atol=1e-6)
    np.testing.assert_allclose(scores[MAX]["the text at once"], [[0.8, 0.96]], atol=1e-6)
    np.testing.assert_allclose(scores[MAX]["each sentence its own"], [[1.0, 0.7]], atol=1e-6)


def test_where_a_text_leads_is_held_against_its_section(tmp_path):
    text = "From 0:00 to 0:08 a deep tone sounds. From 0:08 to 0:20 a high tone sounds."
    facts = {"sections": [{"start_s": 0.0, "end_s": 8.0}, {"start_s": 8.0, "end_s": 20.0}]}
    pairs = [Pair(tmp_path / "0.wav", text, "test", rewrites=("deep, then high",), facts=facts, tune="a")]
    captions, bare, summaries, sections = asked_about(pairs)
    assert captions.texts == (text,)
    assert bare.texts == ("A deep tone sounds. A high tone sounds.",)
    assert summaries.texts == ("deep, then high",)
    assert sections.texts == ("A deep tone sounds.", "A high tone sounds.")
    assert sections.spans_s == ((0.0, 8.0), (8.0, 20.0))
    deep, high = (TextReading(CLIPS[row : row + 1], np.ones(1, np.float32), CLIPS[row], 50.0, 0.5) for row in (0, 1))
    pool = Pool(CLIPS[:2], CLIPS[:2], CLIPS[:1], Laid(LAID.times_s[:2], np.array([0, 2]), np.array([20.0], np.float32)))
    read = Read((deep, high), np.stack([deep.whole, high.whole]), (CLIPS[:1], CLIPS[1:2]))
    found = located(sections, read, pool, resample(np.array(["a", "a"]), 50, RNG(0)), RNG(1))
    edge_s = 6.5  # half-way between the clips
    expected = (edge_s / 8.0 + 12.0 / (20.0 - edge_s)) / 2
    assert found["texts"] == 2
    assert found["overlap"][0] == pytest.approx(expected, abs=1e-3)
    assert found["best clip below"][0] == pytest.approx(expected, abs=1e-3)
    assert found["middle within"][0] == 1.0
    assert found["middle within at random"][0] == pytest.approx((0.4 + 0.6) / 2)
    assert found["random span"][0] < expected
    assert found["overlap less random"][0] == pytest.approx(found["overlap"][0] - found["random span"][0], abs=1e-3)


def test_texts_are_encoded_once_and_as_ever(tmp_path):
    class Counting(FakeJointEncoder):
        asked = 0

        def encode(self, texts):
            self.asked += len(texts)
            return super().encode(texts)

    base = Counting()
    memory = Remembering(base)
    memory.remember(["band0", "band1."], tmp_path)
    texts = ["band0. band1.", "band0"]
    read = read_texts(texts, FakeTrackEncoder(), memory)
    assert base.asked == 2 + 2  # "band0." and the whole of the first text were new
    np.testing.assert_allclose(read.plain, FakeJointEncoder().encode(texts), atol=1e-6)
    assert [len(own) for own in read.sentences] == [2, 1]
    assert memory.encode([]).shape == (0, 16)
