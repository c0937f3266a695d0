"""The parts of the playlists page that are plain functions."""

from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
import pytest

from engine import Continued, Seed, Unmatched
from ui.drafts import Draft
from ui.state import Clip
from ui.widgets.export import file_stem
from ui.widgets.playlist_map import LETTER, LINE, Frame, playlist_figure, readable
from ui.widgets.reasons import because, longest, reasons, signed
from ui.widgets.seeds import MOST_SHOWN, seeds_list, unmatched_list
from ui.words import OTHER_ARM, REASONS, many, plain, reason


def track(arms: dict[str, float], brought_by: str = "", nearest: str = "") -> Continued:
    return Continued(1, "t", "/t.ogg", "T", None, None, 9.0, sum(arms.values()), arms, brought_by, nearest)


def test_arms_are_read_by_the_beginning_of_their_names() -> None:
    assert reason("item_knn_bm25") == REASONS["item_knn"]
    assert reason("als") == REASONS["als"]
    assert reason("new_thing") == ("new thing", OTHER_ARM)


def test_bars_are_shares_of_the_longest() -> None:
    tracks = [track({"sound": 3.0, "words": -1.0}), track({"sound": 2.0, "als": 2.0})]
    assert longest(tracks) == 4.0
    drawn = reasons(tracks[0], 4.0)
    assert drawn.count("width:") == 1
    assert "width:75.00%" in drawn
    assert longest([]) == longest([track({"words": -1.0})]) == 1.0


def test_only_the_loudest_arms_are_told_and_none_that_said_nothing() -> None:
    drawn = reasons(track({"sound": 1.0, "als": 0.5, "names": 0.4, "ease": 0.3, "cold": 0.2, "words": 0.001}), 3.0)
    assert drawn.count("<i style") == 4
    assert drawn.count("width:") == 6
    assert "would be played together" not in drawn


def test_signs_and_chips() -> None:
    assert (signed(1.234), signed(-0.5)) == ("+1.23", "−0.50")
    assert because(track({})) == ""
    assert "near &lt;b&gt;" in because(track({}, "als", "<b>"))


def test_a_long_playlist_is_cut_and_counted() -> None:
    seeds = [Seed(f"T{number}", "A", str(number)) for number in range(MOST_SHOWN + 2_000)]
    drawn = seeds_list(seeds, {str(MOST_SHOWN + 5)})
    assert drawn.count("<li") == MOST_SHOWN + 1
    assert "and 2,000 more" in drawn
    assert drawn.index(f"T{MOST_SHOWN + 5}<") < drawn.index("T0<")  # what was kept is seen first
    assert unmatched_list([]) == ""


def test_what_was_not_recognised_is_escaped_and_explained() -> None:
    drawn = unmatched_list([Unmatched("<script>", "ambiguous")])
    assert "&lt;script&gt;" in drawn
    assert "several tracks are called that" in drawn


def test_numbers_of_things() -> None:
    assert (many(1, "track"), many(0, "track"), many(2000, "line")) == ("1 track", "0 tracks", "2,000 lines")


def test_labels_are_not_read_as_markdown() -> None:
    assert plain("1. *Star* :red[x] $5") == r"1\. \*Star\* \:red\[x\] \$5"
    assert plain("Größe, O'Neill's / 5%") == "Größe, O'Neill's / 5%"


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Late: nights / 1", "Late nights 1"),
        ("../../etc", "etc"),
        ("///", "playlist"),
        ("Größe №5", "Größe 5"),
        ("x" * 200, "x" * 80),
    ],
)
def test_file_names_suit_any_system(name: str, stem: str) -> None:
    assert file_stem(name) == stem


def test_a_draft_is_empty_without_text_file_and_name() -> None:
    assert Draft("paste", " \n").empty
    assert not Draft("paste", "", "rain").empty
    assert not Draft("upload", file=Clip("a", b"")).empty


def test_drafts_have_shelves_of_their_own() -> None:
    drafts = [
        Draft("paste", "a"), Draft("library", "p1"), Draft("library", "p2"), Draft("upload", file=Clip("a", b"1")),
        Draft("upload", file=Clip("a", b"2")),
    ]  # fmt: skip
    assert len({draft.shelf for draft in drafts}) == 5
    assert Draft("paste", "b").shelf == Draft("paste", "a").shelf


def points(count: int, seed: int) -> list[dict[str, Any]]:
    rng = np.random.default_rng(seed)
    rows = [
        {"playlist_id": f"p{number}", "name": "n" * int(rng.integers(3, 30)), "n_tracks": 3, "x": x, "y": y,
         "kind": "library"}
        for number, (x, y) in enumerate(rng.uniform(-1, 1, (count, 2)).tolist())
    ]  # fmt: skip
    return [{**rows[0], "playlist_id": "", "kind": "this"}, *rows[1:]]


@pytest.mark.parametrize("seed", range(5))
def test_no_name_on_the_map_covers_another(seed: int) -> None:
    rows = points(40, seed)
    frame = Frame.around(rows)
    kept = readable(rows, frame)
    assert 3 < len(kept) < 39
    shift = {"top center": (0, 1), "bottom center": (0, -1), "middle right": (1, 0), "middle left": (-1, 0)}
    boxes = []
    for row in rows:
        side = kept.get(row["playlist_id"])
        if side:
            (x, y), (right, up) = frame.share(row), shift[side]
            half = min(len(row["name"]), 23) * LETTER / 2
            boxes.append((x + right * (half + 0.03), y + up * 0.062, half))
            assert row["kind"] == "this" or half - 1e-9 <= boxes[-1][0] <= 1 - half + 1e-9
    dots = [(*frame.share(row), 0.014) for row in rows]
    written = [row for row in rows if row["playlist_id"] in kept]
    clear = [(box, dot) for row, box in zip(written, boxes, strict=True) if row["kind"] != "this"
             for dot in dots if dot[:2] != frame.share(row)]  # fmt: skip
    for one, other in [*combinations(boxes, 2), *clear]:
        apart = abs(one[0] - other[0]) >= one[2] + other[2] - 1e-9 or abs(one[1] - other[1]) >= LINE - 1e-9
        assert apart


def test_a_lone_playlist_has_its_name() -> None:
    row = points(2, 1)[1]
    assert readable([row], Frame.around([row])) == {"p1": "top center"}


def test_the_map_joins_this_playlist_to_its_neighbours() -> None:
    table = pl.DataFrame(
        {
            "playlist_id": ["a", "b", "c", ""], "name": ["<A>", "B", "C", ""], "n_tracks": [16, 4, 1, 2],
            "x": [0.0, 1.0, -1.0, 0.5], "y": [0.0, 1.0, -1.0, 0.25], "kind": ["library"] * 3 + ["this"],
        }
    )  # fmt: skip
    threads, far, near, this = playlist_figure(table, {"b"}, "Mine").data
    assert list(threads.x) == [0.5, 1.0, None]
    assert [point[0] for point in far.customdata] == ["a", "c"]
    assert [point[0] for point in near.customdata] == ["b"]
    assert list(far.customdata[0][1:]) == ["&lt;A&gt;", "16 tracks"]
    assert near.marker.size[0] == far.marker.size[0] / 2  # a quarter of the tracks, half the width
    assert this.text[0] == "<b>Mine</b>"
    assert len(playlist_figure(table.head(3), set()).data) == 2
