"""The scenes that a description is put into, by what kind of label it describes."""

from collections.abc import Mapping
from enum import StrEnum

TEMPLATE = "the sound of {}"


class Kind(StrEnum):
    """What a label names; the tables of descriptions are called after it."""

    SOUND = "sounds"
    GENRE = "genres"
    INSTRUMENT = "instruments"
    MOOD = "moods"


_MUSIC = (
    "{}",
    "a recording of {}",
    "a song: {}",
    "a live performance of {}",
    "a studio recording of {}",
    "{}, in the middle of a track",
    "the beginning of a track: {}",
    "an old recording of {}",
    "one can hear {}",
    "a short excerpt of {}",
)
SCENES: Mapping[Kind, tuple[str, ...]] = {
    Kind.SOUND: (
        "{}",
        "the sound of {}",
        "a field recording of {}",
        "a close recording of {}",
        "{}, heard in the distance",
        "{} outdoors",
        "{} in a room",
        "{} with faint noise behind it",
        "one can hear {}",
        "a short clip of {}",
    ),
    Kind.GENRE: _MUSIC,
    Kind.INSTRUMENT: (
        "{}",
        "the sound of {}",
        "a solo: {}",
        "a recording of {}",
        "{} in a band",
        "{} over a quiet accompaniment",
        "a live performance with {}",
        "a studio recording of {}",
        "one can hear {}",
        "a short excerpt with {}",
    ),
    Kind.MOOD: _MUSIC,
}
