"""Captions of long tracks: long, with times, and true of each section."""

import re

import numpy as np
import pytest

from indexers.pairs.playing.long_form import perform_long
from indexers.pairs.telling.story import MORE_THAN, long_caption, read_story, summaries
from indexers.pairs.telling.vocabulary import clock
from indexers.scores.notes import Score

SCALE = (60, 62, 64, 65, 67, 69, 71, 72, 67, 60)


@pytest.mark.parametrize("seed", range(12))
def test_long_captions_are_long_and_name_every_boundary(tune: Score, chorale: Score, seed: int) -> None:
    for score in (tune, chorale):
        rng = np.random.default_rng(seed)
        story = read_story(perform_long(score, "chorale", rng))
        text = long_caption(story, rng)
        assert len(text.split()) > MORE_THAN
        for section in story.sections:
            assert f"from {clock(section.start_s)} to {clock(section.end_s)}" in text.lower()
        last = max(int(minutes) * 60 + int(seconds) for minutes, seconds in re.findall(r"\b(\d):(\d\d)\b", text))
        assert last <= story.whole.end_s + 1


def test_sections_and_changes(voice, performance) -> None:
    track = performance(
        voice("flute", "melody", SCALE * 3, 0.0, velocity=50),
        voice("flute", "melody", SCALE * 3, 30.0, velocity=97),
        voice("drum kit", "drums", (36,) * 25, 35.0, beat="rock beat"),
        voice("cello", "melody", tuple(pitch - 12 for pitch in SCALE * 4), 60.0, velocity=72),
        spans=((0.0, 30.0, 60), (30.0, 60.0, 90), (60.0, 100.0, 90)),
    )
    rng = np.random.default_rng(0)
    text = long_caption(read_story(track), rng)
    assert "lasts 1 minute and 40 seconds and has three sections, at tempi between 60 and 90 beats per minute" in text
    assert "At 0:35 a rock beat on a drum kit joins in." in text
    assert "New here is a drum kit." in text
    assert "The tempo speeds up from 60 to 90 beats per minute." in text
    assert "The flute and the drum kit are no longer heard." in text
    assert "Drums are heard from 0:35 to 1:00." in text
    assert "The loudest moment comes in the second section and the quietest in the first." in text


def test_summaries_follow_the_order_of_sections(voice, performance) -> None:
    track = performance(
        voice("flute", "melody", SCALE),
        voice("tuba", "melody", tuple(pitch - 24 for pitch in SCALE), 10.0),
        spans=((0.0, 10.0, 60), (10.0, 20.0, 60)),
    )
    found = summaries(read_story(track), np.random.default_rng(0))
    assert len(found) == 4
    assert all(text.index("flute") < text.index("tuba") for text in found)
    assert "0:00 flute; 0:10 tuba." in found


def test_who_comes_back_is_not_new(voice, performance) -> None:
    track = performance(
        voice("flute", "melody", SCALE),
        voice("tuba", "melody", tuple(pitch - 24 for pitch in SCALE), 10.0),
        voice("flute", "melody", SCALE, 20.0),
        spans=((0.0, 10.0, 60), (10.0, 20.0, 60), (20.0, 30.0, 60)),
    )
    text = long_caption(read_story(track), np.random.default_rng(0))
    assert text.count("New here") == 1
    assert "The flute is back. The tuba is no longer heard." in text
