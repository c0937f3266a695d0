"""Tempi: spread, and telling the same story as the notes."""

import numpy as np

from indexers.pairs.playing.tempo import CALM, LIVELY, choose_tempo, contradicts, onsets_per_quarter, suits
from indexers.scores.notes import Score


def test_tempi_are_spread_and_tell_one_story(tune: Score) -> None:
    assert onsets_per_quarter(tune) == 1.0
    drawn = [choose_tempo(tune, np.random.default_rng(seed)) for seed in range(200)]
    assert all(suits(bpm, bpm / 60) for bpm in drawn)
    assert sum(bpm < CALM for bpm in drawn) > 30
    assert sum(bpm >= LIVELY for bpm in drawn) > 30


def test_slow_music_has_few_notes_and_fast_music_enough() -> None:
    assert suits(60, 2.0)
    assert not suits(60, 5.0)
    assert suits(150, 4.0)
    assert not suits(150, 1.0)
    assert not suits(100, 20.0)


def test_what_an_arrangement_adds_may_not_belie_the_tempo() -> None:
    assert contradicts(60, 6.0)
    assert not contradicts(60, 4.0)
    assert contradicts(150, 0.5)
    assert not contradicts(100, 9.0)
