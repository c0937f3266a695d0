"""The arm that holds sentences against clips, over vectors written down by hand."""

from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest

from engine.arms import AttendingQuestion, Reading, Request
from engine.arms.attending import AttendingArm
from engine.arms.joint import JointArm
from engine.query import Span
from indexers.encoders.prompts import Prompts
from indexers.generation import ClipVectors, Joint
from indexers.schema import TextReading
from indexers.vectors.exact import ExactIndex

JOINT = Joint("collap:/x", "joint-x-123456", "1f", ("en",), attends=True)
TRACKS = np.array([[0.8, 0.6], [0.6, 0.8], [1.0, 0.0]], dtype=np.float32)


@dataclass
class Trio:
    """Two tracks of three clips, the first deep and at last high; and one shorter than a clip."""

    tracks: pl.DataFrame

    def index(self, space):
        assert space == JOINT.space
        return ExactIndex(TRACKS)

    def track_vectors(self, space):
        assert space == JOINT.space
        return TRACKS

    def clips(self, space):
        assert space == JOINT.space
        matrix = np.array([[1, 0], [0, 1], [0, 1], [0.6, 0.8], [0.6, 0.8], [0.6, 0.8], [1, 0]], dtype=np.float16)
        times_s = np.array([[0, 3], [10, 13], [20, 23], [0, 3], [10, 13], [20, 23], [0, 3]], dtype=np.float32)
        short = np.array([False] * 6 + [True])
        return ClipVectors(matrix, np.array([0, 3, 6, 7]), times_s, short)


def read(text):
    axes = {"deep": [1.0, 0.0], "high": [0.0, 1.0]}
    sentences = np.array([axes[word] for word in text.split()], dtype=np.float32)
    whole = sentences.mean(axis=0) / np.linalg.norm(sentences.mean(axis=0))
    return TextReading(sentences, np.full(len(sentences), 1 / len(sentences), np.float32), whole, 50.0, 0.4)


READING = Reading(lambda text: read(text).whole, lambda tag: read(tag.label).whole)


@pytest.fixture
def generation():
    return Trio(pl.DataFrame({"duration_s": [25.0, 25.0, 2.0]}))


@pytest.fixture
def arm(generation):
    return AttendingArm(generation, JOINT, READING, read)


def test_it_is_found_as_any_joint_arm(arm):
    assert (arm.name, arm.calibrated_as) == ("collap:/x", "collap:/x")
    rows, scores = arm.ask(Request(text="high")).retrieve(2, None)
    assert rows.tolist() == [1, 0]
    np.testing.assert_allclose(scores, [0.8, 0.6], atol=1e-6)
    assert arm.ask(Request(liked=np.array([0]))) is None


def test_its_questions_look_closer_than_the_index(arm, generation):
    question = arm.ask(Request(text="high"))
    assert isinstance(question, AttendingQuestion)
    np.testing.assert_allclose(question.attend(np.array([1, 0])), [0.8, 0.4 * 0.6 + 0.6 * 1.0], atol=1e-3)
    assert question.attend(np.empty(0, dtype=np.int64)).shape == (0,)
    plain = JointArm(generation, JOINT, READING).ask(Request(text="high"))
    assert not isinstance(plain, AttendingQuestion)


def test_each_sentence_has_a_clip_of_its_own(arm):
    score = arm.ask(Request(text="deep high")).attend(np.array([0]))
    np.testing.assert_allclose(score, [0.4 * (1.4 / np.sqrt(2)) + 0.6 * 1.0], atol=1e-3)


def test_the_match_is_as_long_as_its_clips_attend_together(arm):
    assert arm.ask(Request(text="high")).match(0) == Span(6.5, 25.0)
    assert arm.ask(Request(text="deep")).match(0) == Span(0.0, 6.5)


def test_a_track_shorter_than_a_clip_is_marked(arm):
    assert arm.ask(Request(text="deep")).match(2) == Span(0.0, 2.0, short=True)


def test_a_tag_is_one_sentence_more(arm):
    tag = Prompts("high", ("high", "high"), ("high",))
    both = arm.ask(Request(text="deep", tags=(tag,)))
    whole = np.sqrt(0.5)
    np.testing.assert_allclose(both.attend(np.array([0])), [0.4 * 1.4 * whole + 0.6 * 1.0], atol=1e-3)
    only, rows = arm.ask(Request(tags=(tag,))), np.array([0, 1])
    np.testing.assert_allclose(only.attend(rows), arm.ask(Request(text="high")).attend(rows), atol=1e-6)
    assert only.match(0) == Span(6.5, 25.0)
