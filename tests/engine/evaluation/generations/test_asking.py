"""The order in which two are asked, what warms them up, and what becomes of queries that one cannot answer."""

import pytest

from engine.evaluation.generations.asking import Asked, Given, Refused, ask_both
from engine.query import Query
from indexers.errors import MediaError, QueryError, StaleIndexError

TEXTS = [Query(text=text) for text in ("rain", "choir", "drums")]


@pytest.fixture
def sides(answered):
    """Two that answer with their own name, and the list of who was asked what."""
    asked = []

    def side(name):
        def ask(query):
            asked.append((name, query))
            return answered(query, [name], latency_ms=len(asked))

        return ask

    return side("one"), side("other"), asked


def test_who_goes_first_alternates(sides):
    one, other, asked = sides
    ask_both(TEXTS, one, other)
    rain, choir, drums = TEXTS
    in_turn = [("one", rain), ("other", rain), ("other", choir), ("one", choir), ("one", drums), ("other", drums)]
    assert asked[-6:] == in_turn


def test_answers_are_kept_by_side_whoever_went_first(sides):
    one, other, _ = sides
    found = ask_both(TEXTS, one, other)
    assert [each.query for each in found] == TEXTS
    assert [[given.track_ids for given in each.said] for each in found] == [[("one",), ("other",)]] * 3
    assert found[1].said == (Given(("one",), "ONE", 6), Given(("other",), "OTHER", 5))  # two answers warmed up


def test_every_kind_of_query_warms_up_in_other_words(sides):
    one, other, asked = sides
    queries = [
        *TEXTS,
        Query(tags=("harp",)),
        Query(sound="a.wav"),
        Query(like=("abcdef",), unlike=("fedcba",)),
        Query(text="rain", where="year < 1980"),
    ]
    ask_both(queries, one, other)
    warming = asked[: -2 * len(queries)]
    assert [name for name, _ in warming] == ["one"] * (len(warming) // 2) + ["other"] * (len(warming) // 2)
    of_one = [query for name, query in warming if name == "one"]
    assert {query.sound for query in of_one} == {None, "a.wav"}
    assert {query.like for query in of_one} == {(), ("abcdef",)}
    assert {query.where for query in of_one} == {None, "year < 1980"}
    words = {query.text for query in of_one} | {tag for query in of_one for tag in query.tags}
    assert words - {""}
    assert not words & {"rain", "choir", "drums", "harp"}


def test_a_sound_alone_is_not_asked_for_by_words(sides):
    one, other, asked = sides
    ask_both([Query(sound="a.wav")], one, other)
    assert {query for _, query in asked} == {Query(sound="a.wav")}  # no tower of texts is loaded for it


def test_a_query_that_one_cannot_answer_is_told_and_the_rest_goes_on(sides, answered):
    _, other, _ = sides

    def one(query):
        if query.text == "choir":
            raise QueryError("no track 'abc'")
        if query.text == "drums":
            raise MediaError("no sound file")
        return answered(query, ["one"])

    rain, choir, drums = ask_both(TEXTS, one, other)
    assert isinstance(rain.said[0], Given)
    assert choir == Asked(TEXTS[1], (Refused("no track 'abc'"), choir.said[1]))
    assert isinstance(choir.said[1], Given)
    assert drums.said[0] == Refused("no sound file")


def test_a_generation_that_cannot_be_asked_at_all_ends_it(sides):
    one, _, _ = sides

    def stale(_):
        raise StaleIndexError("generation 2 was built by another encoder")

    with pytest.raises(StaleIndexError, match="generation 2"):
        ask_both(TEXTS, one, stale)


def test_progress_is_told(sides):
    told = []
    ask_both(TEXTS, *sides[:2], lambda done, of: told.append((done, of)))
    assert told == [(1, 3), (2, 3), (3, 3)]
