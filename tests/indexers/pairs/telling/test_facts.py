"""Facts against notes that were counted by hand."""

from dataclasses import replace

from indexers.pairs.telling.facts import read_facts
from indexers.scores.key import Key

SCALE = (60, 62, 64, 65, 67, 69, 71, 72, 67, 60)


def test_who_plays_in_order_of_entry(voice, performance) -> None:
    facts = read_facts(
        performance(
            voice("harp", "broken chords", (48, 52, 55), 6.0),
            voice("flute", "melody", SCALE),
            voice("rock drum kit", "drums", (36,) * 6, 4.0, beat="rock beat"),
        )
    )
    assert [(part.player, part.enters_s, part.leaves_s) for part in facts.parts] == [
        ("flute", 0.0, None), ("rock drum kit", 4.0, None), ("harp", 6.0, None)
    ]  # fmt: skip
    assert facts.drums is not None
    assert facts.drums.beat == "rock beat"
    assert facts.notes_per_s == 1.0  # ten moments in ten seconds; drums are not counted
    assert facts.density == "sparse"


def test_who_never_sounds_in_the_span_is_not_there(voice, performance) -> None:
    made = performance(
        voice("flute", "melody", SCALE),
        voice("oboe", "melody", SCALE, 10.0),
        spans=((0.0, 10.0, 60), (10.0, 20.0, 90)),
    )
    first, second = (read_facts(made, span) for span in made.spans)
    assert [part.player for part in first.parts] == ["flute"]
    assert [part.player for part in second.parts] == ["oboe"]
    assert (first.bpm, second.bpm) == (60, 90)
    assert [part.player for part in read_facts(made).parts] == ["flute", "oboe"]


def test_a_note_held_over_into_a_span_sounds_there_from_its_start(voice, performance) -> None:
    made = performance(
        voice("flute", "melody", SCALE, 10.0),
        voice("cello", "drone", (48,), 8.0, step_s=10.0, share=1.0),
        spans=((0.0, 10.0, 60), (10.0, 20.0, 60)),
    )
    cello = next(part for part in read_facts(made, made.spans[1]).parts if part.player == "cello")
    assert (cello.enters_s, cello.leaves_s) == (0.0, 8.0)


def test_players_of_one_kind_are_counted_and_sections_are_not(voice, performance) -> None:
    made = performance(
        voice("violin", "inner part", SCALE),
        voice("violin", "inner part", SCALE),
        voice("violin", "inner part", SCALE, 10.0),
        spans=((0.0, 10.0, 60), (10.0, 20.0, 60)),
    )
    assert [part.count for part in read_facts(made).parts] == [2]


def test_key_metre_and_what_is_not_clear(voice, performance) -> None:
    major = read_facts(performance(voice("flute", "melody", SCALE), metre="6/8"))
    assert (major.key, major.mode, major.metre, major.beat) == ("C major", "major", "6/8", 1.5)
    few = read_facts(performance(voice("flute", "melody", (60, 64, 67)), metre="4/1"))
    assert (few.key, few.mode, few.metre) == ("", "", "")


def test_a_key_that_is_not_the_piece_s_own_is_not_told(voice, performance) -> None:
    made = performance(voice("flute", "melody", SCALE))
    for home in (None, Key(9, "minor", 0.3), Key(7, "major", 0.3)):
        facts = read_facts(replace(made, spans=(replace(made.spans[0], home=home),)))
        assert (facts.key, facts.mode) == ("", "")


def test_register_and_touch(voice, performance) -> None:
    high = read_facts(performance(voice("piccolo", "melody", (88,) * 20, step_s=0.5, share=0.3)))
    low = read_facts(performance(voice("tuba", "melody", (40,) * 20, step_s=0.5, share=1.0)))
    plucked = read_facts(performance(voice("harp", "melody", (60,) * 20, step_s=0.5, share=1.0)))
    assert (high.register, high.touch) == ("high", "staccato")
    assert (low.register, low.touch) == ("low", "legato")
    assert (plucked.register, plucked.touch) == ("", "")  # a harp cannot hold a note


def test_a_doubling_says_how_far_away_it_is(voice, performance) -> None:
    facts = read_facts(
        performance(voice("flute", "melody", SCALE), voice("cello", "doubling", tuple(pitch - 24 for pitch in SCALE)))
    )
    assert [part.octaves for part in facts.parts] == [0, -2]


def test_a_doubling_that_begins_first_is_heard_as_the_melody(voice, performance) -> None:
    late = voice("flute", "melody", SCALE[4:], 4.0)
    facts = read_facts(performance(late, voice("cello", "doubling", tuple(pitch - 12 for pitch in SCALE))))
    assert [(part.player, part.role, part.octaves) for part in facts.parts] == [
        ("cello", "melody", 0), ("flute", "doubling", 1)
    ]  # fmt: skip


def test_a_rest_in_slow_music_is_no_leaving(voice, performance) -> None:
    slow = voice("flute", "melody", (60, 62, 64), 0.0, step_s=3.5, share=0.3)
    assert read_facts(performance(slow)).parts[0].leaves_s is None
    short = voice("flute", "melody", (60,) * 10, 0.0, step_s=0.5)
    assert read_facts(performance(short)).parts[0].leaves_s == 4.95


def test_facts_are_plain_values(voice, performance) -> None:
    plain = read_facts(performance(voice("flute", "melody", SCALE))).as_json()
    assert plain["parts"][0]["player"] == "flute"
    assert plain["dynamics"] == {"start": "moderate", "end": "moderate", "change": "none", "at_s": None}
