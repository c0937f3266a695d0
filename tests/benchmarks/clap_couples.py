"""Couples of clips and texts of which each text is true of one clip alone: order and attributes."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from indexers.pairs.joining.couples import AT_ONCE
from indexers.pairs.manifest import Pair
from indexers.pairs.playing.palette import PLAYER_OF
from indexers.pairs.telling.vocabulary import tempo_word

MOST = 200  # couples of one kind
Value = Callable[[Mapping], str]


@dataclass(frozen=True)
class Twins:
    """Two clips and a text for each; `unit` is what the bootstrap draws."""

    clips: tuple[Pair, Pair]
    texts: tuple[str, str]
    unit: str


def order_twins(pairs: Sequence[Pair]) -> dict[str, list[Twins]]:
    """The couples of a manifest of joined sounds: in both orders, and one after another against at once."""
    couples: dict[int, list[Pair]] = defaultdict(list)
    for pair in pairs:
        couples[pair.facts["couple"]].append(pair)
    found: dict[str, list[Twins]] = {"before and after": [], "after or while": []}
    for own in couples.values():
        both = [pair for pair in own if pair.facts["how"] == AT_ONCE]
        ordered = [pair for pair in own if pair.facts["how"] != AT_ONCE]
        if len(both) == 1 and len(ordered) == 2:
            found["before and after"].append(twins(ordered[0], ordered[1]))
            found["after or while"].append(twins(ordered[0], both[0]))
    return found


def twins(one: Pair, other: Pair) -> Twins:
    """Two clips with their captions."""
    return Twins((one, other), (one.text, other.text), one.tune)


def attribute_twins(pairs: Sequence[Pair], rng: np.random.Generator) -> dict[str, list[Twins]]:
    """Couples of clips whose leading instrument is the same, but fast and slow, loud and soft, or high and low; and
    couples of equal pace, but led by keys and by strings.
    """
    return {
        "fast or slow": _couples(pairs, _pace, _player, "{value} {other} music", rng),
        "loud or soft": _couples(pairs, _level, _player, "{value} {other} music", rng),
        "high or low": _couples(pairs, _register, _player, "{other} music with {value} notes", rng),
        "keys or strings": _couples(pairs, _family, _pace, "{other} {value} music", rng),
    }


def _couples(
    pairs: Sequence[Pair], value_of: Value, same: Value, template: str, rng: np.random.Generator
) -> list[Twins]:
    by: dict[str, dict[str, list[Pair]]] = defaultdict(lambda: defaultdict(list))
    for pair in pairs:
        value, other = value_of(pair.facts), same(pair.facts)
        if value and other:
            by[other][value].append(pair)
    found = []
    for other, sides in sorted(by.items()):
        if len(sides) < 2:
            continue
        one, two = (sides[name] for name in sorted(sides)[:2])
        orders = [[pool[row] for row in rng.permutation(len(pool))] for pool in (one, two)]
        for clips in zip(*orders, strict=False):
            if clips[0].tune != clips[1].tune:
                texts = tuple(template.format(value=value_of(pair.facts), other=other) for pair in clips)
                found.append(Twins(clips, texts, other))
    return [found[row] for row in sorted(rng.permutation(len(found))[:MOST])]


def _pace(facts: Mapping) -> str:
    word, density = tempo_word(facts["bpm"]), facts["density"]
    if "slow" in word and density != "busy":
        return "slow"
    return "fast" if "fast" in word and density != "sparse" else ""


def _level(facts: Mapping) -> str:
    loud = facts["dynamics"]
    steady = loud["change"] == "none"
    return "loud" if steady and "loud" in loud["start"] else "soft" if steady and "soft" in loud["start"] else ""


def _register(facts: Mapping) -> str:
    return facts["register"]


def _player(facts: Mapping) -> str:
    return facts["parts"][0]["player"] if facts["parts"] else ""


def _family(facts: Mapping) -> str:
    player = PLAYER_OF.get(_player(facts))
    return {"keys": "piano", "strings": "strings"}.get(player.family, "") if player else ""
