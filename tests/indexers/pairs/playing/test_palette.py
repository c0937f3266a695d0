"""Players and their ranges."""

from indexers.pairs.playing.palette import ENSEMBLES, PLAYER_OF, PLAYERS, fitting


def test_a_line_moves_by_octaves_into_a_range() -> None:
    flute = PLAYER_OF["flute"]  # C4 to B flat 6
    assert fitting(flute, [48, 50, 55]) == [12, 24, 36]
    assert fitting(flute, [60, 72, 90]) == [0]
    assert fitting(flute, [30, 100]) == []


def test_one_stray_note_does_not_count() -> None:
    assert fitting(PLAYER_OF["flute"], [72] * 50 + [40]) != []


def test_names_are_once_each_and_ensembles_known() -> None:
    assert len(PLAYER_OF) == len(PLAYERS)
    assert all(name in PLAYER_OF for names in ENSEMBLES.values() for name in names)
    words = [word for player in PLAYERS for word in (player.name, *player.other)]
    assert len(set(words)) == len(words)
