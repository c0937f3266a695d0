"""Exact captions of performances that are known note by note."""

import numpy as np
import pytest

from indexers.pairs.telling.exact import exact_caption
from indexers.pairs.telling.facts import read_facts

SCALE = (60, 62, 64, 65, 67, 69, 71, 72, 67, 60)


@pytest.fixture
def told(performance):
    def tell(*voices, seed: int = 0, **said: str) -> str:
        return exact_caption(read_facts(performance(*voices, **said)), np.random.default_rng(seed))

    return tell


def test_a_solo(told, voice) -> None:
    text = told(voice("cello", "melody", SCALE, velocity=50), style="folk song")
    assert text.startswith("A solo cello plays a folk song.")
    assert "60 beats per minute" in text
    assert "slow" in text
    assert "in C major" in text
    assert "4/4" in text
    assert "soft" in text
    assert "no drums" in text.lower()


def test_those_who_are_many_are_not_solo(told, voice) -> None:
    assert told(voice("choir", "melody", SCALE)).startswith("A choir alone plays a melody.")
    assert told(voice("steel drums", "melody", SCALE)).startswith("Solo steel drums play a melody.")


def test_entries_have_their_times_and_drums_their_beat(told, voice) -> None:
    text = told(
        voice("flute", "melody", SCALE),
        voice("harp", "broken chords", (48, 52, 55, 60, 48, 52), 4.0),
        voice("drum kit", "drums", (36,) * 6, 7.0, step_s=0.5, beat="waltz beat"),
    )
    assert text.startswith(
        "At first a flute plays the melody. After 4 seconds a harp joins in with broken chords. "
        "After 7 seconds a waltz beat on a drum kit joins in."
    )
    assert "no drums" not in text.lower()


def test_a_melody_that_passes_on(told, voice) -> None:
    text = told(voice("flute", "melody", SCALE[:5]), voice("tuba", "melody", (40, 41, 43, 45, 47), 5.0))
    assert "After 5 seconds the melody passes from the flute to a tuba." in text
    assert "stops" not in text


def test_one_that_falls_silent(told, voice) -> None:
    text = told(voice("flute", "melody", SCALE), voice("steel drums", "bass line", (48,) * 6))
    assert "After 6 seconds the steel drums stop playing." in text


def test_equal_parts_are_named_together(told, voice) -> None:
    parts = (("violin", "top line"), ("violin", "inner part"), ("viola", "inner part"), ("cello", "lowest part"))
    text = told(*(voice(player, role, SCALE) for player, role in parts), style="chorale")
    assert text.startswith("Two violins, a viola and a cello play a chorale in four parts.")


@pytest.mark.parametrize("seed", range(6))
def test_a_sudden_change_has_its_time_in_every_wording(told, voice, seed: int) -> None:
    loud = voice("flute", "melody", (72,) * 20, step_s=0.5, velocity=lambda at: 50 if at < 6.0 else 116)
    text = told(loud, seed=seed)
    assert "after 6 seconds" in text.lower()
    assert text.index("soft") < text.index("very loud")


@pytest.mark.parametrize("seed", range(6))
def test_growing_goes_from_soft_to_loud(told, voice, seed: int) -> None:
    text = told(voice("flute", "melody", (72,) * 20, step_s=0.5, velocity=lambda at: 50 + 6 * at), seed=seed)
    assert "from soft to loud" in text


def test_compound_time_counts_dotted_quarters(told, voice) -> None:
    assert "60 dotted-quarter beats per minute" in told(voice("flute", "melody", SCALE), metre="6/8")
