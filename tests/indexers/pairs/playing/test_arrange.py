"""Arrangements: what the plan asks for is there, in range, and everybody once."""

from collections import Counter

import numpy as np
import pytest

from indexers.pairs.playing.arrange import arrange, setting_of, transposed
from indexers.pairs.playing.palette import KIT_OF, PLAYER_OF
from indexers.scores.notes import Note, Score

PLAN = ("sustained chords", "bass line", "drums")


@pytest.mark.parametrize("seed", range(8))
def test_a_plan_is_kept_and_nobody_plays_twice(tune: Score, seed: int) -> None:
    lines = arrange(setting_of(tune, 64.0), np.random.default_rng(seed), PLAN)
    assert [line.role for line in lines] == ["melody", *PLAN]
    assert len({line.player for line in lines}) == 4
    assert lines[3].player in KIT_OF


@pytest.mark.parametrize("seed", range(30))
def test_most_notes_are_in_range(tune: Score, chorale: Score, seed: int) -> None:
    rng = np.random.default_rng(seed)
    for score in (tune, chorale):
        for line in arrange(setting_of(score, score.length), rng):
            if line.role == "drums":
                continue
            player = PLAYER_OF[line.player]
            outside = sum(not player.low <= note.pitch <= player.high for note in line.notes)
            assert outside <= 0.1 * len(line.notes)


def test_a_doubling_is_the_melody_octaves_away(tune: Score) -> None:
    melody, doubling = arrange(setting_of(tune, 64.0), np.random.default_rng(1), ("doubling",))
    apart = {b.pitch - a.pitch for a, b in zip(melody.notes, doubling.notes, strict=True)}
    assert len(apart) == 1
    assert apart.pop() % 12 == 0
    assert PLAYER_OF[melody.player].family != PLAYER_OF[doubling.player].family


def test_a_written_accompaniment_is_played_instead_of_added_chords(tune: Score) -> None:
    given = tuple(Note(4.0 * bar, 4.0, pitch) for bar in range(16) for pitch in (48, 52, 55))
    score = Score("", (tune.parts[0], given), "4/4")
    lines = arrange(setting_of(score, 64.0), np.random.default_rng(0), ("broken chords",))
    assert [line.role for line in lines] == ["melody", "accompaniment"]
    assert len(lines[1].notes) == len(given)


def test_without_a_known_metre_there_are_no_drums(tune: Score) -> None:
    score = Score("", tune.parts)
    assert all(line.role != "drums" for line in arrange(setting_of(score, 64.0), np.random.default_rng(0), PLAN))


def test_parts_are_played_by_one_by_some_or_by_an_ensemble(chorale: Score) -> None:
    found = Counter(
        tuple(
            line.role
            for line in arrange(setting_of(chorale, 32.0), np.random.default_rng(seed))
            if line.role != "drums"
        )
        for seed in range(60)
    )
    assert set(found) == {
        ("all parts",), ("melody",), ("top line", "lowest part"),
        ("top line", "inner part", "inner part", "lowest part"),
    }  # fmt: skip


def test_a_preferred_player_is_taken_where_the_notes_fit(tune: Score) -> None:
    setting = setting_of(tune, 64.0, {"melody": "cello", "drums": "rock drum kit"})
    lines = arrange(setting, np.random.default_rng(0), ("drums",))
    assert [line.player for line in lines] == ["cello", "rock drum kit"]


def test_transposing(tune: Score) -> None:
    assert transposed(tune, 3).parts[0][0].pitch == 63
    assert transposed(tune, 3).metre == "4/4"


@pytest.mark.parametrize("seed", range(20))
def test_only_those_who_can_hold_a_note_hold_chords_and_drones(tune: Score, seed: int) -> None:
    lines = arrange(setting_of(tune, 64.0), np.random.default_rng(seed), ("sustained chords", "drone"))
    assert all(PLAYER_OF[line.player].sustains for line in lines[1:])
