"""Stories that can be learnt: sections of a track share one of forty meanings with the sentences about them."""

import numpy as np
import pytest

from indexers.encoders.collap.listening import Track
from indexers.encoders.collap.settings import CollapSettings
from indexers.encoders.collap.training.stories import Stories, Story, Text
from indexers.testing import unit_rows

N_MEANINGS, DIM, SECTION_S = 40, 24, 12.0


@pytest.fixture(scope="session")
def quick():
    return CollapSettings(
        base_dim=DIM, hidden=16, heads=2, dropout=0.0, batch=24, epochs=10, medleys=12, most_windows=14, seed=3
    )


def story(meanings, rows, rng, sounds):
    """Four windows and two sentences a section; a summary of one sentence a section."""
    n = len(meanings)
    clips = unit_rows(np.repeat(sounds[meanings], 4, axis=0) + 0.15 * rng.normal(size=(4 * n, DIM)))
    starts_s = 3.0 * np.arange(4 * n, dtype=np.float32)
    sentences = np.repeat(rows, 2)
    text = Text(sentences, sentences, np.arange(2 * n))
    summary = Text(rows, rows, np.arange(n))
    spans_s = SECTION_S * np.stack([np.arange(n), np.arange(n) + 1], axis=1).astype(np.float32)
    told = np.repeat(np.eye(n, dtype=np.bool_), 2, axis=0)
    track = Track(clips, np.stack([starts_s, starts_s + 3], axis=1), SECTION_S * n)
    return Story(track, f"tune {meanings}", text, (summary,), told, spans_s)


@pytest.fixture(scope="session")
def make_stories():
    """Tracks of two to four sections and clips of one; words and sounds of a meaning lie in unlike directions."""

    def make(n, seed, n_clips=0):
        rng, fixed = np.random.default_rng(seed), np.random.default_rng(0)
        sounds, words = (unit_rows(fixed.normal(size=(N_MEANINGS, DIM)).astype(np.float32)) for _ in range(2))
        drawn = [rng.permutation(N_MEANINGS)[: 2 + number % 3] for number in range(n)]
        alone = [rng.integers(N_MEANINGS, size=1) for _ in range(n_clips)]
        return Stories(
            tuple(story(meanings, meanings, rng, sounds) for meanings in drawn),
            tuple(story(meanings, meanings, rng, sounds) for meanings in alone),
            words,
        )

    return make
