"""The report's figures by hand count, and what it refuses."""

from collections.abc import Callable
from dataclasses import replace
from math import log2
from typing import Any

import numpy as np
import pytest

from engine.evaluation.report import Plan, Report, ScenarioResult, build_report
from indexers.catalog.corpus import Corpus
from indexers.errors import InputError, ShapeError
from rankers.metrics import METRICS, Truth

MakeScenario = Callable[..., ScenarioResult]


@pytest.fixture
def report(evaluation: Any, train: Corpus) -> Report:
    return build_report(evaluation.scenarios, train, evaluation.plan)


def test_the_figures_are_the_hand_count(report: Report) -> None:
    document = report.as_json()
    perfect, late, wrong = (document["arms"][name] for name in ("perfect", "late", "wrong"))
    # Even queries hold out both tracks of one artist, odd ones two artists
    assert perfect["r_precision"] == 1.0
    assert perfect["r_precision_artist"] == pytest.approx(1 + 0.25 * 1.5 / 2)
    assert [perfect[name] for name in ("ndcg_500", "recall_100", "clicks", "mrr")] == pytest.approx([1, 1, 0, 1])
    assert late["r_precision"] == 0.0
    assert late["ndcg_500"] == pytest.approx((1 / log2(13)) / (1 + 1 / log2(3)))
    assert [late[name] for name in ("recall_100", "clicks", "mrr")] == pytest.approx([1 / 2, 1, 1 / 12])
    assert [wrong[name] for name in METRICS] == [0.0, 0.0, 0.0, 0.0, 51.0, 0.0]
    assert perfect["coverage"] == pytest.approx(13 / 40)
    assert wrong["novelty"] == pytest.approx(log2(20 / 2))  # every track is in two of twenty playlists
    assert wrong["artist_diversity"] == pytest.approx(6 / 11)
    assert (perfect["n_queries"], perfect["n_empty"]) == (12, 0)
    assert perfect["intervals"]["r_precision"] == [1.0, 1.0]


def test_unknown_tracks_count_only_in_arms_all(report: Report) -> None:
    document = report.as_json()
    assert document["arms_all"]["perfect"]["r_precision"] == pytest.approx(2 / 4)
    assert document["arms_all"]["perfect"]["recall_100"] == pytest.approx(2 / 4)
    assert document["arms_all"]["perfect"]["mrr"] == 1.0
    assert document["arms_all"]["late"]["r_precision"] == 0.0


def test_the_document_has_every_part(report: Report) -> None:
    document = report.as_json()
    assert (document["main"], document["contenders"]) == ("first 5", ["perfect"])
    assert document["arms"] == document["scenarios"]["first 5"]["arms"]
    assert document["arms_all"] == document["scenarios"]["first 5"]["arms_all"]
    assert list(document["scenarios"]) == ["title only", "first 5"]
    assert document["scenarios"]["title only"]["n_queries"] == 12
    assert document["settings"] == {"seeds": 5, "blend": {"als": 0.5}, "resamples": 500, "level": 0.95, "seed": 0}
    assert document["counts"] == {
        "queries": 12,
        "groups": 6,
        "empty_answers": {"wrong": 0, "late": 0, "silent": 6, "perfect": 0},
        "unknown seeds": 7,
    }
    assert "cold" not in document
    assert set(document["definitions"]) >= set(METRICS)


def test_an_arm_with_nothing_to_say_is_a_miss_and_has_no_shape(report: Report) -> None:
    late = report.as_json()["scenarios"]["title only"]["arms"]["late"]
    assert (late["n_empty"], late["clicks"], late["recall_100"], late["coverage"]) == (12, 51.0, 0.0, 0.0)
    assert (late["gini"], late["novelty"], late["artist_diversity"]) == (None, None, None)


def test_contenders_are_compared_with_every_arm_and_the_best_is_marked(report: Report) -> None:
    own = {one.against: one for one in report.comparisons if (one.scenario, one.metric) == ("first 5", "recall_100")}
    assert list(own) == ["wrong", "late", "silent"]
    assert [name for name, one in own.items() if one.against_best] == ["late"]
    late = own["late"]
    assert (late.difference, late.relative) == (pytest.approx(0.5), pytest.approx(1.0))
    assert late.difference_interval == (pytest.approx(0.5), pytest.approx(0.5))
    assert late.relative_interval == (pytest.approx(1.0), pytest.approx(1.0))
    assert late.effect_size is None  # every query differs by one half
    # Six groups have 64 sign patterns, two of which are as extreme
    assert late.p == pytest.approx(2 / 64, abs=0.02)
    assert late.p_holm == pytest.approx(3 * late.p)
    assert (own["wrong"].relative, own["wrong"].relative_interval) == (None, None)  # nothing to be relative to
    clicks = [one.against for one in report.comparisons if one.metric == "clicks" and one.against_best]
    assert clicks == ["wrong", "late"]  # in `title only` all others are equal: the first; then the lowest


def test_later_contenders_are_compared_with_earlier_ones(evaluation: Any, train: Corpus) -> None:
    plan = replace(evaluation.plan, contenders=("late", "perfect"))
    found = build_report(evaluation.scenarios, train, plan).comparisons
    pairs = [(one.arm, one.against) for one in found if (one.scenario, one.metric) == ("first 5", "mrr")]
    assert pairs == [
        ("late", "wrong"),
        ("late", "silent"),
        ("perfect", "wrong"),
        ("perfect", "silent"),
        ("perfect", "late"),
    ]


def test_intervals_respect_groups(evaluation: Any, train: Corpus) -> None:
    """`silent` ranks every second query: each group has one of the two, so its recall cannot vary between resamples."""
    hits = [np.array([q, q + 1][: 2 * (q % 2)], dtype=np.int64) for q in range(12)]
    grouped = replace(evaluation.scenarios[1], arms={**evaluation.scenarios[1].arms, "silent": hits})
    lone = replace(grouped, truths_known=[replace(truth, group="") for truth in grouped.truths_known])
    for scenario, width in ((grouped, 0.0), (lone, 0.5)):
        found = build_report([scenario], train, evaluation.plan).head.arms["silent"]
        low, high = found.intervals["recall_100"]
        assert found.means["recall_100"] == 0.5
        assert high - low == pytest.approx(width, abs=0.1)


def test_the_same_seed_gives_the_same_report(evaluation: Any, train: Corpus, a_scenario: MakeScenario) -> None:
    rng = np.random.default_rng(0)
    mixed = a_scenario("first 5", late=[rng.permutation(40)[:30] for _ in range(12)])
    once = build_report([mixed], train, evaluation.plan).as_json()
    assert once == build_report([mixed], train, evaluation.plan).as_json()
    other = build_report([mixed], train, replace(evaluation.plan, seed=1)).as_json()
    assert once["arms"]["late"]["intervals"] != other["arms"]["late"]["intervals"]
    beside = build_report([mixed, a_scenario("all")], train, evaluation.plan).as_json()
    assert once["arms"] == beside["arms"]


def test_an_arm_without_a_run_is_refused_not_scored_zero(
    evaluation: Any, train: Corpus, a_scenario: MakeScenario
) -> None:
    some = [np.array([1]), *[None] * 11]
    with pytest.raises(InputError, match=r"arm 'late' ranked 1 of 12 queries of scenario 'first 5'"):
        build_report([a_scenario("first 5", late=some)], train, evaluation.plan)
    with pytest.raises(InputError, match=r"arm 'late' ranked 0 of 12 queries"):
        build_report([a_scenario("first 5", late=[])], train, evaluation.plan)
    with pytest.raises(InputError, match=r"arm 'late' has 13 rankings for 12 queries"):
        build_report([a_scenario("first 5", late=[*[np.array([1])] * 12, None])], train, evaluation.plan)
    with pytest.raises(InputError, match=r"arm 'new' was not run in every scenario \('first 5'\)"):
        build_report([evaluation.scenarios[0], a_scenario("first 5", new=some)], train, evaluation.plan)
    with pytest.raises(InputError, match=r"arm 'blend' was not run in every scenario"):
        build_report(evaluation.scenarios, train, replace(evaluation.plan, contenders=("blend",)))


def test_scenarios_that_cannot_be_measured_are_refused(
    evaluation: Any, train: Corpus, a_scenario: MakeScenario
) -> None:
    whole = a_scenario("first 5")
    with pytest.raises(InputError, match="main scenario 'first 9' was not run; there are title only, first 5"):
        build_report(evaluation.scenarios, train, replace(evaluation.plan, main="first 9"))
    with pytest.raises(InputError, match="share a name"):
        build_report([whole, whole], train, evaluation.plan)
    with pytest.raises(InputError, match="'first 5' has no query"):
        build_report([ScenarioResult("first 5", {"perfect": []}, [])], train, evaluation.plan)
    with pytest.raises(InputError, match="12 queries by known tracks and 1 by all"):
        build_report([replace(whole, truths_all=whole.truths_all[:1])], train, evaluation.plan)
    with pytest.raises(InputError, match="has no arm"):
        build_report([replace(whole, arms={})], train, Plan("first 5"))
    with pytest.raises(ShapeError, match="row 3 occurs twice in the ranking"):
        build_report([a_scenario("first 5", late=[np.array([3, 3])] * 12)], train, evaluation.plan)


def test_lists_longer_than_the_metrics_look_are_refused(train: Corpus) -> None:
    long = ScenarioResult("one", {"als": [np.arange(501)]}, [Truth(np.array([1]), 1)])
    with pytest.raises(InputError, match="arm 'als' ranks 501 tracks for a query; the metrics look at 500"):
        build_report([long], train, Plan("one"))
