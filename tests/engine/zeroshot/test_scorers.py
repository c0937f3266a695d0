"""Scores of clips and files by hand, with the fakes."""

import numpy as np
import pytest

from engine.zeroshot.scorers import BlendScorer, JointScorer, TaggramScorer, standard
from indexers.encoders.prompts import Prompts
from indexers.encoders.taggram import Taggram, TagNorm, class_names, clip_evidence
from indexers.testing import FakeEncoder, FakeJointEncoder, FakeTextEncoder

RATE = 16_000
NORM = TagNorm(np.full(5, -1.0, dtype=np.float32), np.full(5, 2.0, dtype=np.float32))


def prompts(*texts):
    return [Prompts(text, (text,), (text,)) for text in texts]


@pytest.fixture
def heard():
    """Two windows: a deep tone, and a high one."""
    at_s = np.arange(48_128) / RATE
    tones = np.stack([np.sin(2 * np.pi * hz * at_s) for hz in (150, 7_500)]).astype(np.float32)
    return {"fake": FakeEncoder().encode(tones)}


@pytest.fixture
def taggram():
    return Taggram(FakeTextEncoder(), class_names(("fake",)))


def test_tags_are_scored_in_standard_deviations(heard, taggram):
    scorer = TaggramScorer(taggram, NORM, ("fake",))
    asked = [Prompts("bass", ("x",), ("bass", "bass drum")), *prompts("bell")]
    scores = scorer.clips(asked, heard)
    z = (clip_evidence(heard) + 1) / 2
    for column, texts in enumerate((("bass", "bass drum"), ("bell",))):
        rows = taggram.weights(texts)
        mean = rows.mean(axis=0)
        expected = z @ mean / np.linalg.norm(mean) * rows.sum(axis=1).max()
        np.testing.assert_allclose(scores[:, column], expected, rtol=1e-4)
    np.testing.assert_allclose(scorer.file(asked, heard), scores.mean(axis=0), rtol=1e-5)
    assert scores[0, 0] > scores[1, 0]  # the deep tone has more bass


def test_a_label_that_is_no_sound_scores_near_nothing(heard, taggram):
    scores = TaggramScorer(taggram, NORM, ("fake",)).clips(prompts("bass", "xyzzy"), heard)
    assert abs(scores[:, 1]).max() < 0.05 * abs(scores[:, 0]).max()


def test_a_joint_space_scores_by_cosine(heard):
    encoder = FakeJointEncoder()
    scorer = JointScorer(encoder)
    asked = [Prompts("low", ("band0", "band0 hum"), ("x",)), *prompts("band7")]
    scores = scorer.clips(asked, heard)
    low = encoder.encode(["band0", "band0 hum"]).mean(axis=0)
    clips = encoder.clips(heard)
    np.testing.assert_allclose(scores[:, 0], clips @ low / np.linalg.norm(low), rtol=1e-5)
    track = clips.mean(axis=0) / np.linalg.norm(clips.mean(axis=0))
    np.testing.assert_allclose(scorer.file(asked, heard)[1], encoder.encode(["band7"])[0] @ track, rtol=1e-5)
    assert scores[0].argmax() == 0
    assert scores[1].argmax() == 1


def test_texts_are_encoded_once(heard):
    class Counting(FakeJointEncoder):
        asked = 0

        def encode(self, texts):
            self.asked += len(texts)
            return super().encode(texts)

    encoder = Counting()
    scorer = JointScorer(encoder)
    for _ in range(3):
        scorer.file(prompts("band0", "band7"), heard)
    assert encoder.asked == 2


def test_a_blend_is_the_mean_of_standardised_scores(heard, taggram):
    members = [JointScorer(FakeJointEncoder()), TaggramScorer(taggram, NORM, ("fake",))]
    blend, asked = BlendScorer(members), prompts("band0", "bass", "bell")
    expected = np.mean([standard(member.file(asked, heard)) for member in members], axis=0)
    np.testing.assert_allclose(blend.file(asked, heard), expected, rtol=1e-5)
    assert (blend.name, blend.hears) == ("fake-joint+taggram", ("fake",))
    np.testing.assert_array_equal(blend.clips(asked, heard), members[0].clips(asked, heard))


def test_standard_scores():
    scores = standard(np.array([1.0, 2.0, 3.0], dtype=np.float32))
    assert scores.mean() == pytest.approx(0, abs=1e-6)
    assert scores.std() == pytest.approx(1)
    assert not standard(np.full(4, 7.0, dtype=np.float32)).any()
