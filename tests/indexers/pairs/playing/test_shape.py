"""How loud each moment is to be."""

import numpy as np

from indexers.pairs.playing.shape import FADING, GROWING, STEADY, SUDDEN, Loudness, choose_loudness


def test_all_shapes_are_chosen_and_sudden_changes_are_in_the_middle() -> None:
    drawn = [choose_loudness(np.random.default_rng(seed), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]) for seed in range(100)]
    assert {one.shape for one in drawn} == {STEADY, GROWING, FADING, SUDDEN}
    assert {one.at_s for one in drawn if one.shape == SUDDEN} <= {3.0, 4.0}
    assert choose_loudness(np.random.default_rng(0), []).shape != SUDDEN


def test_velocities_between_the_ends() -> None:
    assert Loudness(GROWING, 40, 100).velocity(5.0, 10.0) == 70
    assert Loudness(FADING, 100, 40).velocity(10.0, 10.0) == 40
    assert Loudness(STEADY, 72, 72).velocity(3.0, 10.0) == 72
    sudden = Loudness(SUDDEN, 40, 100, 4.0)
    assert (sudden.velocity(3.9, 10.0), sudden.velocity(4.0, 10.0)) == (40, 100)
