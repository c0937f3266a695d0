"""Contracts and fakes that tests of every room share. Imported by tests only."""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from indexers.base import AudioEncoder, JointEncoder, Recommender, TextEncoder
from indexers.catalog.corpus import Corpus, build_corpus, build_vocabulary
from indexers.catalog.playlists.entry import Entry, Playlist
from indexers.errors import ShapeError
from indexers.schema import Seeds, Vectors, Waveforms


def unit_rows(vectors: Vectors) -> Vectors:
    """Scale rows to length one; rows of zeros stay zeros."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1.0)).astype(np.float32)


class FakeEncoder:
    """Loudness and a few DFT magnitudes of each window: cheap, deterministic, and different for different sound."""

    name = "fake"
    fingerprint = hashlib.sha256(b"fake-1").hexdigest()
    sample_rate_hz = 16_000
    window_samples = 48_128
    outputs: Mapping[str, int] = {"tags": 5, "embedding": 8}

    def encode(self, windows: Waveforms) -> dict[str, Vectors]:
        """Encode [n_windows, window_samples]; see `AudioEncoder.encode`."""
        if windows.ndim != 2 or windows.shape[1] != self.window_samples:
            raise ShapeError(f"windows are {windows.shape}, not [n, {self.window_samples}]")
        spectrum = np.abs(np.fft.rfft(windows, axis=1))
        bands = np.stack([part.mean(axis=1) for part in np.array_split(spectrum, 8, axis=1)], axis=1)
        embedding = unit_rows(bands.astype(np.float32))
        return {"tags": embedding[:, :5] / (1 + embedding[:, :5]), "embedding": embedding}


class FakeTextEncoder:
    """Hashed bags of words: texts that share words are near each other."""

    name = "fake-text"
    fingerprint = hashlib.sha256(b"fake-text-1").hexdigest()
    dim = 64

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts into [n_texts, dim]; see `TextEncoder.encode`."""
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                vectors[row, int(hashlib.sha256(word.encode()).hexdigest(), 16) % self.dim] += 1
        return unit_rows(vectors)


class FakeJointEncoder:
    """Eight bands of what the fake encoder heard, named "band0" to "band7", beside eight dims of other words.

    The word "band0" is thus nearest to the deepest sound.
    """

    name = "fake-joint"
    fingerprint = hashlib.sha256(b"fake-joint-1").hexdigest()
    dim = 16
    hears: Mapping[str, tuple[str, ...]] = {"fake": ("embedding",)}
    languages = ("en",)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts into [n_texts, dim]; see `TextEncoder.encode`."""
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in text.lower().split():
                band = word.removeprefix("band")
                known = word != band and band in tuple("01234567")
                vectors[row, int(band) if known else 8 + int(hashlib.sha256(word.encode()).hexdigest(), 16) % 8] += 1
        return unit_rows(vectors)

    def clips(self, outputs: Mapping[str, Mapping[str, Vectors]]) -> Vectors:
        """Put the bands into the first eight dims; see `JointEncoder.clips`."""
        bands = outputs["fake"]["embedding"]
        return unit_rows(np.concatenate([bands, np.zeros_like(bands)], axis=1))


class AudioEncoderContract:
    """What every sound encoder promises. Subclass it and give the fixture `encoder`."""

    @pytest.fixture
    def sounds(self, encoder: AudioEncoder) -> Waveforms:
        """Silence, a tone, noise, and clicks at full scale."""
        at_s = np.arange(encoder.window_samples) / encoder.sample_rate_hz
        noise = np.random.default_rng(3).uniform(-1, 1, encoder.window_samples)
        clicks = np.where(np.arange(encoder.window_samples) % 4000 < 20, 1.0, -1.0)
        return np.stack([0 * at_s, 0.5 * np.sin(2 * np.pi * 440 * at_s), noise, clicks]).astype(np.float32)

    def test_gives_what_it_names(self, encoder: AudioEncoder, sounds: Waveforms) -> None:
        """Each output is [n_windows, dim] of finite float32."""
        found = encoder.encode(sounds)
        assert {name: rows.shape for name, rows in found.items()} == {k: (4, v) for k, v in encoder.outputs.items()}
        assert all(rows.dtype == np.float32 and np.isfinite(rows).all() for rows in found.values())

    def test_hears_a_difference(self, encoder: AudioEncoder, sounds: Waveforms) -> None:
        """Different sounds have different outputs."""
        for rows in encoder.encode(sounds).values():
            assert all(not np.allclose(rows[0], row, atol=1e-3) for row in rows[1:])

    def test_no_window_depends_on_its_neighbours(self, encoder: AudioEncoder, sounds: Waveforms) -> None:
        """Alone, together, in another order: the same bits."""
        together, turned = encoder.encode(sounds), encoder.encode(sounds[::-1].copy())
        for name, rows in together.items():
            np.testing.assert_array_equal(rows, turned[name][::-1])
            np.testing.assert_array_equal(rows[2:3], encoder.encode(sounds[2:3])[name])

    def test_no_windows_give_no_rows(self, encoder: AudioEncoder) -> None:
        """An empty batch gives [0, dim]."""
        found = encoder.encode(np.empty((0, encoder.window_samples), dtype=np.float32))
        assert {name: rows.shape for name, rows in found.items()} == {k: (0, v) for k, v in encoder.outputs.items()}

    def test_refuses_other_windows(self, encoder: AudioEncoder) -> None:
        """Another length is an error."""
        with pytest.raises(ShapeError, match=str(encoder.window_samples)):
            encoder.encode(np.zeros((1, encoder.window_samples - 1), dtype=np.float32))


class TextEncoderContract:
    """What every text encoder promises. Subclass it and give the fixture `encoder`."""

    texts = ("slow piano", "heavy metal guitar", "", "ünïcode 音楽 🎵", "slow piano")

    def test_gives_unit_rows(self, encoder: TextEncoder) -> None:
        """[n_texts, dim] of float32; a text of nothing may be zeros."""
        rows = encoder.encode(self.texts)
        assert rows.shape == (len(self.texts), encoder.dim)
        assert rows.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(rows[[0, 1, 3, 4]], axis=1), 1, atol=1e-5)

    def test_same_text_same_vector(self, encoder: TextEncoder) -> None:
        """Equal texts are equal, different ones are not."""
        rows = encoder.encode(self.texts)
        np.testing.assert_array_equal(rows[0], rows[4])
        assert rows[0] @ rows[1] < 0.9

    def test_no_texts_give_no_rows(self, encoder: TextEncoder) -> None:
        """An empty batch gives [0, dim]."""
        assert encoder.encode([]).shape == (0, encoder.dim)


class JointEncoderContract(TextEncoderContract):
    """What every joint encoder promises. Subclass it and give the fixtures `encoder` and `listeners`."""

    @pytest.fixture
    def outputs(self, listeners: Sequence[AudioEncoder]) -> dict[str, dict[str, Vectors]]:
        """What the encoders in `hears` make of a tone and of noise, after the cache's 16 bits."""
        heard = {}
        for listener in listeners:
            at_s = np.arange(listener.window_samples) / listener.sample_rate_hz
            noise = np.random.default_rng(3).uniform(-1, 1, listener.window_samples)
            sounds = np.stack([0.5 * np.sin(2 * np.pi * 440 * at_s), noise]).astype(np.float32)
            heard[listener.name] = {name: rows.astype(np.float16) for name, rows in listener.encode(sounds).items()}
        return {name: {output: rows.astype(np.float32) for output, rows in of.items()} for name, of in heard.items()}

    def test_it_keeps_the_protocol(self, encoder: JointEncoder, listeners: Sequence[AudioEncoder]) -> None:
        """It hears outputs that there are, of encoders that take the same windows."""
        assert isinstance(encoder, JointEncoder)
        assert encoder.languages
        known = {listener.name: listener.outputs for listener in listeners}
        assert set(encoder.hears) == set(known)
        assert all(set(outputs) <= set(known[name]) for name, outputs in encoder.hears.items())
        assert len({(listener.sample_rate_hz, listener.window_samples) for listener in listeners}) == 1

    def test_clips_are_unit_rows_of_the_same_dim(
        self, encoder: JointEncoder, outputs: dict[str, dict[str, Vectors]]
    ) -> None:
        """[n_clips, dim] of float32; different sounds are different, and each is what it is alone."""
        rows = encoder.clips(outputs)
        assert rows.shape == (2, encoder.dim)
        assert rows.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
        assert not np.allclose(rows[0], rows[1], atol=1e-3)
        second = {name: {output: found[1:] for output, found in of.items()} for name, of in outputs.items()}
        np.testing.assert_allclose(encoder.clips(second), rows[1:], atol=1e-6)

    def test_no_clips_give_no_rows(self, encoder: JointEncoder, outputs: dict[str, dict[str, Vectors]]) -> None:
        """Nothing heard gives [0, dim]."""
        nothing = {name: {output: found[:0] for output, found in of.items()} for name, of in outputs.items()}
        assert encoder.clips(nothing).shape == (0, encoder.dim)


class RecommenderContract:
    """What every recommender promises. Subclass it and give `build`, which fits one to a corpus."""

    def build(self, corpus: Corpus) -> Recommender:
        """A recommender fitted to the corpus."""
        raise NotImplementedError

    @pytest.fixture
    def corpus(self) -> Corpus:
        """Forty playlists of ten of thirty tracks, by two tastes."""
        rng = np.random.default_rng(7)
        playlists = [
            Playlist(
                f"taste {number % 2}",
                tuple(
                    Entry("", f"artist {row % 7}", f"track {row}")
                    for row in 15 * (number % 2) + rng.permutation(15)[:10]
                ),
                str(number),
                date=f"2020-01-{1 + number % 28:02}",
            )
            for number in range(40)
        ]
        return build_corpus(playlists, build_vocabulary(playlists))

    @pytest.fixture
    def recommender(self, corpus: Corpus) -> Recommender:
        """One for all tests of the class."""
        return self.build(corpus)

    def test_it_keeps_the_protocol(self, recommender: Recommender, corpus: Corpus) -> None:
        """It is a Recommender and knows how many tracks there are."""
        assert isinstance(recommender, Recommender)
        assert recommender.n_tracks == len(corpus.vocabulary)

    def test_scores_are_finite_for_every_track(self, recommender: Recommender) -> None:
        """One finite score per track, the same when asked again."""
        seeds = Seeds(np.array([0, 3, 5]), "taste 0", 737_440)
        scores = recommender.score(seeds)
        assert scores.shape == (recommender.n_tracks,)
        assert scores.dtype == np.float32
        assert np.isfinite(scores).all()
        np.testing.assert_array_equal(scores, recommender.score(seeds))

    def test_no_seeds_are_answered(self, recommender: Recommender) -> None:
        """Without seeds and name it says something finite or nothing."""
        assert np.isfinite(recommender.score(Seeds())).all()

    def test_seeds_that_do_not_exist_are_refused(self, recommender: Recommender) -> None:
        """A row beyond the vocabulary is refused."""
        with pytest.raises(ShapeError, match="seeds reach row"):
            recommender.score(Seeds(np.array([recommender.n_tracks])))
