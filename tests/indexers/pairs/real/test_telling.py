"""Wordings of real audio: true to the facts, varied, English, and at least four beside the caption."""

import re
from dataclasses import replace

import numpy as np
import pytest

from indexers.catalog.tags import Tags
from indexers.pairs.real.hearing.heard import Heard
from indexers.pairs.real.hearing.roles import GENRE, INSTRUMENT, MOOD, PLACE, SOUND, VOICE, music_row, roles
from indexers.pairs.real.measuring.measure import Measured
from indexers.pairs.real.telling.clips import FEWEST, MOST, wordings
from indexers.pairs.real.telling.facts import Facts, facts_of, genres_of
from indexers.pairs.real.telling.stories import Section, Track, is_told_alike, track_wordings
from indexers.pairs.real.telling.words import thing

MUSIC = Facts(
    10.0, 20.0, "", "Battle", ("romantic classical",),
    Heard(is_music=True, instruments=("violin", "strings"), moods=("sad",), voices=("choir singing",), paces=("slow",)),
    Measured(-36.0, "soft", "growing", 96, "A minor"),
)  # fmt: skip
BARK = Facts(
    0.0, 3.1, "dog bark", "", (), Heard(is_music=False, sounds=("bow-wow", "dog")), Measured(-12.0, "loud", "fading")
)


def all_texts(facts: Facts, n_seeds: int = 40) -> list[str]:
    found = []
    for seed in range(n_seeds):
        caption, rewrites = wordings(facts, np.random.default_rng(seed))
        found += [caption, *rewrites]
    return found


@pytest.mark.parametrize("facts", [MUSIC, BARK, replace(BARK, heard=Heard(is_music=False))])
def test_at_least_four_rewrites_that_differ(facts: Facts) -> None:
    for seed in range(40):
        caption, rewrites = wordings(facts, np.random.default_rng(seed))
        assert FEWEST <= len(rewrites) <= MOST
        assert len({text.lower() for text in (caption, *rewrites)}) == len(rewrites) + 1
        assert not any("  " in text or " ." in text or " ," in text for text in (caption, *rewrites))


def test_a_genre_alone_has_four_rewrites_too() -> None:
    bare = Facts(0.0, 10.0, "", "", ("metal",), Heard(is_music=True), Measured(-20.0))
    assert all(len(wordings(bare, np.random.default_rng(seed))[1]) >= FEWEST for seed in range(40))


def test_a_caption_of_music_tells_all_its_facts() -> None:
    for seed in range(40):
        caption = wordings(MUSIC, np.random.default_rng(seed))[0].lower()
        assert all(word in caption for word in ("violin", "strings", "choir singing", "romantic classical", "sad"))
        assert "96" in caption
        assert "a minor" in caption
        assert re.search(r"louder|swells|builds up", caption)


def test_no_wording_tells_what_is_no_fact() -> None:
    texts = " ".join(all_texts(MUSIC)).lower()
    assert set(re.findall(r"\d+", texts)) == {"96"}
    assert not re.search(r"\b(?:piano|guitar|drums|loud|fast|major|fad\w+)\b", texts)
    assert "battle" not in texts  # a title cannot be heard
    barks = " ".join(all_texts(BARK)).lower()
    assert not re.search(r"\b(?:quiet|music|bpm|louder)\b", barks)


def test_the_stock_of_sentences_is_wide() -> None:
    captions = {wordings(MUSIC, np.random.default_rng(seed))[0] for seed in range(60)}
    assert len(captions) > 50
    openings = {" ".join(text.split()[:2]) for text in captions}
    assert len(openings) >= 8


def test_the_same_seed_says_the_same() -> None:
    assert wordings(BARK, np.random.default_rng(3)) == wordings(BARK, np.random.default_rng(3))


def test_descriptions_are_told_of_what_they_are_of() -> None:
    described = {"dog": "A barking animal.", "bow-wow": "An onomatopoeia.", "violin": "Bowed."}
    _, rewrites = wordings(BARK, np.random.default_rng(0), described)
    assert "A barking animal." in rewrites
    assert "An onomatopoeia." not in rewrites


@pytest.mark.parametrize(
    ("name", "told"),
    [("dog bark", "a dog bark"), ("rain", "rain"), ("sea waves", "sea waves"), ("fire crackling", "fire crackling"),
     ("owl", "an owl"), ("broken glass", "broken glass")],
)  # fmt: skip
def test_articles(name: str, told: str) -> None:
    assert thing(name) == told


def test_tags_of_the_file_come_before_genres_that_were_heard(recording) -> None:
    heard = Heard(is_music=True, genres=("jazz",))
    tagged = recording(tags=Tags(title="March", artist="X", genre="Classical; Game/Opera"))
    assert genres_of(tagged) == ("classical", "opera")
    told = facts_of(tagged, (0.0, 5.0), heard, Measured(-20.0, bpm=90, key="C major"))
    assert (told.genres, told.title, told.measured.bpm) == (("classical", "opera"), "March", 90)
    assert told.as_json()["genres"] == ["classical", "opera"]
    assert facts_of(recording(), (0.0, 5.0), heard, Measured(-20.0)).as_json()["genres"] == ["jazz"]


def test_a_named_sound_has_no_key_and_no_genre(recording) -> None:
    heard = Heard(is_music=True, genres=("jazz",), instruments=("piano",))
    told = facts_of(recording("piano chord"), (0.0, 5.0), heard, Measured(-20.0, bpm=90, key="C major"))
    assert (told.genres, told.measured.bpm, told.measured.key, told.is_music) == ((), None, "", False)
    assert told.as_json()["label"] == "piano chord"


def test_parts_of_the_classes() -> None:
    words = {(role.words, role.part) for role in roles()}
    assert {("violin", INSTRUMENT), ("bark", SOUND), ("sad", MOOD), ("jazz", GENRE), ("choir singing", VOICE)} <= words
    assert ("in a small room", PLACE) in words
    assert ("female vocals", VOICE) in words
    assert not any(role.part for role in roles() if role.words in {"music", "animal", "sound effect", "00s", "sexy"})
    assert roles()[music_row()].words == "music"


def section(start_s: float, end_s: float, level_db: float, *names: str) -> Section:
    return Section(start_s, end_s, Heard(is_music=True, instruments=names), level_db)


def test_a_track_is_told_section_by_section() -> None:
    whole = replace(MUSIC, start_s=0.0, end_s=200.0)
    track = Track(whole, (section(0, 62, -30, "violin"), section(62, 140, -20, "drum", "violin"),
                          section(140, 200, -31, "flute")))  # fmt: skip
    caption, rewrites = track_wordings(track, np.random.default_rng(0))
    assert "three sections" in caption
    assert "3 minutes and 20 seconds" in caption
    assert "1:02" in caption
    assert "a drum can be heard and it is louder than before" in caption
    assert "there is no more of the drum and the violin" in caption
    assert "It is loudest from 1:02 to 2:20 and quietest from 2:20 on." in caption
    assert len(rewrites) >= 4
    assert any("whose loudness rises, then falls" in text for text in rewrites)
    assert track.as_json()["sections"][1]["start_s"] == 62


def test_a_track_that_never_changes() -> None:
    track = Track(replace(MUSIC, start_s=0.0, end_s=90.0), (section(0, 90, -20, "violin"),))
    caption, rewrites = track_wordings(track, np.random.default_rng(1))
    assert "one section" in caption
    assert "loudest" not in caption
    assert "Violin all the way through." in rewrites


def test_sections_are_one_where_nothing_would_be_told_of_the_change() -> None:
    first = section(0, 30, -20, "violin", "harp")
    assert is_told_alike(first, section(30, 60, -22, "harp", "violin"))
    assert not is_told_alike(first, section(30, 60, -22, "harp"))
    assert not is_told_alike(first, section(30, 60, -25, "harp", "violin"))
