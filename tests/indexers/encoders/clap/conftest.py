"""Examples that can be learnt: a clip's features and its sentence share one of forty meanings."""

import numpy as np
import pytest

from indexers.encoders.clap.examples import Examples
from indexers.encoders.clap.frames import N_FEATURES, N_FRAMES
from indexers.encoders.clap.network import TEXT_DIM
from indexers.encoders.clap.settings import ClapSettings
from indexers.testing import unit_rows

N_MEANINGS = 40


@pytest.fixture(scope="session")
def quick():
    return ClapSettings(dim=16, hidden=16, layers=1, heads=2, text_hidden=16, dropout=0.1, batch=32, epochs=6, seed=3)


@pytest.fixture(scope="session")
def make_examples():
    """Clips of one to four frames, each with a caption and two rewrites."""

    def make(n, seed):
        rng = np.random.default_rng(seed)
        fixed = np.random.default_rng(0)
        sounds = fixed.normal(size=(N_MEANINGS, N_FEATURES)).astype(np.float32)
        words = fixed.normal(size=(N_MEANINGS, TEXT_DIM)).astype(np.float32)
        meanings = np.arange(n) % N_MEANINGS
        counts = 1 + rng.integers(N_FRAMES, size=n)
        frames = sounds[meanings][:, None] + 0.5 * rng.normal(size=(n, N_FRAMES, N_FEATURES))
        frames[np.arange(N_FRAMES) >= counts[:, None]] = 0
        sentences = unit_rows(np.repeat(words[meanings], 3, axis=0) + 0.3 * rng.normal(size=(3 * n, TEXT_DIM)))
        return Examples(frames.astype(np.float16), counts, sentences, 3 * np.arange(n + 1))

    return make
