"""Phrases about players: what they are called, what they do, when they come and go."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from indexers.pairs.playing.palette import KIT_OF, PLAYER_OF
from indexers.pairs.playing.performance import (
    ALL,
    BASS,
    BROKEN,
    CHORDS,
    DRONE,
    DRUMS,
    GIVEN,
    INNER,
    LOWEST,
    MELODY,
    OCTAVE,
    OFFBEAT,
    SECOND,
    TOP,
)
from indexers.pairs.telling.facts import TOGETHER_S, Facts, Part
from indexers.pairs.telling.vocabulary import in_row, spelled, with_article

NEAR_S = 1.3  # a line that ends and one of its role that begins so close together are one line that passes on
AFTER_S = 1.0  # others must sound for so long after a player that is told to fall silent
EQUAL = (TOP, INNER, LOWEST)
DOES = {  # what one does, and what several do
    MELODY: ("plays the melody", "play the melody"),
    SECOND: ("plays a second melody", "play a second melody"),
    CHORDS: ("holds sustained chords", "hold sustained chords"),
    BROKEN: ("plays broken chords", "play broken chords"),
    OFFBEAT: ("plays short off-beat chords", "play short off-beat chords"),
    BASS: ("plays the bass line", "play the bass line"),
    DRONE: ("holds a drone", "hold a drone"),
    GIVEN: ("plays the accompaniment", "play the accompaniment"),
    TOP: ("plays the top line", "play the top line"),
    INNER: ("plays an inner part", "play inner parts"),
    LOWEST: ("plays the lowest line", "play the lowest line"),
    ALL: ("plays all the parts", "play all the parts"),
}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that changes in a span: when, in seconds from its start, and a clause that tells it."""

    at_s: float
    clause: str


def is_plural(part: Part) -> bool:
    """Whether the part's name takes a plural verb."""
    return part.count > 1 or (part.role != DRUMS and PLAYER_OF[part.player].plural)


def bare(part: Part, rng: np.random.Generator | None = None) -> str:
    """The player's name without an article; with an rng perhaps another word for it."""
    known = KIT_OF[part.player] if part.role == DRUMS else PLAYER_OF[part.player]
    names = (known.name, *known.other)
    name = names[int(rng.integers(len(names)))] if rng is not None and rng.random() < 0.4 else known.name
    return _plural(name) if part.count > 1 else name


def named(part: Part, rng: np.random.Generator | None = None) -> str:
    """The player with an article or a number: "a flute", "two violins", "steel drums"."""
    name = bare(part, rng)
    if part.count > 1:
        return f"{spelled(part.count)} {name}"
    if is_plural(part) or name.endswith(("strings", "drums", "chimes", "pans", "pipes", "vibes")) or _many(name):
        return name
    return with_article(name)


def the(part: Part) -> str:
    """The player with "the"."""
    return f"the {bare(part)}"


def does(part: Part) -> str:
    """What the part does, as a clause: "a flute plays the melody"."""
    if part.role == DRUMS:
        return f"{drummed(part)} sets the rhythm"
    return f"{named(part)} {action(part)}"


def action(part: Part) -> str:
    """The verb and its object for a pitched part."""
    if part.role == OCTAVE:
        return f"{'double' if is_plural(part) else 'doubles'} the melody {interval(part.octaves)}"
    return DOES[part.role][is_plural(part)]


def interval(octaves: int) -> str:
    """Where a doubling lies: "in unison", "an octave higher"."""
    if octaves == 0:
        return "in unison"
    count = "an octave" if abs(octaves) == 1 else f"{spelled(abs(octaves))} octaves"
    return f"{count} {'higher' if octaves > 0 else 'lower'}"


def drummed(part: Part) -> str:
    """The beat and the kit: "a waltz beat on a brushed drum kit"."""
    return f"a {part.beat} on {named(part)}"


def opening(facts: Facts) -> list[Part]:
    """The parts that are there from the first sound on."""
    first_s = facts.parts[0].enters_s if facts.parts else 0.0
    return [part for part in facts.parts if part.enters_s - first_s <= TOGETHER_S]


def played_by(parts: Sequence[Part], facts: Facts) -> str:
    """A clause or several that tell who plays what: equal parts together, others one by one."""
    equal = [part for part in parts if part.role in EQUAL]
    clauses = []
    if sum(part.count for part in equal) > 1:
        are_all = len(equal) == sum(part.role in EQUAL for part in facts.parts)
        count = f" in {spelled(sum(part.count for part in equal))} parts" if are_all else ""
        clauses.append(f"{in_row([named(part) for part in merged(equal)])} play {a_piece(facts.style)}{count}")
        parts = [part for part in parts if part.role not in EQUAL]
    clauses += [does(part) for part in parts]
    return clauses[0] if len(clauses) == 1 else f"{clauses[0]} while {in_row(clauses[1:])}"


def a_piece(style: str) -> str:
    """The piece with its article; "music" where its kind is not known."""
    return with_article(style) if style else "music"


def events(facts: Facts) -> list[Event]:
    """Who comes in, who falls silent, and where a line passes on, in order of time."""
    late = [part for part in facts.parts if part not in opening(facts)]
    passing = [(old, new) for new in late for old in facts.parts if _passes(old, new)]
    found = [Event(new.enters_s, _passed(old, new)) for old, new in passing]
    taken = {id(part) for pair in passing for part in pair}
    found += _entries([part for part in late if id(part) not in taken])
    for part in facts.parts:
        if part.leaves_s is not None and id(part) not in taken and _others_go_on(part, facts):
            silent = "stop" if is_plural(part) else "stops"
            found.append(Event(part.leaves_s, f"{the(part)} {silent} playing"))
    return sorted(found, key=lambda event: event.at_s)


def _entries(late: Sequence[Part]) -> list[Event]:
    """Entries at one moment are told in one clause."""
    found: list[Event] = []
    rest = list(late)
    while rest:
        at_s = rest[0].enters_s
        same = [part for part in rest if part.enters_s - at_s <= TOGETHER_S]
        rest = rest[len(same) :]
        found.append(Event(at_s, in_row([_entering(part, place == 0) for place, part in enumerate(same)])))
    return found


def _entering(part: Part, is_first: bool) -> str:  # noqa: FBT001
    joins = "" if not is_first else " joins in" if part.role == DRUMS or not is_plural(part) else " join in"
    if part.role == DRUMS:
        return f"{drummed(part)}{joins}"
    what = {
        MELODY: "with the melody", SECOND: "with a second melody", CHORDS: "with sustained chords",
        BROKEN: "with broken chords", OFFBEAT: "with off-beat chords", BASS: "with the bass line",
        DRONE: "with a drone", GIVEN: "with the accompaniment", TOP: "with the top line", INNER: "with an inner part",
        LOWEST: "with the lowest line", ALL: "with all the parts",
        OCTAVE: f"to double the melody {interval(part.octaves)}",
    }[part.role]  # fmt: skip
    return f"{named(part)}{joins} {what}"


def _passes(old: Part, new: Part) -> bool:
    """Whether a line passes from one player to another."""
    if old.role != new.role or old.role not in {MELODY, ALL} or old.player == new.player or old.leaves_s is None:
        return False
    return abs(new.enters_s - old.leaves_s) <= NEAR_S


def _passed(old: Part, new: Part) -> str:
    what = "the melody" if old.role == MELODY else "the music"
    return f"{what} passes from {the(old)} to {named(new)}"


def _others_go_on(part: Part, facts: Facts) -> bool:
    ends = (other.leaves_s if other.leaves_s is not None else facts.end_s - facts.start_s
            for other in facts.parts if other is not part)  # fmt: skip
    return part.leaves_s is not None and max(ends, default=0.0) >= part.leaves_s + AFTER_S


def merged(parts: Sequence[Part]) -> list[Part]:
    """The parts with each player once: several equal parts of one kind of player are counted together."""
    found: dict[str, Part] = {}
    for part in parts:
        before = found.get(part.player)
        alike = before is not None and part.role in EQUAL and before.role in EQUAL
        found[part.player] = part if before is None else replace(before, count=before.count + part.count * alike)
    return list(found.values())


def is_solo(facts: Facts) -> bool:
    """Whether one single instrument plays all that is heard."""
    alone = len(facts.parts) == 1 and facts.parts[0].count == 1 and facts.parts[0].role != DRUMS
    return alone and not PLAYER_OF[facts.parts[0].player].group


def _many(name: str) -> bool:
    return name.startswith("drums ") or name == "drums"


def _plural(name: str) -> str:
    return name if name.endswith("s") else f"{name}s"
