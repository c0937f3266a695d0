"""The caption of a long track: its structure with times, told section by section; and summaries of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexers.pairs.playing.performance import DRUMS, Performance
from indexers.pairs.telling.exact import dynamics_sentence, level, one, players_sentence
from indexers.pairs.telling.facts import Facts, Part, read_facts
from indexers.pairs.telling.phrases import bare, drummed, events, is_plural, merged, named
from indexers.pairs.telling.rewrites import leaders
from indexers.pairs.telling.vocabulary import (
    BEAT_NAMES,
    clock,
    in_row,
    lasting,
    mood_words,
    sentence,
    spelled,
    tempo_word,
    with_article,
)

MORE_THAN = 250  # words
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")
LEVELS = ("very soft", "soft", "moderate", "loud", "very loud")
Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Story:
    """A long track's facts: of all of it, and of each section in turn."""

    whole: Facts
    sections: tuple[Facts, ...]


def read_story(performance: Performance) -> Story:
    """Read what is true of a long track, as a whole and section by section."""
    return Story(read_facts(performance), tuple(read_facts(performance, span) for span in performance.spans))


def long_caption(story: Story, rng: Rng) -> str:
    """Tell a long track in more than `MORE_THAN` words: what it is, each section with its times, and what returns."""
    told = [_overview(story), *(_section(story, place, rng) for place in range(len(story.sections)))]
    told += [sentence(text) for text in (_drums_told(story), _loudest(story)) if text]
    for more in (_players_told(story), _tempi_told(story), *_recap(story)):
        if len(" ".join(told).split()) <= MORE_THAN:
            told.append(sentence(more))
    return " ".join(told)


def summaries(story: Story, rng: Rng) -> tuple[str, ...]:
    """Shorter wordings: a query, an outline, an arc of loudness and players, and an outline with times."""
    forms = (_query(story, rng), _outline(story, rng), _arc(story, rng), _timed(story))
    return tuple(dict.fromkeys(" ".join(text.split()) for text in forms))


def _overview(story: Story) -> str:
    whole, sections = story.whole, story.sections
    kind = f"a setting of {with_article(whole.style)}" if whole.style else "a piece"
    tempi = {facts.bpm for facts in sections}
    different = f"at tempi between {min(tempi)} and {max(tempi)} {_unit(whole)}"
    pace = f"at {_beats(whole)} throughout" if len(tempi) == 1 else different
    metre = f" in {whole.metre} time" if whole.metre else ""
    length = lasting(whole.end_s - whole.start_s)
    return sentence(f"this is {kind}{metre} that lasts {length} and has {spelled(len(sections))} sections, {pace}")


def _section(story: Story, place: int, rng: Rng) -> str:
    facts = story.sections[place]
    last = place == len(story.sections) - 1
    name = "opening" if place == 0 else "last" if last else ORDINALS[place]
    when = f"from {clock(facts.start_s)} to {clock(facts.end_s)}"
    head = one((f"{when}, in the {name} section, ", f"the {name} section runs {when}: ",
                f"in the {name} section, {when}, "), rng)  # fmt: skip
    sentences = [head + _plain_players(facts)]
    sentences += [f"at {clock(facts.start_s + event.at_s)} {event.clause}" for event in events(facts)]
    if place:
        key = next((one.key for one in reversed(story.sections[:place]) if one.key), "")
        sentences += _changes(story.sections[:place], facts, key)
    else:
        sentences.append(_grid(facts))
    sentences += [_dynamics(facts, rng), _manner(facts)]
    return " ".join(sentence(text) for text in sentences if text)


def _plain_players(facts: Facts) -> str:
    """Who plays at first, without the kind of piece: the overview told it."""
    told = players_sentence(facts).removeprefix(f"in this {facts.style}, ")
    return told[:1].lower() + told[1:] if told[:2] in {"A ", "An"} else told


def _grid(facts: Facts) -> str:
    key = f", in {facts.key}" if facts.key else ""
    return f"the tempo is {tempo_word(facts.bpm)}, {_beats(facts)}{key}"


def _changes(earlier: Sequence[Facts], now: Facts, key: str) -> list[str]:
    """What another section has that the one before had not, and what it leaves out."""
    before = earlier[-1]
    had, has = {part.player for part in before.parts}, {part.player for part in now.parts}
    known = {part.player for facts in earlier for part in facts.parts}
    gone = [part for part in merged(before.parts) if part.player not in has]
    new = [part for part in merged(now.parts) if part.player not in known]
    back = [part for part in merged(now.parts) if part.player in known - had]
    told = []
    if new:
        told.append(f"new here {_are(new)} {in_row([named(part) for part in new])}")
    if back:
        told.append(f"{in_row(['the ' + bare(part) for part in back])} {_are(back)} back")
    if gone:
        told.append(f"{in_row(['the ' + bare(part) for part in gone])} {_are(gone)} no longer heard")
    if now.bpm != before.bpm:
        verb = "slows down" if now.bpm < before.bpm else "speeds up"
        told.append(f"the tempo {verb} from {before.bpm} to {_beats(now)}")
    else:
        told.append(f"the tempo stays at {now.bpm}")
    if now.key and now.key != key:
        told.append(f"it is {'now ' if key else ''}in {now.key}")
    return told


def _are(parts: list[Part]) -> str:
    return "are" if len(parts) > 1 or is_plural(parts[0]) else "is"


def _dynamics(facts: Facts, rng: Rng) -> str:
    """The section's dynamics; a sudden change with the track's own time."""
    loud = facts.dynamics
    if loud.at_s is None:
        return dynamics_sentence(facts, rng)
    return f"it is {level(loud.start)} at first, then at {clock(loud.at_s)} suddenly {level(loud.end)}"


def _manner(facts: Facts) -> str:
    density = {"sparse": "few", "moderate": "", "busy": f"many, about {facts.notes_per_s:.0f} a second"}[facts.density]
    touch = {"staccato": "short and detached", "legato": "smoothly joined", "": ""}[facts.touch]
    found = [text for text in (density, touch, facts.register and f"{facts.register} in pitch") if text]
    return f"the notes are {in_row(found)}" if found else ""


def _drums_told(story: Story) -> str:
    spans = _spans_of(story, DRUMS)
    if not spans:
        return "there are no drums anywhere in the track"
    return (
        f"drums are heard {in_row(spans)}" if len(spans) < len(story.sections) else "drums are heard in every section"
    )


def _spans_of(story: Story, role: str) -> list[str]:
    """When a role sounds: one stretch for sections in a row."""
    stretches: list[tuple[float, float]] = []
    for facts in story.sections:
        part = next((part for part in facts.parts if part.role == role), None)
        if part is None:
            continue
        begins = facts.start_s + part.enters_s
        ends = facts.end_s if part.leaves_s is None else facts.start_s + part.leaves_s
        if stretches and begins - stretches[-1][1] < 1.5:
            stretches[-1] = (stretches[-1][0], ends)
        else:
            stretches.append((begins, ends))
    return [f"from {clock(start)} to {clock(end)}" for start, end in stretches]


def _loudest(story: Story) -> str:
    """Where it is loudest and where quietest, if there is one such section."""
    top = [max(LEVELS.index(one.dynamics.start), LEVELS.index(one.dynamics.end)) for one in story.sections]
    low = [min(LEVELS.index(one.dynamics.start), LEVELS.index(one.dynamics.end)) for one in story.sections]
    loud = [place for place, level in enumerate(top) if level == max(top)]
    soft = [place for place, level in enumerate(low) if level == min(low)]
    told = [f"the loudest moment comes in the {ORDINALS[loud[0]]} section"] if len(loud) == 1 and max(top) > 2 else []
    told += [f"the quietest in the {ORDINALS[soft[0]]}"] if told and len(soft) == 1 and soft != loud else []
    return " and ".join(told)


def _players_told(story: Story) -> str:
    parts = {part.player: part for facts in story.sections for part in facts.parts}
    named_all = in_row([named(part) for part in merged(list(parts.values()))])
    return f"in all, these instruments are heard in the course of the track, in order of first entry: {named_all}"


def _tempi_told(story: Story) -> str:
    tempi = [facts.bpm for facts in story.sections]
    if len(set(tempi)) == 1:
        return f"the tempo never changes: it is {tempo_word(tempi[0])} from beginning to end, {_beats(story.whole)}"
    return f"section by section the tempo is {in_row([str(bpm) for bpm in tempi])} {_unit(story.whole)}"


def _beats(facts: Facts) -> str:
    return f"{facts.bpm} {_unit(facts)}"


def _unit(facts: Facts) -> str:
    return f"{BEAT_NAMES.get(facts.beat, '')}beats per minute"


def _recap(story: Story) -> list[str]:
    """Plain sentences about each section, for tracks of few sections and few events."""
    return [
        text for place, facts in enumerate(story.sections) for text in (_led(place, facts), _accompanied(place, facts))
    ]


def _led(place: int, facts: Facts) -> str:
    length = lasting(facts.end_s - facts.start_s)
    led = in_row([named(part) for part in merged(leaders(facts))])
    return f"the {ORDINALS[place]} section starts at {clock(facts.start_s)}, lasts {length} and is led by {led}"


def _accompanied(place: int, facts: Facts) -> str:
    others = [part for part in facts.parts if part not in leaders(facts)]
    if not others:
        return f"nothing accompanies what leads in the {ORDINALS[place]} section"
    told = in_row([drummed(part) if part.role == DRUMS else f"the {part.role} on {named(part)}" for part in others])
    return f"behind it, in the {ORDINALS[place]} section, {'is' if len(others) == 1 else 'are'} {told}"


def _query(story: Story, rng: Rng) -> str:
    """A few words for all of it."""
    leading = {part.player: part for facts in story.sections for part in leaders(facts)}
    players = [bare(part, rng) for part in list(leading.values())[:3]]
    tempi = {tempo_word(facts.bpm) for facts in story.sections}
    moods = [set(mood_words(facts)) for facts in story.sections]
    mood = sorted(set.intersection(*moods))[:1]
    words = [*(tempi if len(tempi) == 1 else ()), *mood, story.whole.style or "music"]
    changing = "" if len(tempi) == 1 else ", changing tempo"
    drums = one(("drums come and go", "some drums"), rng) if story.whole.drums else "no drums"
    return f"long {' '.join(words)} with {in_row(players)}{changing}, {drums}"


def _outline(story: Story, rng: Rng) -> str:
    """What leads in each section, in order."""
    steps = [f"{in_row([bare(part) for part in merged(leaders(facts))])}{' with drums' if facts.drums else ''}"
             for facts in story.sections]  # fmt: skip
    steps = [step for place, step in enumerate(steps) if place == 0 or step != steps[place - 1]]
    if len(steps) == 1:
        return sentence(f"a long track that {steps[0]} leads all the way")
    start = one(("a long track in sections", "a piece in several parts", "music that changes as it goes"), rng)
    return sentence(f"{start}: first {steps[0]}, then {', then '.join(steps[1:])}")


def _arc(story: Story, rng: Rng) -> str:
    """How loudness goes from beginning to end."""
    course = [word for facts in story.sections for word in (facts.dynamics.start, facts.dynamics.end)]
    steps = [word for place, word in enumerate(course) if place == 0 or word != course[place - 1]]
    steps = ["medium-loud" if word == "moderate" else word for word in steps]
    begins = in_row([named(part, rng) for part in merged(leaders(story.sections[0]))])
    ends = in_row([named(part, rng) for part in merged(leaders(story.sections[-1]))])
    loud = f"its loudness goes from {' to '.join(steps)}" if len(steps) > 1 else f"it is {steps[0]} all the way"
    return sentence(f"a track that begins with {begins} and ends with {ends}; {loud}")


def _timed(story: Story) -> str:
    steps = [
        f"{clock(facts.start_s)} {in_row([bare(part) for part in merged(facts.parts)])}" for facts in story.sections
    ]
    return sentence("; ".join(steps))
