"""Tracks that share playlists lie together; the same seed gives the same bits."""

import os
import subprocess
import sys

import numpy as np
import pytest

from indexers.catalog.corpus import Corpus, Vocabulary
from indexers.encoders.playlist.item2vec import Item2VecSettings, learn_track_vectors
from indexers.errors import InputError

SETTINGS = Item2VecSettings(dim=16, epochs=10, sample=0.0, ns_exponent=0.75)

HASHED = """
import hashlib, numpy as np
from indexers.catalog.corpus import Corpus, Vocabulary
from indexers.encoders.playlist.item2vec import Item2VecSettings, learn_track_vectors
rng = np.random.default_rng(0)
lists = tuple(rng.permutation(30)[:9].astype(np.int64) for _ in range(50))
names = tuple(str(row) for row in range(50))
words = Vocabulary(tuple(zip(names[:30], names[:30])), names[:30], names[:30], names[:30])
corpus = Corpus(words, lists, names, names, names, np.zeros(50, dtype=np.int64))
print(hashlib.sha256(learn_track_vectors(corpus, Item2VecSettings(dim=8, epochs=2)).tobytes()).hexdigest())
"""


def test_tracks_of_one_scene_lie_together(scenes):
    vectors = learn_track_vectors(scenes, SETTINGS)
    assert vectors.shape == (40, 16)
    assert vectors.dtype == np.float32
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = unit @ unit.T
    within = np.concatenate([cosines[:20, :20][np.triu_indices(20, 1)], cosines[20:, 20:][np.triu_indices(20, 1)]])
    assert within.min() > cosines[:20, 20:].max()


def test_rows_are_those_of_the_vocabulary_and_unlisted_tracks_are_zero(scenes):
    relabelled = Corpus(
        Vocabulary(*((*part, "none") for part in (scenes.vocabulary.artists,) * 4)),  # type: ignore[arg-type]
        tuple(39 - rows for rows in scenes.lists),
        *(getattr(scenes, part) for part in ("ids", "names", "sources", "days")),
    )
    plain = learn_track_vectors(scenes, SETTINGS)
    mirrored = learn_track_vectors(relabelled, SETTINGS)
    assert mirrored.shape == (41, 16)
    assert not mirrored[40].any()
    np.testing.assert_array_equal(mirrored[39::-1], plain)


def test_the_same_bits_whatever_the_hash_seed():
    def bits(seed):
        told = {**os.environ, "PYTHONHASHSEED": seed}
        return subprocess.run([sys.executable, "-c", HASHED], env=told, capture_output=True, check=True, text=True)

    first, second = bits("1").stdout, bits("2").stdout
    assert len(first) == 65
    assert first == second


def test_another_seed_gives_other_vectors(scenes):
    other = SETTINGS.model_copy(update={"seed": 1})
    assert not np.array_equal(learn_track_vectors(scenes, SETTINGS), learn_track_vectors(scenes, other))


def test_nothing_to_learn_from(scenes):
    with pytest.raises(InputError, match="none of 2 playlists holds two known tracks"):
        learn_track_vectors(
            Corpus(
                scenes.vocabulary,
                (np.array([3]), np.array([], dtype=np.int64)),
                *(("a", "b"),) * 3,
                np.zeros(2, dtype=np.int64),
            )
        )
