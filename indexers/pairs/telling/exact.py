"""The exact caption of a span: everything that is true of it, in plain English."""

from collections.abc import Sequence

import numpy as np

from indexers.pairs.playing.performance import MELODY
from indexers.pairs.telling.facts import Facts
from indexers.pairs.telling.phrases import (
    a_piece,
    bare,
    drummed,
    events,
    is_plural,
    is_solo,
    named,
    opening,
    played_by,
)
from indexers.pairs.telling.vocabulary import BEAT_NAMES, in_row, italian_word, sentence, tempo_word

Rng = np.random.Generator


def exact_caption(facts: Facts, rng: Rng) -> str:
    """Tell all facts of a clip: who plays what from when on, dynamics, tempo, metre, key, density, drums.

    What is told never depends on the rng, only how.
    """
    after = [dynamics_sentence(facts, rng), grid_sentence(facts, rng), manner_sentence(facts, rng)]
    after = [after[place] for place in rng.permutation(len(after))]
    sentences = [players_sentence(facts), *event_sentences(facts), *after, drums_sentence(facts, rng)]
    return " ".join(sentence(text) for text in sentences if text)


def players_sentence(facts: Facts) -> str:
    """Who plays from the start, and what."""
    first = opening(facts)
    if len(facts.parts) == 1:
        return alone(facts)
    drums = facts.drums
    pitched = [part for part in first if part is not drums]
    if drums is not None and not pitched:
        return f"{drummed(drums)} begins alone"
    told = played_by(pitched, facts)
    unsaid = facts.style and f"play {a_piece(facts.style)}" not in told
    beginning = f"in this {facts.style}, " if unsaid else ""
    beginning += "" if len(first) == len(facts.parts) else "at first "
    return f"{beginning}{told}" + (f", with {drummed(drums)}" if drums is not None and drums in first else "")


def alone(facts: Facts) -> str:
    """The sentence for a single part."""
    (part,) = facts.parts
    do = "play" if is_plural(part) else "plays"
    piece = a_piece(facts.style) if facts.style or part.role != MELODY else "a melody"
    if not is_solo(facts) or part.role != MELODY:
        return f"{named(part)} alone {do} {piece}"
    return f"{'' if is_plural(part) else 'a '}solo {bare(part)} {do} {piece}"


def event_sentences(facts: Facts) -> list[str]:
    """What happens when, one sentence for each event."""
    return [f"after {max(1, round(event.at_s))} second{'s' * (round(event.at_s) > 1)} {event.clause}"
            for event in events(facts)]  # fmt: skip


def dynamics_sentence(facts: Facts, rng: Rng) -> str:
    """How loud it is, and how that changes."""
    loud = facts.dynamics
    start, end = (level(word) for word in (loud.start, loud.end))
    if loud.change == "none":
        return one((f"it is {start} throughout", f"the playing is {start} from beginning to end",
                    f"the volume stays the same, {start}"), rng)  # fmt: skip
    if loud.at_s is not None:
        at = f"after {round(loud.at_s - facts.start_s)} seconds"
        return one((f"it is {start} at first and suddenly becomes {end} {at}",
                    f"it starts {start}; {at} it is suddenly {end}"), rng)  # fmt: skip
    verbs = ("grows", "swells") if loud.change == "growing" else ("fades", "dies down")
    return f"{one(('it', 'the music', 'the sound'), rng)} {one(verbs, rng)} from {start} to {end}"


def grid_sentence(facts: Facts, rng: Rng) -> str:
    """Tempo, metre and key."""
    beats = f"{facts.bpm} {BEAT_NAMES.get(facts.beat, '')}beats per minute"
    word, italian = tempo_word(facts.bpm), italian_word(facts.bpm)
    metre = f"in {facts.metre} time" if facts.metre else ""
    key = f"in {facts.key}" if facts.key else ""
    where = ", ".join(text for text in (metre, key) if text)
    after = f", {where}" if where else ""
    return one(
        (
            f"the tempo is {word} ({italian}) at {beats}{after}",
            f"it moves at a {word} {beats}{after}",
            f"it is {where}, at {beats}, which is {word} ({italian})" if where else f"at {beats} the tempo is {word}",
        ),
        rng,
    )


def manner_sentence(facts: Facts, rng: Rng) -> str:
    """Density, register and touch."""
    rate = f"about {facts.notes_per_s:.0f} a second"
    density = {
        "sparse": ("the texture is sparse, with few notes", "there are few notes and much room between them"),
        "moderate": ("the notes come at a moderate rate", "it is neither sparse nor busy"),
        "busy": (f"the notes come thick and fast, {rate}", f"it is busy, with many notes, {rate}"),
    }[facts.density]
    touch = {"staccato": "short and detached", "legato": "smoothly joined", "": ""}[facts.touch]
    register = f"{facts.register} in pitch" if facts.register else ""
    told = in_row([text for text in (register, touch) if text])
    return one(density, rng) + (f"; the notes are {told}" if told else "")


def drums_sentence(facts: Facts, rng: Rng) -> str:
    """That there are no drums, where there are none."""
    return "" if facts.drums is not None else one(("there are no drums", "no drums are heard"), rng)


def one(words: Sequence[str], rng: Rng) -> str:
    """One of some wordings."""
    return words[int(rng.integers(len(words)))]


def level(word: str) -> str:
    """A level of loudness as it is told."""
    return "moderately loud" if word == "moderate" else word
