"""Texts that are nearly true of a clip: one of its facts turned into its contrary, all others as they are.

Source: S. Ghosh et al., "CompA: Addressing the gap in compositional reasoning in audio-language models" (2024), whose
hard negatives change order or attributes alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from indexers.pairs.playing.palette import PLAYER_OF, PLAYERS
from indexers.pairs.telling.exact import exact_caption
from indexers.pairs.telling.facts import Facts, Part
from indexers.pairs.telling.loudness import Dynamics
from indexers.pairs.telling.rewrites import mood_sentence, short_query
from indexers.pairs.telling.vocabulary import LEVEL_WORDS, TEMPO_WORDS, tempo_word

Rng = np.random.Generator
MOST = 4  # false texts of one clip
FAST_BPM, SLOW_BPM = (150, 190), (42, 58)
CONTRARY = {"very soft": "very loud", "soft": "loud", "loud": "soft", "very loud": "very soft"}
TURNED = {"growing": "fading", "fading": "growing", "sudden rise": "sudden fall", "sudden fall": "sudden rise"}
REGISTERS = {"high": "low", "low": "high"}
TOUCHES = {"staccato": "legato", "legato": "staccato"}
MODES = {"major": "minor", "minor": "major"}


@dataclass(frozen=True, slots=True)
class Swapped:
    """Facts of which one is not so, and the words that tell it; a text without any of them may still be true."""

    facts: Facts
    telling: tuple[str, ...] = ()  # none: only a text that tells everything in order is sure to be false


def false_texts(facts: Facts, rng: Rng) -> tuple[str, ...]:
    """Word what is not so, a text for each of up to `MOST` facts, in the ways in which true texts are worded."""
    swapped = [found for swap in SWAPS if (found := swap(facts, rng)) is not None]
    chosen = sorted(int(place) for place in rng.permutation(len(swapped))[:MOST])
    return tuple(dict.fromkeys(_worded(swapped[place], rng) for place in chosen))


def _worded(swapped: Swapped, rng: Rng) -> str:
    """A text in one of some forms that tells the false fact; the exact caption tells every one."""
    form = (exact_caption, short_query, mood_sentence, exact_caption)[int(rng.integers(4))]
    text = " ".join(form(swapped.facts, rng).split()).replace(" ,", ",")
    told = form is exact_caption or any(words in text for words in swapped.telling)
    return text if told else exact_caption(swapped.facts, rng)


def facts_of(told: Mapping[str, Any]) -> Facts:
    """Facts as a manifest keeps them, as they were read; see `Facts.as_json`."""
    parts = tuple(Part(**part) for part in told["parts"])
    return Facts(**{**told, "parts": parts, "dynamics": Dynamics(**told["dynamics"])})


def other_tempo(facts: Facts, rng: Rng) -> Swapped | None:
    """Slow for fast, and fast for slow."""
    word = tempo_word(facts.bpm)
    if word == "moderate":
        return None
    low, high = SLOW_BPM if "fast" in word else FAST_BPM
    density = {"sparse": "busy", "busy": "sparse"}.get(facts.density, facts.density)
    bpm = int(rng.integers(low, high))
    rate = round(facts.notes_per_s * bpm / facts.bpm, 2)
    turned = replace(facts, bpm=bpm, density=density, notes_per_s=rate)
    return Swapped(turned, TEMPO_WORDS[tempo_word(bpm)])


def other_loudness(facts: Facts, _: Rng) -> Swapped | None:
    """Soft for loud, growing for fading, and the other way round."""
    loud = facts.dynamics
    if loud.change != "none":
        return Swapped(replace(facts, dynamics=Dynamics(loud.end, loud.start, TURNED[loud.change], loud.at_s)))
    if loud.start not in CONTRARY:
        return None
    level = CONTRARY[loud.start]
    return Swapped(replace(facts, dynamics=Dynamics(level, level)), LEVEL_WORDS[level])


def other_register(facts: Facts, _: Rng) -> Swapped | None:
    """High for low, and low for high."""
    if not facts.register:
        return None
    register = REGISTERS[facts.register]
    return Swapped(replace(facts, register=register), (f"mostly {register} notes",))


def other_touch(facts: Facts, _: Rng) -> Swapped | None:
    """Short notes for joined ones, and the other way round."""
    if not facts.touch:
        return None
    return Swapped(replace(facts, touch=TOUCHES[facts.touch]), ("clipped notes", "connected lines"))


def other_mode(facts: Facts, _: Rng) -> Swapped | None:
    """Major for minor, and the other way round."""
    if not facts.mode:
        return None
    mode = MODES[facts.mode]
    return Swapped(replace(facts, mode=mode, key=facts.key.replace(facts.mode, mode)), (f"a {mode} key",))


def other_player(facts: Facts, rng: Rng) -> Swapped | None:
    """An instrument of another family for one of those that play."""
    pitched = facts.pitched
    if not pitched:
        return None
    one = pitched[int(rng.integers(len(pitched)))]
    families = {PLAYER_OF[part.player].family for part in pitched}
    strangers = [player for player in PLAYERS if player.family not in families]
    if not strangers:
        return None
    stranger = strangers[int(rng.integers(len(strangers)))]
    return Swapped(replace(facts, parts=_renamed(facts, {one.player: stranger.name})), (stranger.name, *stranger.other))


def other_order(facts: Facts, _: Rng) -> Swapped | None:
    """The instrument that enters last for the first, and the first for the last."""
    pitched = facts.pitched
    if not pitched or pitched[-1].enters_s - pitched[0].enters_s <= 1.0:
        return None
    first, last = pitched[0].player, pitched[-1].player
    if first == last:
        return None
    return Swapped(replace(facts, parts=_renamed(facts, {first: last, last: first})))


def _renamed(facts: Facts, names: Mapping[str, str]) -> tuple[Part, ...]:
    return tuple(replace(part, player=names.get(part.player, part.player)) for part in facts.parts)


Swap = Callable[[Facts, Rng], Swapped | None]
SWAPS: tuple[Swap, ...] = (
    other_tempo, other_loudness, other_register, other_touch, other_mode, other_player, other_order,
)  # fmt: skip
