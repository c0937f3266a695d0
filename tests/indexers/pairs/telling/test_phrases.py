"""What players are called and said to do."""

import pytest

from indexers.pairs.telling.facts import Part
from indexers.pairs.telling.phrases import does, drummed, interval, merged, named


def part(player: str, role: str = "melody", count: int = 1, octaves: int = 0, beat: str = "") -> Part:
    return Part(player, role, count, 0.0, None, octaves, beat)


@pytest.mark.parametrize(
    ("player", "count", "words"),
    [("flute", 1, "a flute"), ("oboe", 1, "an oboe"), ("English horn", 1, "an English horn"),
     ("violin", 2, "two violins"), ("bagpipes", 1, "bagpipes"),
     ("synth strings", 1, "synth strings"), ("double bass", 1, "a double bass")],
)  # fmt: skip
def test_articles_and_numbers(player: str, count: int, words: str) -> None:
    assert named(part(player, count=count)) == words


def test_drums() -> None:
    assert named(part("808 drum machine", "drums")) == "an 808 drum machine"
    assert drummed(part("drum kit", "drums", beat="rock beat")) == "a rock beat on a drum kit"


def test_verbs_agree() -> None:
    assert does(part("bagpipes", "drone")) == "bagpipes hold a drone"
    assert does(part("harp", "broken chords")) == "a harp plays broken chords"
    assert does(part("violin", "inner part", 2)) == "two violins play inner parts"
    assert does(part("cello", "doubling", octaves=-1)) == "a cello doubles the melody an octave lower"


def test_intervals() -> None:
    assert [interval(count) for count in (0, 1, -1, 2)] == [
        "in unison", "an octave higher", "an octave lower", "two octaves higher"
    ]  # fmt: skip


def test_equal_parts_of_one_player_are_counted_together() -> None:
    found = merged([part("violin", "top line"), part("violin", "inner part", 2), part("cello", "lowest part")])
    assert [(one.player, one.count) for one in found] == [("violin", 3), ("cello", 1)]
    twice = merged([part("flute", "melody"), part("flute", "melody")])
    assert [(one.player, one.count) for one in twice] == [("flute", 1)]
