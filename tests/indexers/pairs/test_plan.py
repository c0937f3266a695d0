"""Which scores are chosen: fewer are a prefix of more, and no collection drowns the others."""

from collections import Counter

from indexers.pairs.plan import choose_places
from indexers.scores.places import list_corpus


def test_fewer_are_a_prefix_of_more() -> None:
    places = list_corpus()
    few, many = choose_places(places, 300, 10), choose_places(places, 9000, 10)
    assert many[: len(few)] == few
    assert len(few) == 106  # three clips a score and one in twenty to spare


def test_long_tracks_alone_take_a_score_each() -> None:
    assert len(choose_places(list_corpus(), 0, 100)) == 106
    assert choose_places(list_corpus(), 0, 0) == []


def test_large_collections_have_less_than_their_share() -> None:
    places = list_corpus()
    chosen = Counter(place.collection for place in choose_places(places, 3000, 0))
    assert chosen["music21/essenFolksong"] / sum(chosen.values()) < 0.4  # of the scores they are more than half
    assert chosen["music21/bach"] > 50
    assert chosen["music21/essenFolksong"] > 2 * chosen["music21/bach"]  # yet more than the small ones


def test_no_more_than_there_are() -> None:
    places = list_corpus()[:10]
    assert sorted(place.name for place in choose_places(places, 1000, 0)) == sorted(place.name for place in places)
