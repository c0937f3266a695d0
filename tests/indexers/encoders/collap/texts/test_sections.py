import numpy as np
import pytest

from indexers.encoders.collap.texts.sections import seconds_of, sections_told, untimed

SENTENCES = [
    "This lasts 1 minute and 10 seconds.",
    "From 0:00 to 0:20, in the opening section, a flute plays.",
    "The notes are few.",
    "The second section runs from 0:20 to 0:45: at first a choir sings.",
    "At 0:31 drums join in.",
    "From 0:45 to 1:10, in the last section, a tuba plays.",
    "Drums are heard from 0:20 to 0:45.",
]
SPANS = [(0.0, 20.4), (20.4, 44.9), (44.9, 70.0)]


def test_a_heading_with_times_and_what_follows_are_about_a_section():
    told = sections_told(SENTENCES, SPANS)
    assert [np.flatnonzero(column).tolist() for column in told.T] == [[1, 2], [3, 4], [5]]


def test_sections_without_a_heading_have_no_sentences():
    told = sections_told([SENTENCES[0], SENTENCES[5], "It ends."], SPANS)
    assert [np.flatnonzero(column).tolist() for column in told.T] == [[], [], [1]]
    assert sections_told(["no times"], SPANS).shape == (1, 3)
    assert not sections_told(["no times"], SPANS).any()
    assert sections_told(SENTENCES, []).shape == (7, 0)


def test_times_of_another_stretch_are_no_heading():
    assert not sections_told(["From 0:05 to 0:20 a flute plays."], SPANS).any()


@pytest.mark.parametrize(
    ("sentence", "bare"),
    [
        (SENTENCES[1], "a flute plays."),
        (SENTENCES[3], "at first a choir sings."),
        (SENTENCES[4], "drums join in."),
        ("0:35 flute, double bass;", "flute, double bass"),
        ("the volume in the third section is low", "the volume is low"),
        ("It never changes.", "It never changes."),
        ("From 0:45 to 1:10.", ""),
    ],
)
def test_clocks_and_numbers_of_sections_are_left_out(sentence, bare):
    assert untimed(sentence) == bare


def test_clocks():
    assert [seconds_of(clock) for clock in ("0:07", "1:05", "1:02:05")] == [7, 65, 3725]
