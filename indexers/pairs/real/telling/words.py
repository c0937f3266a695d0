"""Words and phrases for single facts of real audio."""

import numpy as np

from indexers.pairs.real.telling.facts import Facts
from indexers.pairs.telling.exact import one
from indexers.pairs.telling.vocabulary import LEVEL_WORDS, TEMPO_WORDS, in_row, spelled, with_article

Rng = np.random.Generator
MASS = frozenset(
    [
        "accord",
        "applause",
        "brick",
        "breath",
        "fire",
        "food",
        "fuzz",
        "glass",
        "gold",
        "gravel",
        "hiss",
        "hum",
        "ice",
        "ink",
        "laughter",
        "lava",
        "machinery",
        "metal",
        "money",
        "morning",
        "mud",
        "music",
        "night",
        "noise",
        "paint",
        "percussion",
        "poison",
        "rain",
        "sand",
        "silence",
        "smoke",
        "snow",
        "speech",
        "static",
        "steam",
        "thunder",
        "traffic",
        "vinyl",
        "water",
        "weather",
        "wind",
        "wood",
    ]
)  # kinds of sound that take no article
PLURAL = frozenset({"strings", "drums", "bagpipes", "vocals", "female vocals", "male vocals", "tubular bells"})
PLAIN = frozenset({"percussion", "choir singing", "singing", "speech", "rapping", "humming", "chant", "beatboxing"})
LEVELS = {"soft": LEVEL_WORDS["soft"], "loud": LEVEL_WORDS["loud"]}
PACES = {"slow": TEMPO_WORDS["slow"], "fast": TEMPO_WORDS["fast"]}
CHANGES = {
    "growing": ("getting louder", "swelling", "building up in volume", "louder towards the end"),
    "fading": ("dying away", "fading out", "getting quieter", "quieter towards the end"),
    "steady": ("at an even volume", "steady in volume", "equally loud throughout"),
}


def thing(name: str) -> str:
    """The name of a sound with its article, where it takes one: "a dog bark", "rain", "sea waves"."""
    last = name.rsplit(maxsplit=1)[-1]
    many = last.endswith("s") and not last.endswith(("ss", "us"))
    return name if many or last in MASS or last.endswith("ing") else with_article(name)


def player(name: str) -> str:
    """Who plays or sings, with an article where it takes one."""
    return name if name in PLURAL or name in PLAIN or name.endswith("music") else with_article(name)


def players(facts: Facts, rng: Rng, *, bare: bool = False) -> str:
    """Instruments and voices in a row; empty where none is sure."""
    names = [*facts.heard.instruments, *facts.heard.voices]
    if bare and len(names) > 2 and rng.random() < 0.5:
        names = names[:2]
    return in_row(names if bare else [player(name) for name in names]) if names else ""


def adjectives(facts: Facts, rng: Rng, most: int = 2) -> list[str]:
    """How it is: loudness, pace and mood, at most so many, in any order."""
    found = [one(LEVELS[facts.measured.level], rng)] if facts.measured.level else []
    found += [one(PACES[pace], rng) for pace in facts.heard.paces]
    found += list(facts.heard.moods)
    return [found[place] for place in rng.permutation(len(found))][:most]


def genre(facts: Facts, rng: Rng) -> str:
    """What kind of music it is, without an article: "romantic classical music"; "music" where it is not sure."""
    if not facts.genres:
        return "music"
    name = facts.genres[int(rng.integers(len(facts.genres)))]
    return name if name.endswith(("music", "singing")) else f"{name} music"


def piece(facts: Facts, rng: Rng) -> str:
    """A piece of its genre, without an article: "jazz piece"."""
    name = genre(facts, rng).removesuffix(" music").removesuffix("music").strip()
    return " ".join(part for part in (name, one(("piece", "track", "passage", "recording"), rng)) if part)


def pulse(facts: Facts, rng: Rng) -> str:
    """The pulse and the key as a clause; empty where neither is sure."""
    bpm, key = facts.measured.bpm, facts.measured.key
    beats = one((f"a regular pulse of about {bpm} beats a minute", f"a beat of roughly {bpm} bpm",
                 f"an even pulse, about {bpm} a minute"), rng)  # fmt: skip
    if bpm and key:
        return one((f"it has {beats} and is in {key}", f"the key is {key}, over {beats}"), rng)
    if bpm:
        return one((f"it has {beats}", f"under it runs {beats}", f"it moves along with {beats}"), rng)
    return one((f"it is in {key}", f"the key is {key}", f"it keeps to {key}"), rng) if key else ""


def change(facts: Facts, rng: Rng) -> str:
    """How loudness goes, as a phrase; empty where it is not clear."""
    found = facts.measured.change
    return one(CHANGES[found], rng) if found else ""


def course(facts: Facts, rng: Rng) -> str:
    """How loudness goes, as a clause; empty where it is not clear."""
    told = {
        "growing": ("it grows louder", "the sound swells", "it builds up as it goes"),
        "fading": ("it dies away", "the sound fades", "it becomes quieter and quieter"),
        "steady": ("its volume hardly changes", "it stays equally loud", "the level is even"),
        "": ("",),
    }
    return one(told[facts.measured.change], rng)


def lasting(seconds: float) -> str:
    """How long a sound is, before its noun: "a very short", "a four-second"."""
    if seconds < 1.0:
        return "a very short"
    if seconds < 2.5:
        return "a short"
    return with_article(f"{spelled(round(seconds))}-second")


def sounds(facts: Facts, most: int = 3) -> list[str]:
    """What is heard besides its name, in words that do not repeat it."""
    named = set(facts.label.split())
    found = [*facts.heard.sounds, *facts.heard.voices, *facts.heard.instruments]
    return [name for name in found if not named & set(name.split())][:most]
