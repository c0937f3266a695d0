"""Answers held against each other: by hand, and with files of one recording."""

import polars as pl
import pytest

from engine.evaluation.generations.asking import Asked, Given, Refused
from engine.evaluation.generations.comparing import ComparisonPlan, compare, recordings_of
from engine.query import Query
from indexers.errors import InputError

PLAN = ComparisonPlan(1, 2, k=3, p=0.5)
REFUSED = Refused("no track 'abc'")


def given(ids, latency_ms=1.0):
    return Given(tuple(ids), "", latency_ms)


def asked(one, other, text="rain"):
    return Asked(Query(text), (one, other))


def test_measures_are_the_hand_count():
    (found,) = compare([asked(given("abcd"), given("acdz"))], {}, PLAN).compared
    assert found.overlap == pytest.approx(2 / 3)  # abc and acd
    assert found.rbo == pytest.approx(0.5 + 0.125 + 2 / 3 * 0.125 + 2 / 3 * 0.125)  # X = 1, 1, 2 at p = 0.5
    assert found.given == (given("abcd"), given("acdz"))


def test_files_of_one_recording_are_one():
    pair = asked(given("abc"), given("xbc"))
    assert compare([pair], {}, PLAN).compared[0].overlap == pytest.approx(2 / 3)
    assert compare([pair], {"x": "a"}, PLAN).compared[0].rbo == pytest.approx(1)
    (twice,) = compare([asked(given("abc"), given("axb"))], {"x": "a"}, PLAN).compared  # the other takes them for two
    assert twice.overlap == pytest.approx(2 / 3)  # abc and ab


def test_recordings_are_those_of_a_generation(shelve):
    shelf = shelve([[1, 0, 0]] * 4, [[1, 0]] * 4, group=[0, 1, 1, 0])
    ids = shelf.tracks["track_id"]
    assert isinstance(ids, pl.Series)
    assert recordings_of(shelf) == {ids[2]: ids[1], ids[3]: ids[0]}


def test_what_one_did_not_answer_is_left_out_and_named():
    pairs = [
        asked(given("ab"), given("ab")),
        asked(REFUSED, given("ab"), "choir"),
        asked(given("ab"), REFUSED, "drums"),
        asked(given(""), given(""), "nothing"),
        asked(given(""), given("ab"), "half"),
    ]
    found = compare(pairs, {}, PLAN)
    assert [one.query.text for one in found.compared] == ["rain", "half"]
    assert [(one.overlap, one.rbo) for one in found.compared] == [(1.0, pytest.approx(1.0)), (0.0, 0.0)]
    assert [one.query.text for one in found.unanswered] == ["choir", "drums"]
    assert [query.text for query in found.empty] == ["nothing"]


def test_nothing_to_compare_is_one_line():
    with pytest.raises(InputError, match=r"no query was answered by both generations \(the first: no track 'abc'\)"):
        compare([asked(given("ab"), REFUSED)], {}, PLAN)
    with pytest.raises(InputError, match="none of 1 queries has a result in either generation"):
        compare([asked(given(""), given(""))], {}, PLAN)
