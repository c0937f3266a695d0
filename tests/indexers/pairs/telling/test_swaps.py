"""A false text is like a true one but for one fact, which it tells."""

import re
from dataclasses import fields, replace

import numpy as np
import pytest

from indexers.pairs.playing.clip import perform_clip
from indexers.pairs.telling import swaps
from indexers.pairs.telling.exact import exact_caption
from indexers.pairs.telling.facts import read_facts
from indexers.pairs.telling.rewrites import rewrites
from indexers.pairs.telling.swaps import SWAPS, facts_of, false_texts

MEANT = {  # what each swap may change
    "other_tempo": {"bpm", "density", "notes_per_s"}, "other_loudness": {"dynamics"}, "other_register": {"register"},
    "other_touch": {"touch"}, "other_mode": {"mode", "key"}, "other_player": {"parts"}, "other_order": {"parts"},
}  # fmt: skip


@pytest.fixture(scope="module")
def clips(tune, chorale):
    found = []
    for seed in range(80):
        rng = np.random.default_rng(seed)
        facts = read_facts(perform_clip(tune if seed % 3 else chorale, "reel" if seed % 2 else "", rng))
        found.append((facts, {exact_caption(facts, rng), *rewrites(facts, rng)}))
    return found


def test_each_swap_changes_what_it_is_for_and_nothing_else(clips):
    done = set()
    for facts, _ in clips:
        for swap in SWAPS:
            swapped = swap(facts, np.random.default_rng(0))
            if swapped is None:
                continue
            changed = {
                each.name for each in fields(facts) if getattr(facts, each.name) != getattr(swapped.facts, each.name)
            }
            assert changed
            assert changed <= MEANT[swap.__name__]
            done.add(swap.__name__)
    assert done == set(MEANT)


def test_order_is_turned_with_the_same_players(clips):
    for facts, _ in clips:
        swapped = swaps.other_order(facts, np.random.default_rng(0))
        if swapped is not None:
            before, after = ([part.player for part in one.pitched] for one in (facts, swapped.facts))
            assert sorted(before) == sorted(after)
            assert (before[0], before[-1]) == (after[-1], after[0])


def test_no_false_text_is_a_true_one(clips):
    made = [(false_texts(facts, np.random.default_rng(row)), true) for row, (facts, true) in enumerate(clips)]
    assert all(not set(false) & true for false, true in made)
    assert sum(len(false) for false, _ in made) > 2 * len(clips)
    assert max(len(false) for false, _ in made) <= swaps.MOST


def test_a_false_text_tells_what_is_false(clips, monkeypatch):
    monkeypatch.setattr(swaps, "SWAPS", (swaps.other_tempo,))
    for row, (facts, _) in enumerate(clips):
        for text in false_texts(facts, np.random.default_rng(row)):
            swapped = swaps.other_tempo(facts, np.random.default_rng(row))
            pace = swapped.telling
            assert any(re.search(rf"\b{word}\b", text.lower()) for word in pace), text


def test_the_same_draws_give_the_same_texts(clips):
    facts, _ = clips[0]
    assert false_texts(facts, np.random.default_rng(1)) == false_texts(facts, np.random.default_rng(1))


def test_nothing_to_turn_gives_nothing(clips):
    facts = replace(clips[0][0], bpm=90, register="", touch="", mode="", key="", parts=())
    facts = replace(facts, dynamics=replace(facts.dynamics, start="moderate", end="moderate", change="none"))
    assert false_texts(facts, np.random.default_rng(0)) == ()


def test_facts_come_back_from_a_manifest(clips):
    for facts, _ in clips:
        assert facts_of(facts.as_json()) == facts
