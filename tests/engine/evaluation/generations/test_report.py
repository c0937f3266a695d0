"""The document and its tables, from answers that are written down."""

import json

import numpy as np
import pytest

from engine.api import Engine
from engine.evaluation.generations.asking import Asked, Given, Refused
from engine.evaluation.generations.comparing import ComparisonPlan, compare
from engine.evaluation.generations.questions import Questions
from engine.evaluation.generations.report import as_json, write_comparison
from engine.evaluation.generations.tables import as_markdown, words_of
from engine.query import Query

PLAN = ComparisonPlan(1, 2, k=4)


def pair(text, one, other, spent_ms=(1.0, 2.0)):
    return Asked(Query(text), (Given(tuple(one), one[:1], spent_ms[0]), Given(tuple(other), other[:1], spent_ms[1])))


ASKED = [
    pair("alike", "abcd", "abcd", (1.0, 8.0)),
    pair("turned", "abcd", "dcba", (2.0, 4.0)),
    pair("apart | far", "abcd", "wxyz", (3.0, 3.0)),
    Asked(Query("", like=("abcdef",)), (Refused("no track 'abcdef'"), Given(("a",), "a", 1.0))),
    Asked(Query("", sound="/gone.wav"), (Refused("no sound file"), Refused("no sound file"))),
]


@pytest.fixture(scope="module")
def document(twice_built):
    engine = Engine.open(twice_built)
    generations = engine.searcher_of(1).generation, engine.searcher_of(2).generation
    questions = Questions(tuple(asked.query for asked in ASKED), 9, (twice_built / "queries.jsonl",))
    return as_json(compare(ASKED, {}, PLAN), generations, questions, PLAN)


def test_agreement_is_the_mean_with_its_interval(document):
    turned = 0.1 / 0.9 * (2 / 3 * 0.9**3 + 4 / 4 * 0.9**4) + 0.9**4  # they share 0, 0, 2 and 4
    rbos = [1.0, turned, 0.0]
    assert document["overlap"]["mean"] == pytest.approx(2 / 3, abs=1e-4)
    assert document["rbo"]["mean"] == pytest.approx(np.mean(rbos), abs=1e-4)
    assert (document["overlap"]["k"], document["rbo"]["depth"], document["rbo"]["p"]) == (4, 4, 0.9)
    draws = np.random.default_rng(7).choice(rbos, size=(20_000, 3)).mean(axis=1)
    low, high = np.quantile(draws, [0.025, 0.975])
    assert (document["rbo"]["low"], document["rbo"]["high"]) == (
        pytest.approx(low, abs=1e-3),
        pytest.approx(high, abs=1e-3),
    )


def test_latencies_are_quantiles_of_what_both_answered(document):
    spent = document["latency_ms"]
    assert spent["a"] == {"p50": 2.0, "p95": pytest.approx(2.9)}
    assert spent["b"] == {"p50": 4.0, "p95": pytest.approx(7.6)}
    assert spent["ratio"] == {"p50": 2.0, "p95": pytest.approx(7.6 / 2.9, abs=1e-3)}
    assert (spent["ratio_low"]["p50"], spent["ratio_high"]["p50"]) == (1.0, 8.0)  # all of one query or of another


def test_counts_reconcile(document):
    assert document["counts"] == {
        "read": 9,
        "asked": 5,
        "compared": 3,
        "alike": 1,
        "unanswered": {"a": 2, "b": 1},
        "without_results": 0,
    }


def test_those_that_differ_most_come_first(document):
    most = document["most_different"]
    assert [one["query"]["text"] for one in most] == ["apart | far", "turned"]  # the third is answered alike
    assert most[0]["a"] == {"first": "a", "n": 4, "track_ids": list("abcd")}
    assert most[0]["b"]["track_ids"] == list("wxyz")


def test_what_was_not_answered_is_named(document):
    liked, heard = document["unanswered"]
    assert liked["reasons"] == {"a": "no track 'abcdef'"}
    assert heard["reasons"] == {"a": "no sound file", "b": "no sound file"}
    page = as_markdown(document)
    assert "- generation 1 has no answer to “like abcdef”: no track 'abcdef'" in page
    assert "- generation 2 has no answer to “sound /gone.wav”: no sound file" in page


def test_both_generations_are_told(document):
    one, other = document["generations"]["a"], document["generations"]["b"]
    assert (one["number"], one["tracks"], one["encoders"]) == (1, 6, ["fake", "fake-text"])
    assert (other["number"], other["tracks"]) == (2, 7)
    assert other["encoders"] == ["fake", "fake-text", "fake-joint", "fake-track"]
    assert one["created"].startswith("20")
    assert set(other["spaces"]) - set(one["spaces"]) == {"joint-fake-joint", "joint-fake-track"}


def test_depth_and_persistence_stand_beside_the_figure(document, tmp_path):
    paths = write_comparison(tmp_path / "out", document)
    assert json.loads(paths[0].read_text()) == document
    page = paths[1].read_text()
    assert "| overlap@4 | 0.667 [" in page
    assert "| RBO, p = 0.9, depth 4 (" in page
    assert "apart / far" in page  # no cell ends early
    assert "| p50 | 2.0 | 4.0 | 2.00 [1.00, 8.00] |" in page


def test_a_query_in_words():
    assert words_of(Query("slow\npiano").as_json()) == "slow piano"
    whole = Query("rain", "a.wav", ("ab", "cd"), ("ef",), "year < 1980", ("harp",))
    assert words_of(whole.as_json()) == "rain · sound a.wav · like ab, cd · unlike ef · where year < 1980 · tags harp"
