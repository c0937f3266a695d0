"""The arm of a joint space over vectors written down by hand."""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
import pytest

from engine.arms import Reading, Request
from engine.arms.joint import JointArm
from engine.query import Span
from indexers.encoders.prompts import Prompts
from indexers.generation import ClipVectors, Joint
from indexers.vectors.exact import ExactIndex

JOINT = Joint("hub:a/b", "joint-b-123456", "1f", ("en",))
AXES = {"deep": [1.0, 0.0], "high": [0.0, 1.0]}


@dataclass
class Pair:
    """Two tracks of two clips, the first deep and then high; and one shorter than a clip."""

    tracks: pl.DataFrame
    spaces: tuple[str, ...] = ()

    def index(self, space):
        assert space == JOINT.space
        return ExactIndex(np.array([[0.8, 0.6], [0.6, 0.8], [1.0, 0.0]], dtype=np.float32))

    def clips(self, space):
        assert space == JOINT.space
        matrix = np.array([[1, 0], [0, 1], [0.6, 0.8], [0.6, 0.8], [1, 0]], dtype=np.float16)
        times_s = np.array([[0, 10], [20, 30], [0, 10], [20, 30], [0, 10]], dtype=np.float32)
        short = np.array([False, False, False, False, True])
        return ClipVectors(matrix, np.array([0, 2, 4, 5]), times_s, short)


def read(text):
    return np.array(AXES[text], dtype=np.float32)


@pytest.fixture
def arm():
    pair = Pair(pl.DataFrame({"duration_s": [31.0, 33.0, 4.5]}))
    return JointArm(pair, JOINT, Reading(read, lambda tag: read(tag.label)))


def test_it_is_named_after_its_encoder(arm) -> None:
    assert (arm.name, arm.calibrated_as) == ("hub:a/b", "hub:a/b")
    assert arm.votes(np.array([0.3, 0.1], dtype=np.float32)).tolist() == [1, 1]


def test_it_ranks_by_cosine_among_what_is_allowed(arm) -> None:
    rows, scores = arm.ask(Request(text="high")).retrieve(3, None)
    assert rows.tolist() == [1, 0, 2]
    np.testing.assert_allclose(scores, [0.8, 0.6, 0.0], atol=1e-6)
    rows, _ = arm.ask(Request(text="high")).retrieve(3, np.array([0, 2]))
    assert rows.tolist() == [0, 2]


def test_the_clip_that_fits_most_is_the_match(arm) -> None:
    assert arm.ask(Request(text="deep")).match(0) == Span(0.0, 10.0)
    assert arm.ask(Request(text="high")).match(0) == Span(20.0, 30.0)
    assert arm.ask(Request(text="high")).match(1) == Span(0.0, 10.0)  # the earliest of equals
    assert arm.ask(Request(text="high")).why(0) == ()


def test_a_track_shorter_than_a_clip_is_marked(arm) -> None:
    span = arm.ask(Request(text="deep")).match(2)
    assert span == Span(0.0, 4.5, short=True)
    assert span.as_json() == {"start_s": 0.0, "end_s": 4.5, "short": True}
    assert replace(span, short=False).as_json() == {"start_s": 0.0, "end_s": 4.5}


def test_without_words_it_is_not_asked(arm) -> None:
    assert arm.ask(Request(liked=np.array([0]))) is None


def test_words_and_tags_make_one_unit_vector_between_them(arm) -> None:
    tags = tuple(Prompts(label, (label,), (label,)) for label in ("high", "high"))
    rows, scores = arm.ask(Request(text="deep", tags=tags)).retrieve(3, None)
    vector = np.array([1.0, 2.0]) / np.sqrt(5.0)
    expected = np.array([[0.8, 0.6], [0.6, 0.8], [1.0, 0.0]]) @ vector
    assert rows.tolist() == [1, 0, 2]
    np.testing.assert_allclose(scores, expected[[1, 0, 2]], atol=1e-6)
