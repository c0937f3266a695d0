"""Four lists of two artists: "show" on days 1, 3 and 40, and "other" without a day."""

from datetime import date, timedelta

import numpy as np
import pytest

from indexers.catalog.corpus import build_corpus, build_vocabulary
from indexers.catalog.playlists.entry import Entry, Playlist
from rankers.history import BY_NAME, LATELY, History

FIRST = date(2020, 1, 1)
DAY = FIRST.toordinal()
ARTISTS = {"a": "X", "b": "X", "c": "Y", "d": "Y"}


@pytest.fixture
def history():
    told = (("show", "ab", 0), ("show", "bc", 2), ("show", "b", 39), ("other", "abcd", None))
    playlists = [
        Playlist(
            name,
            tuple(Entry("", ARTISTS[title], title) for title in titles),
            str(number),
            date="" if after is None else (FIRST + timedelta(days=after)).isoformat(),
        )
        for number, (name, titles, after) in enumerate(told)
    ]
    corpus = build_corpus(playlists, build_vocabulary(playlists, min_playlists=1))
    return History.fit(corpus, corpus.vocabulary.artist_of())


def test_what_was_listed_lately_is_that_of_a_hand_count(history):
    found = history.lately(DAY + 39, np.arange(4))
    assert tuple(found) == LATELY
    np.testing.assert_allclose(np.expm1(found["log_listed_7_days"]), [0, 1, 0, 0], atol=1e-6)
    np.testing.assert_allclose(np.expm1(found["log_listed_30_days"]), [0, 1, 0, 0], atol=1e-6)
    np.testing.assert_allclose(np.expm1(found["log_listed_90_days"]), [1, 3, 1, 0], rtol=1e-6)
    np.testing.assert_allclose(np.expm1(found["log_artist_listed_30_days"]), [1, 1, 0, 0], atol=1e-6)


def test_what_is_still_to_come_does_not_count(history):
    np.testing.assert_allclose(np.expm1(history.lately(DAY, np.arange(4))["log_listed_365_days"]), [1, 1, 0, 0])
    assert history.of_name("show", DAY + 2).tolist() == [0, 1]
    assert history.of_name("other", DAY).tolist() == [3]  # it has no day


def test_a_windows_first_day_is_out_and_its_last_is_in(history):
    assert np.expm1(history.lately(DAY + 7, np.array([0]))["log_listed_7_days"]).tolist() == [0]
    assert np.expm1(history.lately(DAY + 6, np.array([0]))["log_listed_7_days"]).tolist() == [1]


def test_what_a_name_listed_is_that_of_a_hand_count(history):
    found = history.by_name(history.of_name("show", DAY + 10), DAY + 10, np.arange(4))
    assert tuple(found) == BY_NAME
    np.testing.assert_allclose(np.expm1(found["log_listed_by_name"]), [1, 2, 1, 0], rtol=1e-6)
    np.testing.assert_allclose(np.expm1(found["log_artist_listed_by_name"]), [3, 3, 1, 1], rtol=1e-6)
    np.testing.assert_array_equal(found["days_since_listed_by_name"], [10, 8, 8, np.nan])


def test_a_name_that_is_not_known_says_nothing(history):
    for name in ("unheard of", "", " "):
        found = history.by_name(history.of_name(name, DAY), DAY, np.arange(4))
        assert not found["log_listed_by_name"].any()
        assert np.isnan(found["days_since_listed_by_name"]).all()
