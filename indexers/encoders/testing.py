"""The contract and the fake of encoders that hear clips in their tracks. Imported by tests only."""

import hashlib
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from indexers.base import JointEncoder, TrackEncoder
from indexers.schema import Laid, TextReading, Vectors
from indexers.testing import FakeJointEncoder, JointEncoderContract, unit_rows


class FakeTrackEncoder(FakeJointEncoder):
    """The fake joint encoder with an ear for time: what comes first in a track counts double.

    Each clip has an echo of the one before it, half as loud. Sentences end at full stops, and each counts the same.
    """

    name = "fake-track"
    fingerprint = hashlib.sha256(b"fake-track-1").hexdigest()

    def place(self, clips: Vectors, laid: Laid) -> tuple[Vectors, Vectors]:
        """Let clips hear their echoes; see `TrackEncoder.place`."""
        heard = clips.copy()
        tracks = np.zeros((len(laid.starts) - 1, self.dim), dtype=np.float32)
        for track, (start, stop) in enumerate(pairwise(laid.starts.tolist())):
            heard[start + 1 : stop] += 0.5 * clips[start : stop - 1]
            tracks[track] = clips[start:stop].sum(axis=0) + clips[start]
        return unit_rows(heard), unit_rows(tracks)

    def read(self, text: str) -> TextReading:
        """Read sentence by sentence; see `TrackEncoder.read`."""
        sentences = super().encode([said for said in text.split(".") if said.strip()] or [text])
        weights = np.full(len(sentences), 1.0 / len(sentences), dtype=np.float32)
        return TextReading(sentences, weights, unit_rows(sentences.mean(axis=0, keepdims=True))[0], 8.0, 0.25)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts into [n_texts, dim]; see `TextEncoder.encode`."""
        wholes = [self.read(text).whole for text in texts]
        return np.stack(wholes) if wholes else np.empty((0, self.dim), dtype=np.float32)


class TrackEncoderContract(JointEncoderContract):
    """What every encoder that hears clips in their tracks promises. Subclass it as the contract above."""

    @pytest.fixture
    def laid(self) -> Laid:
        """Two tracks, of four clips and of two."""
        start_s = np.array([0, 10, 20, 30, 0, 10], dtype=np.float32)
        times_s = np.stack([start_s, start_s + 3], axis=1)
        return Laid(times_s, np.array([0, 4, 6]), np.array([33, 0], dtype=np.float32))

    @pytest.fixture
    def windows(self, encoder: JointEncoder) -> Vectors:
        """Clip vectors for `laid`, all of them different."""
        return unit_rows(np.abs(np.random.default_rng(5).normal(size=(6, encoder.dim))).astype(np.float32))

    def test_clips_and_tracks_are_unit_rows(self, encoder: TrackEncoder, windows: Vectors, laid: Laid) -> None:
        """[n_clips, dim] and [n_tracks, dim] of float32."""
        assert isinstance(encoder, TrackEncoder)
        clips, tracks = encoder.place(windows, laid)
        assert (clips.shape, tracks.shape) == ((6, encoder.dim), (2, encoder.dim))
        assert clips.dtype == tracks.dtype == np.float32
        for rows in (clips, tracks):
            np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)

    def test_a_track_depends_on_no_other(self, encoder: TrackEncoder, windows: Vectors, laid: Laid) -> None:
        """Alone a track is what it is beside others."""
        clips, tracks = encoder.place(windows, laid)
        second = Laid(laid.times_s[4:], np.array([0, 2]), laid.durations_s[1:])
        alone_clips, alone_tracks = encoder.place(windows[4:], second)
        np.testing.assert_allclose(alone_clips, clips[4:], atol=1e-5)
        np.testing.assert_allclose(alone_tracks, tracks[1:], atol=1e-5)

    def test_no_clips_have_no_tracks(self, encoder: TrackEncoder, windows: Vectors, laid: Laid) -> None:
        """Nothing gives [0, dim] twice."""
        nothing = Laid(laid.times_s[:0], np.array([0]), laid.durations_s[:0])
        assert [rows.shape for rows in encoder.place(windows[:0], nothing)] == [(0, encoder.dim)] * 2

    def test_a_text_is_read_whole(self, encoder: TrackEncoder) -> None:
        """Sentences are unit rows, their weights sum to one, and the whole is what `encode` gives."""
        text = "Slow piano. Then heavy metal guitar. " * 30 + "At last a flute"
        reading = encoder.read(text)
        assert 61 <= len(reading.sentences) <= 62  # the whole may be one more
        np.testing.assert_allclose(np.linalg.norm(reading.sentences, axis=1), 1, atol=1e-5)
        assert reading.weights.shape == (len(reading.sentences),)
        assert float(reading.weights.sum()) == pytest.approx(1, abs=1e-5)
        assert (reading.weights >= 0).all()
        np.testing.assert_allclose(reading.whole, encoder.encode([text])[0], atol=1e-5)
        assert 0 <= reading.balance <= 1
        assert reading.sharpness > 0
        assert not np.allclose(encoder.read(text[:-18]).whole, reading.whole, atol=1e-6)  # the end counts too

    def test_a_text_without_words_is_one_sentence(self, encoder: TrackEncoder) -> None:
        """As short a text as there is."""
        assert len(encoder.read("♪").sentences) == len(encoder.read("piano").sentences)
