import pytest

from indexers.encoders.collap.texts.sentences import LONGEST, split_sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("slow piano, rain", ["slow piano, rain"]),
        ("First a flute. Then drums! And then?", ["First a flute.", "Then drums!", "And then?"]),
        (
            "At 1:05 it slows to 61.5 beats per minute. It ends.",
            ["At 1:05 it slows to 61.5 beats per minute.", "It ends."],
        ),
        (
            "A piece by J. S. Bach, arr. by Dr. Smith. It is slow.",
            ["A piece by J. S. Bach, arr. by Dr. Smith.", "It is slow."],
        ),
        ("Strings, e.g. cellos, play. They fade.", ["Strings, e.g. cellos, play.", "They fade."]),
        ("Flutes, horns etc. Then drums.", ["Flutes, horns etc.", "Then drums."]),
        ("Flutes, horns etc. and drums.", ["Flutes, horns etc. and drums."]),
        ("It runs at 90 bpm. Drums enter.", ["It runs at 90 bpm.", "Drums enter."]),
        ("1. A piano plays. 2. It stops.", ["1. A piano plays.", "2. It stops."]),
        ("0:00 trombone; 0:16 flute and bass", ["0:00 trombone;", "0:16 flute and bass"]),
        ("It swells... then fades away.", ["It swells...", "then fades away."]),
        ('He sings "go on." She answers.', ['He sings "go on."', "She answers."]),
        ("one line\nanother line\n\n", ["one line", "another line"]),
        ("  spaced \t out .  ", ["spaced out ."]),
        ("♪ ... !", []),
        ("", []),
    ],
)
def test_sentences(text, expected):
    assert split_sentences(text) == expected


def test_no_word_is_ever_lost():
    text = (
        "The opera by G. Verdi (op. 7) begins at 0:00; at 2:15, a choir, then brass "
        + "and more brass, " * 80
        + "ends. Bye"
    )
    parts = split_sentences(text)
    assert " ".join(parts).split() == text.split()
    assert all(len(part.split()) <= LONGEST for part in parts)


def test_a_long_sentence_is_parted_at_clauses():
    clause = " ".join(["word"] * 25) + ","
    assert split_sentences(" ".join([clause] * 3)) == [f"{clause} {clause}", clause]
    assert [len(part.split()) for part in split_sentences("word " * 130)] == [60, 60, 10]
