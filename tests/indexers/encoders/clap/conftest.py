"""Examples that can be learnt: a clip's features and its sentence share one of forty meanings."""

import numpy as np
import pytest

from indexers.encoders.clap.settings import ClapSettings
from indexers.encoders.clap.sounds.frames import N_FEATURES, N_FRAMES, N_TAGS
from indexers.encoders.clap.texts.reading import READ_DIM, TEXT_DIM, Texts
from indexers.encoders.clap.training.examples import Examples
from indexers.testing import unit_rows

N_MEANINGS = 40


@pytest.fixture(scope="session")
def quick():
    return ClapSettings(
        content=12, order=4, hidden=16, layers=1, heads=2, text_hidden=16, dropout=0.1, batch=32, epochs=8, seed=3,
        learning_rate=3e-3, slower=1.0,
    )  # fmt: skip


@pytest.fixture(scope="session")
def classes():
    """Vectors that stand for the words of the tags."""
    return unit_rows(np.random.default_rng(5).normal(size=(N_TAGS, TEXT_DIM)))


@pytest.fixture(scope="session")
def make_examples():
    """Clips of one to four frames, each with a caption and two rewrites, and a false text for every other."""

    def make(n, seed):
        rng = np.random.default_rng(seed)
        fixed = np.random.default_rng(0)
        sounds = fixed.normal(size=(N_MEANINGS, N_FEATURES)).astype(np.float32)
        words = fixed.normal(size=(N_MEANINGS, TEXT_DIM)).astype(np.float32)
        meanings = np.arange(n) % N_MEANINGS
        counts = 1 + rng.integers(N_FRAMES, size=n)
        frames = sounds[meanings][:, None] + 0.5 * rng.normal(size=(n, N_FRAMES, N_FEATURES))
        frames[np.arange(N_FRAMES) >= counts[:, None]] = 0

        def read(rows):
            said = np.zeros((len(rows), READ_DIM), dtype=np.float32)
            said[:, :TEXT_DIM] = unit_rows(words[rows] + 0.3 * rng.normal(size=(len(rows), TEXT_DIM)))
            return said

        texts = Texts(read(np.repeat(meanings, 3)), 3 * np.arange(n + 1))
        others = (meanings[::2] + 1) % N_MEANINGS
        false = Texts(read(others), np.minimum((np.arange(n + 1) + 1) // 2, len(others)))
        return Examples(frames.astype(np.float16), counts, texts, false, np.arange(n) // 2)

    return make
