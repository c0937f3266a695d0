"""The path of a query over a generation whose every number is written down."""

import numpy as np
import pytest

from engine.arms import Request, strongest
from engine.query import Span

GUITAR, PIANO, RAIN = np.eye(3, dtype=np.float32)


def rows(*numbers):
    return np.array(numbers, dtype=np.int64)


def ids(found):
    return [int(result.track_id, 16) for result in found.results]


def spread(n_tracks):
    """Unit vectors that are all orthogonal, so that MMR keeps the order of relevance."""
    return np.eye(n_tracks, dtype=np.float32)


def test_the_tags_decide_the_order_and_the_score_is_the_formula(shelve, searcher_of):
    shelf = shelve([[0.1, 0, 0], [0.9, 0, 0], [0.5, 0, 0]], spread(3))
    found = searcher_of(shelf, rrf_k=60).search(Request(text="guitar"), 3)
    assert ids(found) == [1, 2, 0]
    assert [result.rank for result in found.results] == [1, 2, 3]
    assert [result.score for result in found.results] == pytest.approx([1 / 61, 1 / 62, 1 / 63])
    assert found.results[0].evidence["taggram"].rank == 1
    assert found.results[0].evidence["taggram"].score == pytest.approx(0.9)


def test_contributions_sum_to_the_score_and_name_the_arms(shelve, searcher_of):
    shelf = shelve([[0.9, 0, 0], [0.5, 0, 0], [0.1, 0, 0]], spread(3), title=["a", "guitar solo", "c"])
    found = searcher_of(shelf).search(Request(text="guitar", liked=rows(2)), 3)
    assert ids(found) == [1, 0]  # a liked track is never a result
    by_id = {int(result.track_id, 16): result for result in found.results}
    assert set(by_id[1].arms) == {"taggram", "words", "sound"}
    assert set(by_id[0].arms) == {"taggram", "sound"}
    for result in found.results:
        assert sum(result.arms.values()) == pytest.approx(result.score, rel=1e-12)
        assert set(result.evidence) == set(result.arms)


def test_the_filter_goes_before_the_search(shelve, searcher_of):
    tags = [[1 - row / 1000, 0, 0] for row in range(1000)]
    shelf = shelve(tags, np.random.default_rng(1).normal(size=(1000, 16)))
    found = searcher_of(shelf, relevance=1.0).search(Request(text="guitar", allowed=rows(990, 991, 995, 998, 999)), 5)
    assert ids(found) == [990, 991, 995, 998, 999]


def test_k_results_come_back_whenever_k_exist(shelve, searcher_of):
    n_tracks, k = 60, 20
    group = [row if row < 25 else 0 for row in range(n_tracks)]  # 25 recordings, the first of them 36 times
    tags = [[row / 100, 0, 0] for row in range(n_tracks)]  # and its copies all come first
    shelf = shelve(tags, np.random.default_rng(2).normal(size=(n_tracks, 16)), group=group, artist=["Same"] * n_tracks)
    found = searcher_of(shelf, overfetch=1).search(Request(text="guitar"), k)
    assert len(found.results) == k
    assert len({group[row] for row in ids(found)}) == k


def test_fewer_tracks_give_fewer_and_none_gives_none(shelve, searcher_of):
    searcher = searcher_of(shelve([[1, 0, 0], [0.5, 0, 0]], spread(2)))
    assert len(searcher.search(Request(text="guitar"), 10).results) == 2
    nothing = searcher.search(Request(text="guitar", allowed=rows()), 10)
    assert nothing.results == ()
    assert nothing.abstained


def test_one_recording_is_shown_once_with_its_other_files(shelve, searcher_of):
    copies = [["/music/0.ogg", "/copy/0.ogg"], ["/music/1.ogg"], ["/music/2.mp3"]]
    shelf = shelve([[0.5, 0, 0], [0.7, 0, 0], [0.9, 0, 0]], spread(3), group=[0, 1, 0], copies=copies)
    found = searcher_of(shelf).search(Request(text="guitar"), 3)
    assert ids(found) == [2, 1]
    assert found.results[0].path == "/music/2.ogg"
    assert found.results[0].duplicates == ("/music/2.mp3", "/music/0.ogg", "/copy/0.ogg")


def test_duplicates_of_a_liked_track_are_no_results(shelve, searcher_of):
    shelf = shelve([[0.5, 0, 0]] * 3, [[1, 0], [1, 0], [0, 1]], group=[0, 0, 2])
    assert ids(searcher_of(shelf).search(Request(liked=rows(0)), 5)) == [2]


def test_an_artist_waits_beyond_the_cap_and_fills_up_a_short_list(shelve, searcher_of):
    artists = ["A", "A", "A", "A", "B", "A"]
    shelf = shelve([[1 - row / 10, 0, 0] for row in range(6)], spread(6), artist=artists)
    searcher = searcher_of(shelf, artist_cap=2)
    assert ids(searcher.search(Request(text="guitar"), 3)) == [0, 1, 4]
    assert ids(searcher.search(Request(text="guitar"), 6)) == [0, 1, 4, 2, 3, 5]


def test_an_artist_who_is_asked_for_is_not_capped(shelve, searcher_of):
    artists = ["Nina Simone"] * 4 + ["Other"] * 4
    shelf = shelve([[1 - row / 10, 0, 0] for row in range(8)], spread(8), artist=artists)
    found = searcher_of(shelf, artist_cap=2).search(Request(text="guitar simone"), 4)
    assert set(ids(found)) == {0, 1, 2, 3}


def test_near_twins_make_room(shelve, searcher_of):
    shelf = shelve([[0.9, 0, 0], [0.8, 0, 0], [0.7, 0, 0]], [[1, 0], [1, 0.01], [0, 1]])
    assert ids(searcher_of(shelf, relevance=0.8).search(Request(text="guitar"), 3)) == [0, 2, 1]
    assert ids(searcher_of(shelf, relevance=1.0).search(Request(text="guitar"), 3)) == [0, 1, 2]


def test_the_span_is_the_clip_that_fits_best(shelve, searcher_of):
    shelf = shelve([[0.5, 0.5, 0], [0.1, 0, 0]], spread(2))
    shelf.clip_tags = np.array([[[0, 1, 0], [0, 0, 1], [1, 0, 0]], [[0.1, 0, 0]] * 3], dtype=np.float32)
    searcher = searcher_of(shelf)
    assert searcher.search(Request(text="guitar"), 1).results[0].match == Span(20.0, 23.0)
    assert searcher.search(Request(text="piano"), 1).results[0].match == Span(0.0, 3.0)


def test_why_names_the_classes_that_carried_the_score(shelve, searcher_of):
    shelf = shelve([[0.25, 0.5, 9.0], [-1.0, 0.125, 0]], spread(2))
    first, second = searcher_of(shelf).search(Request(text="guitar piano"), 2).results
    assert first.why == (("piano", 0.5), ("guitar", 0.25))
    assert second.why == (("piano", 0.125),)


@pytest.mark.parametrize(("tags", "words", "abstained"), [(0.9, 0.9, False), (0.1, 0.9, False), (0.1, 0.1, True)])
def test_it_abstains_where_no_arm_is_sure(shelve, searcher_of, tags, words, abstained):
    shelf = shelve([[0.5, 0, 0], [0.2, 0, 0]], spread(2), title=["guitar", "other"])
    best_words = float(shelf.words.search("guitar", 1)[1][0])
    shelf.thresholds = {"taggram": 0.5 / tags * 0.5, "words": best_words / words * 0.5}
    found = searcher_of(shelf).search(Request(text="guitar"), 2)
    assert found.abstained is abstained
    assert len(found.results) == 2  # the nearest are listed all the same


def test_an_unsure_arm_counts_for_less_beside_a_sure_one(shelve, searcher_of):
    shelf = shelve([[0.5, 0, 0], [0.2, 0, 0]], spread(2), title=["other", "guitar"])
    shelf.thresholds = {"taggram": 9.0, "words": 0.0}
    found = searcher_of(shelf, unsure_weight=0.25, rrf_k=60).search(Request(text="guitar"), 2)
    assert ids(found) == [1, 0]
    assert found.results[0].arms == pytest.approx({"taggram": 0.25 / 62, "words": 1.5 / 61})
    assert found.weights == {"taggram": 0.25, "words": 1.5}


def test_a_whole_title_comes_before_the_best_sound(shelve, searcher_of):
    shelf = shelve([[0.5, 0, 0], [0, 0, 0], [0.1, 0, 0]], spread(3), title=["other", "guitar", "more"])
    found = searcher_of(shelf).search(Request(text="guitar"), 3)
    assert ids(found)[0] == 1
    assert ids(searcher_of(shelf, words_weight=0.01).search(Request(text="guitar"), 1)) == [0]


def test_words_that_name_no_class_leave_the_tags_out(shelve, searcher_of):
    shelf = shelve([[0.5, 0, 0], [0.2, 0, 0]], spread(2), title=["one", "two"])
    found = searcher_of(shelf).search(Request(text="two"), 2)
    assert ids(found) == [1]
    assert set(found.results[0].arms) == {"words"}


def test_likes_pull_and_unlikes_push(shelve, searcher_of):
    music = [[1, 0, 0], [0.9, 0.4, 0], [0.9, 0, 0.4], [0, 0, 1]]
    searcher = searcher_of(shelve([[0, 0, 0]] * 4, music), relevance=1.0, unlike_weight=0.5)
    assert ids(searcher.search(Request(liked=rows(0)), 3)) == [1, 2, 3]
    assert ids(searcher.search(Request(liked=rows(0), unliked=rows(3)), 3)) == [1, 2]
    pushed = searcher_of(shelve([[0, 0, 0]] * 4, music), relevance=1.0, unlike_weight=1.0)
    assert ids(pushed.search(Request(liked=rows(3), unliked=rows(1)), 3)) == [2, 0]


def test_a_sound_finds_its_neighbours_but_not_itself(shelve, searcher_of):
    searcher = searcher_of(shelve([[0, 0, 0]] * 3, [[1, 0], [0.9, 0.1], [0, 1]]), relevance=1.0)
    sound = np.array([1, 0], dtype=np.float32)
    assert ids(searcher.search(Request(sound=sound), 2)) == [0, 1]
    assert ids(searcher.search(Request(sound=sound, own=rows(0)), 2)) == [1, 2]


def test_a_filter_is_listed_in_full_and_what_nothing_speaks_for_comes_last(shelve, searcher_of):
    shelf = shelve([[0.5, 0, 0]] * 5, spread(5), title=["one", "two", "one", "one", "two"], group=[0, 1, 2, 2, 4])
    searcher = searcher_of(shelf)
    assert ids(searcher.search(Request(text="two"), 5)) == [1, 4]  # the words are sure: nothing is added
    found = searcher.search(Request(text="two", allowed=rows(1, 2, 3)), 3)
    assert ids(found) == [1, 2]
    assert (found.results[1].score, found.results[1].arms) == (0.0, {})


def test_what_nobody_knows_is_abstained_and_listed(shelve, searcher_of):
    found = searcher_of(shelve([[0.5, 0, 0]] * 3, spread(3))).search(Request(text="xyzzy", liked=rows()), 2)
    assert found.abstained
    assert [(result.score, result.rank) for result in found.results] == [(0.0, 1), (0.0, 2)]


def test_words_shared_by_accident_do_not_beat_the_sound(shelve, searcher_of):
    titles = ["an accident in june", "other", "in words", "in deed"]
    shelf = shelve([[0.1, 0, 0], [0.5, 0, 0], [0, 0, 0], [0, 0, 0]], spread(4), title=titles)
    found = searcher_of(shelf).search(Request(text="guitar in the rain at night"), 4)
    assert found.weights == {"taggram": 1.0, "words": 1.5}
    given = dict(zip(ids(found), (result.arms for result in found.results), strict=True))
    assert given[0]["words"] < 0.2 * given[0]["taggram"]


def test_names_that_differ_in_case_are_one_reason():
    names, weights = ["Guitar", "rain", "guitar", "Choir"], np.array([0.25, 0.5, 0.5, -1], dtype=np.float32)
    assert strongest(names, weights) == (("Guitar", 0.75), ("rain", 0.5))
