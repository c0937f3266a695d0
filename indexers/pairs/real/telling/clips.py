"""Wordings of a clip: a full caption and at least four others, from a few words to two sentences."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from indexers.pairs.real.telling.facts import Facts
from indexers.pairs.real.telling.words import (
    adjectives,
    change,
    course,
    genre,
    lasting,
    piece,
    player,
    players,
    pulse,
    sounds,
    thing,
)
from indexers.pairs.telling.exact import one
from indexers.pairs.telling.vocabulary import in_row, sentence, with_article

Rng = np.random.Generator
Form = Callable[[Facts, Rng], str]
FEWEST, MOST = 4, 6
ROUNDS = 8  # in which each form may give another wording


def wordings(facts: Facts, rng: Rng, described: Mapping[str, str] | None = None) -> tuple[str, tuple[str, ...]]:
    """Word what is true of a clip.

    Args:
        facts: Not empty.
        rng: Draws among the forms.
        described: What some sounds are like, by their names; one of them may be a rewrite.

    Returns:
        The full caption, which tells all facts but the title, and from `FEWEST` to `MOST` rewrites, all different.
    """
    caption = _music(facts, rng) if facts.is_music else _sound(facts, rng)
    forms = MUSIC_FORMS if facts.is_music else SOUND_FORMS
    found = {caption.lower(): caption}
    if text := _description(facts, described or {}):
        found[text.lower()] = text
    wanted = 1 + int(rng.integers(FEWEST, MOST + 1))
    drawn = (form for _ in range(ROUNDS) for form in rng.permutation(len(forms)))
    for form in drawn:
        text = " ".join(forms[form](facts, rng).split())
        found.setdefault(text.lower(), text)
        if len(found) == wanted:
            break
    return caption, tuple(text for text in found.values() if text != caption)


def _music(facts: Facts, rng: Rng) -> str:
    """All that is known of a clip of music, in one to three sentences."""
    told = players(facts, rng)
    how = " ".join(adjectives(facts, rng, 3))
    what = f"{how} {piece(facts, rng)}".strip()
    kinds = in_row(list(facts.genres[:3]))
    noun = f"{how} {genre(facts, rng)}".strip()
    firsts = [
        f"{with_article(what)} with {told}" if told else with_article(what),
        f"{told} in {with_article(what)}" if told else f"{noun}",
        f"{noun}, in which {told} can be heard" if told else f"this is {noun}",
        f"{told} can be heard in this {what}" if told else f"what plays is {noun}",
        f"this {what} has {told}" if told else f"here is {noun}",
    ]
    rest = [text for text in (pulse(facts, rng), course(facts, rng), _where(facts)) if text]
    if len(facts.genres) > 1:
        rest.append(one((f"it can be called {kinds}", f"its style is {kinds}"), rng))
    rest = [rest[place] for place in rng.permutation(len(rest))]
    return " ".join(sentence(text) for text in (one(firsts, rng), *_joined(rest, rng)))


def _joined(clauses: Sequence[str], rng: Rng) -> list[str]:
    """Clauses as they are, or the first two as one sentence."""
    if len(clauses) > 1 and rng.random() < 0.5:
        return [f"{clauses[0]}, and {clauses[1]}", *clauses[2:]]
    return list(clauses)


def _where(facts: Facts) -> str:
    return f"it seems to be recorded {facts.heard.places[0]}" if facts.heard.places else ""


def _query(facts: Facts, rng: Rng) -> str:
    """As people type: no article, no verb."""
    kind = genre(facts, rng).removesuffix(" music") if facts.genres else ""
    words = [*adjectives(facts, rng, 2), kind, players(facts, rng, bare=True)]
    told = " ".join(word for word in words if word)
    return told if len(told.split()) > 1 else f"{told} music".strip()


def _keywords(facts: Facts, rng: Rng) -> str:
    heard = facts.heard
    words = [*facts.genres, *heard.instruments, *heard.voices, *adjectives(facts, rng, 2)]
    words += [facts.measured.key, f"{facts.measured.bpm} bpm" if facts.measured.bpm else ""]
    kept = [word for word in dict.fromkeys(words) if word]
    return ", ".join(kept[place] for place in rng.permutation(len(kept)))


def _asking(facts: Facts, rng: Rng) -> str:
    start = one(("find me", "play", "something like", "I am looking for", "I would like to hear"), rng)
    with_whom = players(facts, rng)
    noun = f"{' '.join(adjectives(facts, rng))} {genre(facts, rng)}".strip()
    return f"{start} {noun}{f' with {with_whom}' if with_whom else ''}"


def _short(facts: Facts, rng: Rng) -> str:
    """One sentence with some of the facts."""
    told = players(facts, rng)
    how = in_row(adjectives(facts, rng))
    if told and how:
        return sentence(one((f"{told}, {how}", f"the music is {how}, with {told}", f"{how} sounds of {told}"), rng))
    if told:
        return sentence(one((f"one hears {told}", f"{told} make the music", f"music made by {told}"), rng))
    noun = genre(facts, rng)
    return sentence(f"{noun} that is {how}" if how else f"{noun} without anything that stands out")


def _kind(facts: Facts, rng: Rng) -> str:
    """Its kind alone, with at most one word about how it is."""
    noun = " ".join([*adjectives(facts, rng, 1), genre(facts, rng)])
    return one((f"a recording of {noun}", f"some {noun}", f"{noun} playing", f"an excerpt of {noun}", noun), rng)


def _moving(facts: Facts, rng: Rng) -> str:
    """What moves: pulse, key and loudness."""
    told = [text for text in (pulse(facts, rng), course(facts, rng)) if text]
    return " ".join(sentence(text) for text in (f"{piece(facts, rng)}", *told)) if told else _short(facts, rng)


def _featuring(facts: Facts, rng: Rng) -> str:
    names = [*facts.heard.instruments, *facts.heard.voices]
    if not names:
        return _asking(facts, rng)
    lead = names[int(rng.integers(len(names)))]
    others = [player(name) for name in names if name != lead]
    what = with_article(f"{' '.join(adjectives(facts, rng, 1))} {piece(facts, rng)}".strip())
    verb = one(("featuring", "built around", "where one hears", "that has"), rng)
    return f"{what} {verb} {player(lead)}" + (f" along with {in_row(others)}" if others and rng.random() < 0.6 else "")


def _sound(facts: Facts, rng: Rng) -> str:
    """All that is known of a sound, in one or two sentences."""
    besides = sounds(facts)
    name = _thing(facts)
    manner = [one(("loud", "strong"), rng)] if facts.measured.level == "loud" else []
    manner += [one(("quiet", "faint", "soft"), rng)] if facts.measured.level == "soft" else []
    manner += [change(facts, rng)] if facts.measured.change else []
    manner += facts.heard.places
    how = f", {', '.join(manner)}" if manner else ""
    firsts = (
        f"{lasting(facts.seconds)} recording of {name}{how}",
        f"the sound of {name}{how}",
        f"{name} can be heard{how}",
        f"{lasting(facts.seconds)} sound: {name}{how}",
        f"here is {name}{how}",
    )
    like = in_row([thing(sound) for sound in besides])
    seconds = (
        f"it sounds like {like}", f"it could be taken for {like}", f"there is something of {like} in it",
        f"listeners may think of {like}",
    )  # fmt: skip
    told = [one(firsts, rng)] + ([one(seconds, rng)] if facts.label and besides else [])
    return " ".join(sentence(text) for text in told)


def _thing(facts: Facts) -> str:
    """What sounds, with articles."""
    return thing(facts.label) if facts.label else in_row([thing(sound) for sound in sounds(facts)])


def _name(facts: Facts, _: Rng | None = None) -> str:
    return facts.label or in_row(sounds(facts))


def _named(facts: Facts, rng: Rng) -> str:
    name = _thing(facts)
    return one((f"the sound of {name}", f"a recording of {name}", f"{name} being heard", f"sounds of {name}",
                f"audio of {name}"), rng)  # fmt: skip


def _effect(facts: Facts, rng: Rng) -> str:
    level = {"loud": "loud", "soft": "quiet", "": ""}[facts.measured.level]
    return f"{level} {_name(facts)} {one(('sound', 'noise', 'sound effect', 'sample'), rng)}".strip()


def _tags(facts: Facts, rng: Rng) -> str:
    words = [facts.label, *sounds(facts), change(facts, rng)]
    return ", ".join(word for word in words if word)


def _wanted(facts: Facts, rng: Rng) -> str:
    start = one(("I need the sound of", "find", "is there a recording of", "let me hear", "something like"), rng)
    return f"{start} {_thing(facts)}"


def _lasts(facts: Facts, rng: Rng) -> str:
    return f"{lasting(facts.seconds)} {one(('sound', 'take', 'clip', 'recording'), rng)} of {_thing(facts)}"


def _plainly(facts: Facts, rng: Rng) -> str:
    how = change(facts, rng) or {"loud": "at full volume", "soft": "quietly", "": ""}[facts.measured.level]
    start = one(("one hears", "you can hear", "this recording has", "listen to"), rng)
    return sentence(f"{start} {_thing(facts)}{f', {how}' if how else ''}")


def _description(facts: Facts, described: Mapping[str, str]) -> str:
    """What the first sound that is described is like; a labelled sound only by what its label names."""
    if facts.is_music:
        return ""
    names = [facts.label] if facts.label else sounds(facts)
    names += [sound for sound in facts.heard.sounds if facts.label and set(facts.label.split()) & set(sound.split())]
    return next((described[name] for name in names if name in described), "")


MUSIC_FORMS: tuple[Form, ...] = (_query, _keywords, _asking, _short, _moving, _featuring, _kind)
SOUND_FORMS: tuple[Form, ...] = (_name, _named, _effect, _tags, _wanted, _lasts, _plainly)
