"""The small parts of the page, by value."""

from typing import Any

import pytest

from engine import Answer, Query, Result
from ui.views.map import coloured, figure, groups
from ui.widgets.bars import bars, chips, full_score
from ui.widgets.cover import drawn, initials
from ui.widgets.player import quiet_start
from ui.words import OTHER_ARM, arm_colour, arm_name, clock


def result(**changes: Any) -> Result:
    facts: dict[str, Any] = {
        "rank": 1, "track_id": "a" * 32, "path": "/m/a.ogg", "title": "A", "artist": None, "album": None, "genre": None,
        "year": None, "duration_s": 60.0, "score": 0.02, "arms": {"words": 0.005, "taggram": 0.015}, "evidence": {},
    }  # fmt: skip
    return Result(**{**facts, **changes})


def answer(**settings: Any) -> Answer:
    return Answer(Query("a"), (result(),), abstained=False, generation=1, latency_ms=1.0, settings=settings)


@pytest.mark.parametrize(
    ("arm", "name"),
    [
        ("taggram", "sounds like it"),
        ("hub:laion/larger_clap_general", "as described (larger_clap_general)"),
        ("hub:/home/me/clap/", "as described (clap)"),
        ("clap:/home/me/towers", "as described (towers)"),
        ("collap:/home/me/long", "as described (long)"),
        ("new", "new"),
    ],
)
def test_arms_have_names_that_fit_on_the_page(arm: str, name: str) -> None:
    assert arm_name(arm) == name
    assert (arm_colour(arm) == OTHER_ARM) is (arm == "new")


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (65.9, "1:05"), (3725, "1:02:05")])
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_a_full_bar_is_the_best_possible_score() -> None:
    assert full_score(answer(rrf_k=60, weights={"taggram": 1.0, "words": 0.22})) == pytest.approx(0.02)
    assert full_score(answer()) == 0.02  # nothing is known of the weights: the best of this list


def test_bars_are_as_long_as_what_each_arm_gave() -> None:
    shown = bars(result(), 0.04)
    assert shown.index("width:37.50%") < shown.index("width:12.50%")
    assert "#8b7bff" in shown


def test_each_tag_is_shown_once_and_four_at_most() -> None:
    why = (("Organ", 0.5), ("organ", 0.4), ("Choir", 0.3), ("slow", 0.2), ("sad", 0.1), ("loud", 0.1), ("not", -0.1))
    shown = chips(result(why=why))
    assert [shown.count(f">{name}<") for name in ("Organ", "organ", "Choir", "slow", "sad", "loud", "not")] == [
        1, 0, 1, 1, 1, 0, 0,
    ]  # fmt: skip
    assert chips(result()) == ""


def test_names_are_escaped_in_covers() -> None:
    assert "<script" not in drawn("<script>", "x")
    assert drawn("A", "B") == drawn("A", "B") != drawn("C", "B")


@pytest.mark.parametrize(("title", "letters"), [("Maple Leaf Rag", "ML"), ("¿qué?", "Q"), ("…", "♪"), ("42", "4")])
def test_initials(title: str, letters: str) -> None:
    assert initials(title) == letters


@pytest.mark.parametrize(("duration_s", "start_s"), [(90.0, 30.0), (24.0, 4.0), (5.0, 0.0)])
def test_a_track_without_a_moment_starts_where_an_excerpt_fits(duration_s: float, start_s: float) -> None:
    assert quiet_start(duration_s) == start_s


def test_the_commonest_values_have_colours_of_their_own() -> None:
    values = ["rock"] * 3 + ["folk"] * 2 + [""] * 9 + [f"rare {n}" for n in range(20)]
    colours = groups(values)
    assert list(colours)[:2] == ["rock", "folk"]
    assert len(colours) == 11 == len(set(colours.values()))
    assert "" not in colours


def test_every_track_is_one_point_of_the_map(fake: Any) -> None:
    tracks = fake.map()
    plot = figure(tracks, "tag")
    drawn_ids = [fact[0] for trace in plot.data for fact in trace.customdata]
    assert sorted(drawn_ids) == sorted(tracks["track_id"].to_list())
    assert {trace.name for trace in plot.data} == {"piano", "other"}
    assert coloured(tracks, "artist")[0] == ""
