import numpy as np

from engine.continuation.held_out import NAME_ONLY, SCENARIOS, Scenario, hold_out
from indexers.catalog.playlists.entry import Entry, Playlist

ROWS = {("x", letter): row for row, letter in enumerate("abcdefghij")}
FIRST_2 = Scenario("first 2", 2)


def playlist(letters, **said):
    return Playlist("mine", tuple(Entry("", "X", letter) for letter in letters), **said)


def test_the_first_distinct_tracks_are_given_and_the_rest_is_to_be_found():
    (question,) = hold_out([playlist("AabZcdefg", curator="Ann", source="radio", date="2020-01-02")], ROWS, FIRST_2)
    assert question.seeds.rows.tolist() == [0, 1]
    assert (question.seeds.name, question.seeds.source) == ("Ann", "radio")
    assert question.relevant.tolist() == [2, 3, 4, 5, 6]
    assert question.n_held_out == 6  # Z is not known, and counts
    assert question.n_unknown_seeds == 0


def test_unknown_seeds_are_counted_but_one_must_be_known():
    (question,) = hold_out([playlist("Zbcdefg")], ROWS, FIRST_2)
    assert (question.seeds.rows.tolist(), question.n_unknown_seeds) == ([1], 1)
    assert hold_out([playlist("ZYbcdefg")], ROWS, FIRST_2) == []


def test_five_known_tracks_must_be_left_to_find():
    assert hold_out([playlist("abcdef")], ROWS, FIRST_2) == []
    assert hold_out([playlist("abcdefZ")], ROWS, FIRST_2) == []
    assert len(hold_out([playlist("abcdefg")], ROWS, FIRST_2)) == 1


def test_a_name_alone_gives_no_seeds():
    (question,) = hold_out([playlist("abcde")], ROWS, NAME_ONLY)
    assert len(question.seeds.rows) == 0
    assert question.seeds.name == "mine"


def test_random_seeds_are_the_same_every_time_and_differ_between_playlists():
    lists = [playlist("abcdefghij", given_id="1"), playlist("abcdefghij", given_id="2")]
    drawn = Scenario("random 3", 3, at_random=True)
    one, two = (question.seeds.rows.tolist() for question in hold_out(lists, ROWS, drawn))
    again = [question.seeds.rows.tolist() for question in hold_out(lists, ROWS, drawn)]
    assert [one, two] == again
    assert one != two
    assert one == sorted(one)
    for question in hold_out(lists, ROWS, drawn):
        assert not np.isin(question.seeds.rows, question.relevant).any()


def test_the_scenarios_are_those_that_are_reported():
    assert [scenario.name for scenario in SCENARIOS] == [
        "name only", "first 1", "first 5", "first 10", "first 25", "random 25",
    ]  # fmt: skip


def test_editions_of_one_list_are_one_group():
    lists = [playlist("abcdefgh", curator="Hits"), playlist("abcdefgi", curator="Hits")]
    apart = [
        playlist("abcdefgh123456789", curator="Show"),
        playlist("hgfedijUVWKLMNOPQ", curator="Show"),
        playlist("cdefghi"),
    ]
    one, two, *others = (question.group for question in hold_out([*lists, *apart], ROWS, FIRST_2))
    assert one == two
    assert len({one, *others}) == 4
