"""Dynamics read off velocities that are known."""

import pytest

from indexers.pairs.telling.loudness import Dynamics, level_word, read_dynamics

PITCHES = (60,) * 20


@pytest.mark.parametrize(
    ("velocity", "found"),
    [
        (lambda _: 34, Dynamics("very soft", "very soft")),
        (lambda _: 97, Dynamics("loud", "loud")),
        (lambda at: 34 + 7 * at, Dynamics("very soft", "loud", "growing")),
        (lambda at: 116 - 7 * at, Dynamics("very loud", "soft", "fading")),
        (lambda at: 50 if at < 6.0 else 116, Dynamics("soft", "very loud", "sudden rise", 6.0)),
        (lambda at: 97 if at < 3.5 else 34, Dynamics("loud", "very soft", "sudden fall", 3.5)),
        (lambda at: 70 + at, Dynamics("moderate", "moderate")),
        (lambda at: 72 if at < 9.0 else 116, Dynamics("moderate", "moderate")),  # an accent at the end
    ],
)
def test_shapes(voice, velocity, found: Dynamics) -> None:
    assert read_dynamics([voice("flute", "melody", PITCHES, step_s=0.5, velocity=velocity)], 0.0, 10.0) == found


def test_what_accompanies_does_not_hide_a_lead_and_counts_where_there_is_none(voice) -> None:
    soft = voice("harp", "broken chords", PITCHES, step_s=0.5, velocity=20)
    assert read_dynamics([voice("flute", "melody", PITCHES, step_s=0.5, velocity=97), soft], 0.0, 10.0).start == "loud"
    assert read_dynamics([soft], 0.0, 10.0).start == "very soft"


def test_a_span_later_on_is_read_by_itself(voice) -> None:
    rising = voice("flute", "melody", PITCHES, 20.0, step_s=0.5, velocity=lambda at: 50 if at < 26.0 else 116)
    assert read_dynamics([rising], 20.0, 30.0).at_s == 26.0
    assert read_dynamics([], 0.0, 10.0) == Dynamics("moderate", "moderate")


def test_levels() -> None:
    assert [level_word(velocity) for velocity in (1, 41, 42, 61, 85, 107, 127)] == [
        "very soft", "very soft", "soft", "moderate", "loud", "very loud", "very loud"
    ]  # fmt: skip
