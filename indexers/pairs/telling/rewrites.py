"""Other wordings of a clip's facts, from a short query to full sentences: a small grammar, chosen from by an rng.

Every wording tells only facts; it may leave some out. Moods are conventional names of mode and pace (`MOODS`).
"""

import numpy as np

from indexers.pairs.playing.performance import ALL, BASS, DRONE, DRUMS, GIVEN, MELODY, OCTAVE, SECOND, SUPPORT, TOP
from indexers.pairs.telling.exact import one
from indexers.pairs.telling.facts import Facts, Part
from indexers.pairs.telling.phrases import bare, events, is_plural, is_solo, merged, named, opening
from indexers.pairs.telling.vocabulary import (
    BEAT_NAMES,
    DENSITY_WORDS,
    LEVEL_WORDS,
    TEMPO_WORDS,
    WALTZ,
    in_row,
    mood_words,
    sentence,
    tempo_word,
    with_article,
)

FEWEST, MOST = 3, 5
CHANGES = {
    "growing": ("getting louder", "building up in volume", "with a crescendo", "swelling"),
    "fading": ("getting quieter", "dying away", "with a diminuendo", "fading in volume"),
    "sudden rise": ("with a sudden jump in volume", "suddenly getting much louder", "with a sudden loud outburst"),
    "sudden fall": ("with a sudden drop in volume", "suddenly getting much quieter", "with a sudden hush"),
}
Rng = np.random.Generator


def rewrites(facts: Facts, rng: Rng) -> tuple[str, ...]:
    """Word a clip's facts in some other ways, all different, shortest kind first."""
    forms = (short_query, tags, request, plain_sentence, mood_sentence, story_sentence)
    wanted = int(rng.integers(FEWEST, MOST + 1))
    chosen = [0, *sorted(int(place) for place in rng.permutation(np.arange(1, len(forms)))[: wanted - 1])]
    texts = (forms[place](facts, rng) for place in chosen)
    return tuple(dict.fromkeys(" ".join(text.split()).replace(" ,", ",") for text in texts))


def short_query(facts: Facts, rng: Rng) -> str:
    """A few words as somebody might type them: "slow sad solo cello"."""
    words = _adjectives(facts, rng, 2)
    style = f" {facts.style}" if facts.style and rng.random() < 0.4 else ""
    leading = leaders(facts)
    alone = "solo " if is_solo(facts) else ""
    players = in_row([bare(part, rng) for part in merged(leading)[:2]])
    others = [part for part in support(facts) if part.role != DRUMS]
    beside = f" with {bare(others[0], rng)}" if others and rng.random() < 0.5 else ""
    drums = f" {_drums_words(facts, rng)}" if not beside and rng.random() < 0.6 else ""
    return " ".join([*words, f"{alone}{players}{style}{beside or drums}"])


def tags(facts: Facts, rng: Rng) -> str:
    """Words in a row: "flute, harp, 3/4, minor, soft"."""
    found = [bare(part, rng) for part in merged(facts.parts)]
    found += [facts.style, facts.metre, facts.mode and f"{facts.mode} key", f"{facts.bpm} bpm", tempo_word(facts.bpm)]
    found += [*level_words(facts, rng), _density(facts, rng), facts.register and f"{facts.register} register"]
    found += [facts.touch, "" if facts.drums else "no drums", "solo" if is_solo(facts) else ""]
    kept = list(dict.fromkeys(word for word in found if word))
    return ", ".join(kept[place] for place in rng.permutation(len(kept)))


def request(facts: Facts, rng: Rng) -> str:
    """What somebody looks for."""
    start = one(("something", "music", "a piece", "a track", "a tune"), rng)
    adjectives = _adjectives(facts, rng, 2)
    if start == "something":
        head = f"something {' and '.join(adjectives)}"
    elif start == "music":
        head = f"{', '.join(adjectives)} music"
    else:
        head = f"{with_article(', '.join(adjectives))} {start.split()[-1]}"
    time = _time(facts)
    drums = _drums_words(facts, rng)
    lead = one(("I am looking for", "find me", "I want", "play", "give me"), rng)
    return f"{lead} {head} {_with_players(facts, rng)} {time} {drums}".strip()


def plain_sentence(facts: Facts, rng: Rng) -> str:
    """One sentence with numbers, from the grid to the players."""
    key = f"in {facts.key}" if facts.key else ""
    metre = f"in {facts.metre}" if facts.metre else ""
    grid = " and ".join(part for part in (metre, key) if part)
    beats = f"at {facts.bpm} {BEAT_NAMES.get(facts.beat, '')}beats a minute"
    kind = facts.style or one(("piece", "music", "recording"), rng)
    head = one(
        (
            f"{with_article(tempo_word(facts.bpm))} {kind if kind != 'music' else 'piece'} {grid}",
            f"this is {kind if kind == 'music' else with_article(kind)} {grid}, {tempo_word(facts.bpm)}",
        ),
        rng,
    )
    loud = _loud_clause(facts, rng)
    return sentence(" ".join(f"{head} {beats}, for {_ensemble(facts, rng)}, {loud}".split()))


def mood_sentence(facts: Facts, rng: Rng) -> str:
    """How it feels and what it is made of, without numbers."""
    words = _adjectives(facts, rng, 3)
    kind = facts.style or one(("piece of music", "passage", "piece"), rng)
    what = one((with_article(f"{', '.join(words)} {kind}"), f"{with_article(kind)}, {in_row(words)}"), rng)
    where = f"in a {facts.mode} key" if facts.mode else ""
    register = f", mostly {facts.register} notes" if facts.register else ""
    touch = {"staccato": ", played in short, clipped notes", "legato": ", played in long connected lines", "": ""}
    drums = "" if facts.drums else one((", without percussion", ", no drums", ""), rng)
    played = one(("played by", "performed by", "on"), rng)
    return sentence(f"{what} {where}, {played} {_ensemble(facts, rng)}{register}{touch[facts.touch]}{drums}")


def story_sentence(facts: Facts, rng: Rng) -> str:
    """What comes first and what then; where nothing comes later, who leads and who follows."""
    happening = events(facts)
    if not happening:
        return _layers(facts, rng)
    first = in_row([named(part, rng) for part in merged(opening(facts))])
    begin = one((f"it begins with {first}", f"first {first}", f"starting with {first}", f"{first} to begin with"), rng)
    then = ["then " + event.clause if place == 0 else "and then " + event.clause
            for place, event in enumerate(happening)]  # fmt: skip
    change = f"; {one(CHANGES[facts.dynamics.change], rng)}" if facts.dynamics.change in {"growing", "fading"} else ""
    return sentence(f"{begin}, {', '.join(then)}{change}")


def leaders(facts: Facts) -> list[Part]:
    """The parts that lead: melodies before equal parts; whoever there is where none does."""
    leading = [part for part in facts.pitched if part.role in {MELODY, ALL, SECOND, OCTAVE}]
    leading = leading or [part for part in facts.pitched if part.role not in SUPPORT]
    return leading or list(facts.parts)


def support(facts: Facts) -> list[Part]:
    """The parts that do not lead."""
    leading = leaders(facts)
    return [part for part in facts.parts if part not in leading]


def level_words(facts: Facts, rng: Rng) -> tuple[str, ...]:
    """Words for how loud it is: its one level, or that it changes."""
    loud = facts.dynamics
    if loud.change == "none":
        return () if loud.start == "moderate" else (one(LEVEL_WORDS[loud.start], rng),)
    return ({"growing": "crescendo", "fading": "diminuendo"}.get(loud.change, "sudden change of volume"),)


def _adjectives(facts: Facts, rng: Rng, count: int) -> list[str]:
    """Some words for tempo, mood, loudness and density, at least one."""
    found = [one(TEMPO_WORDS[tempo_word(facts.bpm)], rng)]
    loud = facts.dynamics
    more = [one(words, rng) for words in (mood_words(facts), LEVEL_WORDS[loud.start], DENSITY_WORDS[facts.density])
            if words]  # fmt: skip
    if loud.change != "none" or loud.start == "moderate":
        more = [word for word in more if word not in LEVEL_WORDS[loud.start]]
    found += [more[place] for place in rng.permutation(len(more))]
    return found[:count] if rng.random() < 0.8 else found[1 : count + 1] or found[:1]


def _ensemble(facts: Facts, rng: Rng) -> str:
    names = [named(part, rng) for part in merged(facts.pitched)]
    if facts.drums is not None:
        names.append(named(facts.drums, rng))
    if is_solo(facts):
        return f"{names[0]} {one(('alone', 'unaccompanied'), rng)}"
    return in_row(list(dict.fromkeys(names)))


def _with_players(facts: Facts, rng: Rng) -> str:
    leading = in_row([named(part, rng) for part in merged(leaders(facts))[:4]])
    others = [part for part in support(facts) if part.role != DRUMS]
    word = one(("with", "featuring", "played by"), rng)
    over = f" over {in_row([named(part, rng) for part in others[:2]])}" if others and others[0].role in SUPPORT else ""
    return f"{word} {leading}{over}"


def _layers(facts: Facts, rng: Rng) -> str:
    lead, others = leaders(facts), support(facts)
    leading = in_row([named(part, rng) for part in merged(lead)])
    if not others:
        verb = "carry" if len(lead) > 1 or is_plural(lead[0]) else "carries"
        return sentence(f"{leading} {verb} the music throughout, {_loud_clause(facts, rng)}")
    backing = in_row([_backing(part, rng) for part in others])
    said = one((f"{leading} over {backing}", f"{backing} under {leading}", f"{backing} supporting {leading}"), rng)
    return sentence(f"{said}, {_loud_clause(facts, rng)}")


def _backing(part: Part, rng: Rng) -> str:
    what = {BASS: "a bass line on {}", DRONE: "a drone of {}", TOP: "the top line on {}"}.get(part.role, "{}")
    if part.role == DRUMS:
        return f"a {part.beat}"
    if part.role in SUPPORT - {BASS, DRONE}:
        what = f"{'an accompaniment' if part.role == GIVEN else part.role} on {{}}"
    return what.format(named(part, rng))


def _loud_clause(facts: Facts, rng: Rng) -> str:
    loud = facts.dynamics
    if loud.change == "none":
        level = "moderately loud" if loud.start == "moderate" else one(LEVEL_WORDS[loud.start], rng)
        return one((f"{level} throughout", f"{level} from beginning to end", f"always {level}"), rng)
    return one(CHANGES[loud.change], rng)


def _time(facts: Facts) -> str:
    return "in waltz time" if facts.metre == WALTZ else f"in {facts.metre}" if facts.metre else ""


def _drums_words(facts: Facts, rng: Rng) -> str:
    if facts.drums is None:
        return one(("without drums", ""), rng) if len(facts.parts) > 1 else ""
    return one(("with drums", f"with a {facts.drums.beat}", "and drums"), rng)


def _density(facts: Facts, rng: Rng) -> str:
    words = DENSITY_WORDS[facts.density]
    return one(words, rng) if words else ""
