"""From quarter notes to seconds and velocities."""

import numpy as np
import pytest

from indexers.pairs.playing.arrange import Line
from indexers.pairs.playing.perform import LEGATO, STACCATO, Manner, perform
from indexers.pairs.playing.shape import FADING, GROWING, STEADY, SUDDEN, Loudness
from indexers.scores.notes import Note

NOTES = tuple(Note(float(at), 1.0, 60 + at) for at in range(20))
STEADILY = Loudness(STEADY, 72, 72)


def played(line: Line, loudness: Loudness = STEADILY, touch: float = LEGATO):
    (voice,) = perform([line], Manner(0.5, 4.0, 10.0, loudness, touch), np.random.default_rng(0), start_s=30.0)
    return voice.notes


def test_seconds_count_from_the_start_that_is_given() -> None:
    notes = played(Line("flute", "melody", NOTES))
    assert (notes[3].start_s, notes[3].end_s, notes[3].pitch) == (31.5, 32.0, 63)


def test_touch_shortens_what_leads_and_not_what_accompanies() -> None:
    assert played(Line("flute", "melody", NOTES), touch=STACCATO)[0].end_s == pytest.approx(30.175)
    assert played(Line("choir", "sustained chords", NOTES), touch=STACCATO)[0].end_s == 30.5


def test_what_accompanies_is_softer() -> None:
    melody, chords = (
        np.mean([note.velocity for note in played(Line("harp", role, NOTES))]) for role in ("melody", "broken chords")
    )
    assert melody - chords == pytest.approx(14, abs=1.5)


@pytest.mark.parametrize(
    ("loudness", "first", "last"),
    [
        (Loudness(GROWING, 34, 116), 37, 110),
        (Loudness(FADING, 97, 50), 96, 54),
        (Loudness(SUDDEN, 34, 97, 5.0), 35, 98),
    ],
)
def test_velocities_follow_the_shape(loudness: Loudness, first: int, last: int) -> None:
    velocities = [note.velocity for note in played(Line("flute", "melody", NOTES), loudness)]
    assert np.mean(velocities[:3]) == pytest.approx(first, abs=6)
    assert np.mean(velocities[-3:]) == pytest.approx(last, abs=6)


def test_a_sudden_change_is_on_its_bar_line() -> None:
    velocities = [note.velocity for note in played(Line("flute", "melody", NOTES), Loudness(SUDDEN, 34, 97, 6.0))]
    assert max(velocities[:12]) < 60 < min(velocities[12:])


def test_what_is_too_short_to_be_heard_is_left_out() -> None:
    lines = [Line("flute", "melody", NOTES), Line("harp", "broken chords", NOTES[:1])]
    voices = perform(lines, Manner(0.5, 4.0, 10.0, STEADILY), np.random.default_rng(0))
    assert [voice.player for voice in voices] == ["flute"]


def test_a_doubling_without_its_melody_is_the_melody() -> None:
    lines = [Line("flute", "melody", NOTES[:1]), Line("harp", "doubling", NOTES)]
    voices = perform(lines, Manner(0.5, 4.0, 10.0, STEADILY), np.random.default_rng(0))
    assert [(voice.player, voice.role) for voice in voices] == [("harp", "melody")]
