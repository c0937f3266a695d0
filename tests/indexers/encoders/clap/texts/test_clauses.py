import pytest

from indexers.encoders.clap.texts.clauses import clauses_of

DOG_THEN_RAIN = [("a dog barks", -1.0), ("rain falls", 1.0)]


def told(text):
    return [(clause.words.lower(), clause.place) for clause in clauses_of(text)]


@pytest.mark.parametrize(
    "text",
    [
        "A dog barks, then rain falls.",
        "A dog barks and then rain falls",
        "first a dog barks, then rain falls",
        "a dog barks before rain falls",
        "rain falls after a dog barks",
        "After a dog barks, rain falls.",
        "Before rain falls, a dog barks.",
        "a dog barks, followed by rain falls",
        "rain falls, preceded by a dog barks",
        "a dog barks; after that rain falls",
        "It starts with a dog barks and ends with rain falls.",
        "A dog barks. Then rain falls.",
        "A dog barks. After 8 seconds rain falls.",
    ],
)
def test_the_same_order_is_read_off_many_ways_to_say_it(text):
    assert sorted(told(text), key=lambda clause: clause[1]) == DOG_THEN_RAIN


def test_moments_are_spread_evenly_and_what_sounds_at_once_shares_one():
    assert told("first a piano, then a violin and finally drums") == [("a piano", -1), ("a violin", 0), ("drums", 1)]
    assert told("a siren wails, then a dog barks while rain falls") == [("a siren wails", -1), *[
        ("a dog barks", 1), ("rain falls", 1)]]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "",
        "slow piano",
        "a dog barks while rain falls",
        "It is soft at first.",
        "A flute plays. It is fast.",
        "then",
        "...",
    ],
)
def test_texts_that_tell_of_no_order_have_no_clauses(text):
    assert clauses_of(text) == ()


def test_sentences_without_a_time_word_have_no_place():
    text = "At first a viola plays. After 8 seconds a church organ joins in. The tempo is fast."
    assert told(text) == [("a viola plays", -1.0), ("a church organ joins in", 1.0)]
