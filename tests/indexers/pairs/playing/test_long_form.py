"""Long tracks: sections without gaps, one kit, few enough players."""

import numpy as np
import pytest

from indexers.pairs.playing.long_form import perform_long
from indexers.pairs.playing.midi import MOST_PLAYERS
from indexers.scores.notes import Score


@pytest.mark.parametrize("seed", range(12))
def test_sections_follow_each_other(tune: Score, chorale: Score, seed: int) -> None:
    for score in (tune, chorale):
        track = perform_long(score, "", np.random.default_rng(seed))
        assert 60.0 <= track.length_s <= 300.0
        assert 3 <= len(track.spans) <= 7
        assert track.spans[0].start_s == 0.0
        assert all(a.end_s == b.start_s for a, b in zip(track.spans, track.spans[1:], strict=False))
        assert len({voice.player for voice in track.voices if voice.role != "drums"}) <= MOST_PLAYERS
        assert len({voice.player for voice in track.voices if voice.role == "drums"}) <= 1


def test_sections_differ(tune: Score) -> None:
    track = perform_long(tune, "", np.random.default_rng(2))
    casts = [
        frozenset(
            (voice.player, voice.role) for voice in track.voices if span.start_s <= voice.notes[0].start_s < span.end_s
        )
        for span in track.spans
    ]
    assert len(set(casts)) > 1


def test_the_same_rng_plays_the_same(tune: Score) -> None:
    assert perform_long(tune, "", np.random.default_rng(1)) == perform_long(tune, "", np.random.default_rng(1))
