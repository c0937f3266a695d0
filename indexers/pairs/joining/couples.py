"""Which sounds are joined, and what is said of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexers.pairs.joining.sounds import NamedSound
from indexers.pairs.manifest import SPLITS

SHARES = dict(zip(SPLITS, (0.7, 0.1, 0.2), strict=True))  # of the couples
ONE_AFTER_ANOTHER, AT_ONCE = "one after another", "at once"
WORDINGS = 3  # of one clip, besides its caption
THEN = (
    "{a}, then {b}",
    "{a} followed by {b}",
    "first {a}, then {b}",
    "{a} before {b}",
    "after {a}, {b}",
    "{b} after {a}",
    "it starts with {a} and ends with {b}",
    "{b}, preceded by {a}",
    "before {b} there is {a}",
    "{a}; after that {b}",
)
THEN_HELD_OUT = ("{a}, and afterwards {b}", "{b} once {a} is over", "at first {a}, later {b}", "{b} follows {a}")
WHILE = ("{a} while {b} sounds", "{a} and {b} at the same time", "{a} together with {b}", "{b} over {a}")
WHILE_HELD_OUT = ("{a} as {b} goes on", "both {a} and {b} at once")
FORMS = ("{}", "the sound of {}", "{}", "a recording of {}")
Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Couple:
    """Two sounds of different names."""

    number: int
    one: NamedSound
    other: NamedSound

    @property
    def split(self) -> str:
        """The side that both are on."""
        return self.one.split

    @property
    def name(self) -> str:
        """What must not be on two sides: the names, in whichever order."""
        return "joined: " + " + ".join(sorted((self.one.name, self.other.name)))


def draw_couples(sounds: Sequence[NamedSound], count: int, rng: Rng) -> list[Couple]:
    """Draw couples of sounds of one side, every name about as often as any other; a side without two names has none."""
    couples: list[Couple] = []
    for split, share in SHARES.items():
        own = [sound for sound in sounds if sound.split == split]
        names = sorted({sound.name for sound in own})
        if len(names) < 2:
            continue
        of = {name: [sound for sound in own if sound.name == name] for name in names}
        for _ in range(round(share * count)):
            one, other = (of[names[row]] for row in rng.permutation(len(names))[:2])
            drawn = (pool[int(rng.integers(len(pool)))] for pool in (one, other))
            couples.append(Couple(len(couples), *drawn))
    return couples


def tell_order(first: str, second: str, rng: Rng, *, held_out: bool) -> tuple[str, ...]:
    """Say that one sounds before the other, in some ways; those held out are other ways than all others."""
    return _told(THEN_HELD_OUT if held_out else THEN, first, second, rng)


def tell_together(one: str, other: str, rng: Rng, *, held_out: bool) -> tuple[str, ...]:
    """Say that both sound at once, in some ways."""
    named = (one, other) if rng.random() < 0.5 else (other, one)
    return _told(WHILE_HELD_OUT if held_out else WHILE, *named, rng)


def _told(templates: Sequence[str], a: str, b: str, rng: Rng) -> tuple[str, ...]:
    chosen = rng.permutation(len(templates))[: 1 + WORDINGS]
    texts = []
    for place in chosen:
        form = FORMS[int(rng.integers(len(FORMS)))]
        text = templates[int(place)].format(a=form.format(a), b=form.format(b))
        texts.append(text[:1].upper() + text[1:])
    return tuple(texts)
