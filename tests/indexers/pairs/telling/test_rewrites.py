"""Rewrites say nothing that is not so: no other player, no other tempo, mood or loudness."""

import re
from dataclasses import replace

import numpy as np
import pytest

from indexers.pairs.playing.clip import perform_clip
from indexers.pairs.playing.palette import KITS, PLAYERS
from indexers.pairs.telling.exact import exact_caption
from indexers.pairs.telling.facts import Facts, read_facts
from indexers.pairs.telling.rewrites import rewrites
from indexers.pairs.telling.vocabulary import LEVEL_WORDS, MOODS, TEMPO_WORDS, mood_words, pace_of, tempo_word
from indexers.scores.notes import Score

NAMES = {word: one.name for one in (*PLAYERS, *KITS) for word in (one.name, *one.other)}
DRUMS_ALONE = re.compile(r"\b(with|and|without|no) drums\b", re.IGNORECASE)  # names no kit in particular
LONGEST_FIRST = sorted(NAMES, key=len, reverse=True)


def players_in(text: str) -> set[str]:
    """Every player that a text names; a longer name hides the shorter ones in it."""
    found = set()
    for word in LONGEST_FIRST:
        pattern = rf"\b{re.escape(word)}s?\b"
        if re.search(pattern, text, re.IGNORECASE):
            found.add(NAMES[word])
            text = re.sub(pattern, "", text, flags=re.IGNORECASE)
    return found


@pytest.fixture(scope="module")
def clips(tune: Score, chorale: Score) -> list[tuple[Facts, tuple[str, ...], str]]:
    """Facts, rewrites and exact captions of performances of all kinds."""
    found = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        facts = read_facts(perform_clip(tune if seed % 3 else chorale, "reel" if seed % 2 else "", rng))
        found.append((facts, rewrites(facts, rng), exact_caption(facts, rng)))
    return found


def test_no_player_is_named_that_does_not_sound(clips) -> None:
    for facts, texts, exact in clips:
        there = {part.player for part in facts.parts}
        assert players_in(DRUMS_ALONE.sub("", exact)) == there, exact
        for text in texts:
            assert players_in(DRUMS_ALONE.sub("", text)) <= there, text


def test_tempo_loudness_and_mood_are_those_of_the_facts(clips) -> None:
    for facts, texts, _ in clips:
        for text in texts:
            for word, others in TEMPO_WORDS.items():
                if word not in tempo_word(facts.bpm):
                    assert not any(re.search(rf"\b{other}\b", text.lower()) for other in others), text
            if facts.dynamics.change == "none":
                wrong = [
                    word for level, words in LEVEL_WORDS.items() if level not in facts.dynamics.start for word in words
                ]
                assert not any(
                    re.search(rf"(?<!very )(?<!moderately )(?<!-)\b{word}\b", text.lower()) for word in wrong
                ), text
            said = {mood for moods in MOODS.values() for mood in moods if re.search(rf"\b{mood}\b", text.lower())}
            assert said <= set(mood_words(facts)), text


def test_three_to_five_different_wordings_shortest_kind_first(clips) -> None:
    for _, texts, _ in clips:
        assert 3 <= len(texts) <= 5
        assert len(set(texts)) == len(texts)
        assert len(texts[0].split()) <= 14
        assert all("  " not in text and " ," not in text and " ." not in text for text in texts)


def test_wordings_vary(clips) -> None:
    texts = [text for _, found, exact in clips for text in (*found, exact)]
    assert len(set(texts)) > 0.98 * len(texts)


@pytest.mark.parametrize(
    ("bpm", "density", "pace"),
    [(60, "sparse", "slow"), (60, "busy", ""), (90, "moderate", ""), (130, "busy", "fast"), (130, "sparse", "")],
)
def test_a_pace_is_felt_only_where_beats_and_notes_agree(bpm: int, density: str, pace: str, voice, performance) -> None:
    facts = read_facts(performance(voice("flute", "melody", (60,) * 10)))
    assert pace_of(replace(facts, bpm=bpm, density=density)) == pace


def test_moods_are_those_of_mode_and_pace(voice, performance) -> None:
    facts = replace(read_facts(performance(voice("flute", "melody", (60,) * 10))), bpm=60, density="sparse")
    assert "sad" in mood_words(replace(facts, mode="minor"))
    assert "peaceful" in mood_words(replace(facts, mode="major"))
    assert "cheerful" in mood_words(replace(facts, mode="major", bpm=130, density="busy"))
    assert mood_words(replace(facts, mode="")) == ()
    thundering = replace(facts, mode="minor", dynamics=replace(facts.dynamics, start="very loud"))
    assert mood_words(thundering) == ()
