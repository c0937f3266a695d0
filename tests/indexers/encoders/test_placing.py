"""Tracks in joint spaces: those of encoders that place clips, and of those that do not."""

import numpy as np

from indexers.encoders.placing import alone, in_tracks
from indexers.encoders.testing import FakeTrackEncoder
from indexers.schema import Laid
from indexers.testing import FakeJointEncoder, unit_rows

BANDS = np.eye(8, dtype=np.float32)[[0, 1, 1, 2]]
HEARD = {"fake": {"embedding": BANDS}}
LAID = Laid(np.zeros((4, 2), np.float32), np.array([0, 3, 4]), np.zeros(2, np.float32))


def test_a_track_is_the_mean_of_its_clips():
    clips, tracks = in_tracks(FakeJointEncoder(), HEARD, LAID)
    np.testing.assert_array_equal(clips[:, :8], BANDS)
    np.testing.assert_allclose(tracks[:, :3], unit_rows(np.array([[1, 2, 0], [0, 0, 1]])), atol=1e-6)


def test_an_encoder_of_tracks_places_its_clips():
    clips, tracks = in_tracks(FakeTrackEncoder(), HEARD, LAID)
    np.testing.assert_allclose(
        clips[:, :3], unit_rows(np.array([[2, 0, 0], [1, 2, 0], [0, 3, 0], [0, 0, 1]])), atol=1e-6
    )
    np.testing.assert_allclose(tracks[:, :3], unit_rows(np.array([[2, 2, 0], [0, 0, 1]])), atol=1e-6)


def test_nothing_heard_has_no_tracks():
    laid = alone(0, 3.0)
    for encoder in (FakeJointEncoder(), FakeTrackEncoder()):
        assert [rows.shape for rows in in_tracks(encoder, {"fake": {"embedding": BANDS[:0]}}, laid)] == [(0, 16)] * 2


def test_sounds_alone_are_tracks_of_one_clip():
    laid = alone(2, 3.0)
    assert laid.starts.tolist() == [0, 1, 2]
    assert laid.times_s.tolist() == [[0, 3], [0, 3]]
    assert laid.durations_s.tolist() == [3, 3]
