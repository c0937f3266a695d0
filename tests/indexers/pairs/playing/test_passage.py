"""Bars cut out of scores, and who leads in them."""

import numpy as np
import pytest

from indexers.pairs.playing.passage import cast_of, choose_bars, cut, silence, voices_at_once
from indexers.scores.notes import Note, Score


def test_a_cut_begins_at_zero_and_ends_its_notes(tune: Score) -> None:
    (part,) = cut(tune, 4.0, 2.5).parts
    assert part == (Note(0.0, 1.0, 65), Note(1.0, 1.0, 69), Note(2.0, 0.5, 72))


def test_bars_are_chosen_at_bar_lines_after_an_upbeat() -> None:
    # in 3/4 with an upbeat of one quarter, the first beat of every bar is the only C
    notes = tuple(Note(float(at), 1.0, 60 if at % 3 == 1 else 62) for at in range(31))
    score = Score("", (notes,), "3/4", 1.0)
    for seed in range(10):
        (part,) = choose_bars(score, 9.0, np.random.default_rng(seed)).parts
        assert [note.start for note in part if note.pitch == 60] == [0.0, 3.0, 6.0]


def test_a_short_score_is_played_again() -> None:
    score = Score("", (tuple(Note(float(at), 1.0, 60 + at) for at in range(4)),), "4/4")
    (part,) = choose_bars(score, 12.0, np.random.default_rng(0)).parts
    assert len(part) == 12


def test_silence_is_the_longest_gap() -> None:
    score = Score("", ((Note(1.0, 1.0, 60), Note(5.0, 1.0, 60)),))
    assert silence(score, 6.0) == 3.0
    assert silence(score, 10.0) == 4.0
    assert silence(Score("", ()), 7.0) == 7.0


def test_who_leads(tune: Score, chorale: Score) -> None:
    melody, chords = tune.parts[0], tuple(Note(0.0, 4.0, pitch) for pitch in (48, 52, 55))
    assert cast_of(tune).lead == melody
    assert cast_of(Score("", (melody, chords))).given == chords
    named = cast_of(Score("", (chords, melody), names=("PIANO", "MELODY")))
    assert (named.lead, named.given) == (melody, chords)
    assert cast_of(chorale).lead == ()
    assert [part[0].pitch for part in cast_of(Score("", chorale.parts[::-1])).parts] == [72, 67, 64, 48]


def test_voices_at_once() -> None:
    assert voices_at_once((Note(0.0, 2.0, 60), Note(0.0, 2.0, 64))) == 2.0
    assert voices_at_once((Note(0.0, 1.0, 60), Note(5.0, 1.0, 64))) == 1.0
    assert voices_at_once(()) == 0.0


def test_too_many_parts_keep_the_outer_ones() -> None:
    parts = tuple((Note(0.0, 1.0, 90 - part), Note(1.0, 1.0, 90 - part)) for part in range(9))
    kept = cast_of(Score("", parts)).parts
    assert [part[0].pitch for part in kept] == [90, 89, 88, 87, 86, 82]


def test_the_same_rng_chooses_the_same_bars(tune: Score) -> None:
    first, second = (choose_bars(tune, 8.0, np.random.default_rng(3)) for _ in range(2))
    assert first == second
    assert first.parts[0][0].start == pytest.approx(0.0)
