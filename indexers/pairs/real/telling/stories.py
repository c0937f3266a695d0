"""Wordings of a whole track: what it is, and its sections with their times."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from indexers.pairs.real.hearing.heard import Heard
from indexers.pairs.real.telling.facts import Facts
from indexers.pairs.real.telling.words import adjectives, genre, piece, player, players, pulse
from indexers.pairs.telling.exact import one
from indexers.pairs.telling.vocabulary import clock, in_row, lasting, sentence, spelled, with_article

Rng = np.random.Generator
LOUDER_DB = 4.0  # from one section to the next, before it is told


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a track between two changes: what is heard there, and how loud it is."""

    start_s: float
    end_s: float
    heard: Heard
    level_db: float

    @property
    def names(self) -> tuple[str, ...]:
        """Who plays and sings, else what kind of music it is."""
        kinds = tuple(f"{name.removesuffix(' music')} music" for name in self.heard.genres[:1])
        return (*self.heard.instruments, *self.heard.voices) or kinds


def is_told_alike(before: Section, now: Section) -> bool:
    """Whether nothing would be told of the change from one section to the next."""
    return set(before.names) == set(now.names) and abs(now.level_db - before.level_db) < LOUDER_DB


@dataclass(frozen=True, slots=True)
class Track:
    """A whole track's facts."""

    whole: Facts
    sections: tuple[Section, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values for a manifest."""
        return {"whole": self.whole.as_json(), "sections": [_plain(section) for section in self.sections]}


def _plain(section: Section) -> dict[str, Any]:
    heard = {name: list(words) for name, words in asdict(section.heard).items() if name != "is_music" and words}
    return {"start_s": section.start_s, "end_s": section.end_s, **heard, "level_db": round(section.level_db, 1)}


def track_wordings(track: Track, rng: Rng) -> tuple[str, tuple[str, ...]]:
    """Word a whole track: a caption that tells every section with its times, and four shorter wordings."""
    told = [_overview(track, rng), *(_section(track, place, rng) for place in range(len(track.sections)))]
    rest = [text for text in (pulse(track.whole, rng), _extremes(track)) if text]
    caption = " ".join(sentence(text) for text in (*told, *rest))
    forms = (_query(track, rng), _outline(track, rng), _arc(track, rng), _timed(track), _asking(track, rng))
    return caption, tuple(dict.fromkeys(text for text in forms if text))


def _overview(track: Track, rng: Rng) -> str:
    facts, n_sections = track.whole, len(track.sections)
    kind = f"{' '.join(adjectives(facts, rng))} {piece(facts, rng)}".strip()
    name = f" called {facts.title}" if facts.title else ""
    parts = "has one section" if n_sections == 1 else f"has {spelled(n_sections)} sections"
    told = players(facts, rng)
    played = f", mostly with {told}" if told else ""
    length = lasting(facts.seconds)
    return one(
        (
            f"{with_article(kind)}{name} of {length} that {parts}{played}",
            f"this {kind}{name} lasts {length} and {parts}{played}",
            f"a whole track{name}: {genre(facts, rng)} for {length} that {parts}{played}",
        ),
        rng,
    )


def _section(track: Track, place: int, rng: Rng) -> str:
    now = track.sections[place]
    when = f"from {clock(now.start_s)} to {clock(now.end_s)}"
    told = in_row([player(name) for name in now.names]) if now.names else ""
    if place == 0:
        return one((f"{when} one hears {told}", f"it opens with {told}, {when}"), rng) if told else f"it opens {when}"
    before = track.sections[place - 1]
    changes = [text for text in (_entering(before, now), _leaving(before, now), _level(before, now)) if text]
    if not changes:
        return f"{when} it goes on {'with ' + told if told else 'in another colour'}"
    return one(
        (f"{when} {in_row(changes)}", f"at {clock(now.start_s)} {in_row(changes)}, until {clock(now.end_s)}"), rng
    )


def _entering(before: Section, now: Section) -> str:
    new = [player(name) for name in now.names if name not in before.names]
    return f"{in_row(new)} can be heard" if new else ""


def _leaving(before: Section, now: Section) -> str:
    gone = [f"the {name}" for name in before.names if name not in now.names]
    return f"there is no more of {in_row(gone)}" if gone else ""


def _level(before: Section, now: Section) -> str:
    step = now.level_db - before.level_db
    return "" if abs(step) < LOUDER_DB else f"it is {'louder' if step > 0 else 'quieter'} than before"


def _extremes(track: Track) -> str:
    """Where it is loudest and where quietest."""
    if len(track.sections) < 2:
        return ""
    levels = [section.level_db for section in track.sections]
    if max(levels) - min(levels) < LOUDER_DB:
        return "it is about equally loud from beginning to end"
    loud, soft = (track.sections[int(place)] for place in (np.argmax(levels), np.argmin(levels)))
    return f"it is loudest from {clock(loud.start_s)} to {clock(loud.end_s)} and quietest from {clock(soft.start_s)} on"


def _query(track: Track, rng: Rng) -> str:
    kind = genre(track.whole, rng)
    names = list(dict.fromkeys(name for section in track.sections for name in section.names))[:3]
    told = f" with {in_row(names)}" if names else ""
    return " ".join(["long", *adjectives(track.whole, rng), kind]) + told


def _asking(track: Track, rng: Rng) -> str:
    told = players(track.whole, rng)
    start = one(("a whole piece of", "play a full track of", "a complete recording of"), rng)
    return f"{start} {genre(track.whole, rng)}{f' that has {told}' if told else ''}"


def _outline(track: Track, rng: Rng) -> str:
    """What is heard in each section, in order."""
    steps = [in_row(list(section.names[:2])) or "something else" for section in track.sections]
    steps = [step for place, step in enumerate(steps) if place == 0 or step != steps[place - 1]]
    if len(steps) == 1:
        return sentence(f"{steps[0]} all the way through")
    return sentence(f"{one(('it begins with', 'first'), rng)} {steps[0]}, then {', then '.join(steps[1:])}")


def _arc(track: Track, rng: Rng) -> str:
    """How loudness goes over the sections."""
    steps = [after.level_db - before.level_db for before, after in pairwise(track.sections)]
    words = ["rises" if step >= LOUDER_DB else "falls" for step in steps if abs(step) >= LOUDER_DB]
    words = [word for place, word in enumerate(words) if place == 0 or word != words[place - 1]]
    kind = with_article(piece(track.whole, rng))
    return sentence(f"{kind} whose loudness {', then '.join(words)}" if words else f"{kind} that keeps its level")


def _timed(track: Track) -> str:
    return sentence("; ".join(f"{clock(one_.start_s)} {_told(one_)}" for one_ in track.sections))


def _told(section: Section) -> str:
    names: Sequence[str] = section.names[:3]
    return in_row(list(names)) or (
        "louder" if section.level_db > -15 else "quieter" if section.level_db < -30 else "music"
    )
