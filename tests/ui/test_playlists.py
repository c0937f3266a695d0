"""The playlists page, run by Streamlit's own test harness over an engine that answers from a table."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from engine import Pasted, Uploaded

LINES = "Nina Simone - Sinnerman\nC - Three\nonly words"


def run_page() -> None:
    from ui.views.playlists import playlists_page

    playlists_page()


def opened() -> AppTest:
    return ran(AppTest.from_function(run_page, default_timeout=30))


def ran(page: AppTest) -> AppTest:
    page.run()
    assert not page.exception
    return page


def pasted(text: str = LINES, name: str = "") -> AppTest:
    page = opened()
    page.text_area(key="pl_text").set_value(text)
    page.text_input(key="pl_name").set_value(name)
    return ran(page)


def html(page: AppTest) -> str:
    return "\n".join(str(element.proto.body) for element in page.get("html"))


def shown(page: AppTest) -> list[str]:
    """The keys of the tracks with a button that refuses them, in their order."""
    return [button.key.removeprefix("refuse-") for button in page.button if str(button.key).startswith("refuse-")]


def test_the_start_asks_nothing_and_offers_own_playlists(fake: Any) -> None:
    page = opened()
    assert fake.continued == []
    assert "Continue one of yours" in html(page)
    assert [button.label for button in page.button if str(button.key).startswith("pl-own-")] == [
        "List 0", "List 1", "List 2",
    ]  # fmt: skip
    assert len(page.get("plotly_chart")) == 1


def test_pasted_lines_are_continued(fake: Any) -> None:
    page = pasted(name=" late ")
    assert fake.continued == [{"playlist": Pasted(LINES), "k": 25, "keep": (), "unlike": (), "name": "late"}]
    assert shown(page) == [f"t{number}" for number in range(1, 11)]
    said = html(page)
    assert "2 seeds recognised" in said
    assert "1 line not" in said
    assert "<b>only words</b><span>no track is called that</span>" in said
    assert "Nina Simone · not in this library" in said
    assert "25 tracks in 12 ms, learnt from 26,412 playlists" in said
    assert "List 1 · 2 shared" in said
    assert len(page.get("audio")) == 10


def test_every_track_says_why(fake: Any) -> None:
    said = html(pasted())
    assert "Next &lt;t1&gt;" in said
    assert "near Sinnerman" in said
    assert "sounds alike <b>+2.00</b>" in said
    assert "listened together <b>+0.50</b>" in said
    assert 'class="against"' in said
    assert "has the name&#x27;s words <b>−0.25</b>" in said


def test_a_refused_track_goes_and_can_be_taken_back(fake: Any) -> None:
    page = pasted()
    page.button(key="refuse-t2").click()
    ran(page)
    assert fake.continued[-1]["unlike"] == ("t2",)
    assert shown(page)[:3] == ["t1", "t3", "t4"]
    assert page.button(key="back-refuse-t2").label == r"Next \<t2\>"
    page.button(key="back-refuse-t2").click()
    ran(page)
    assert shown(page)[:3] == ["t1", "t2", "t3"]
    assert [button for button in page.button if str(button.key).startswith("back-")] == []


def test_a_kept_track_becomes_a_seed(fake: Any) -> None:
    page = pasted()
    page.button(key="keep-t3").click()
    ran(page)
    assert fake.continued[-1]["keep"] == ("t3",)
    assert "3 seeds recognised" in html(page)
    assert "Bach &amp; Sons · you kept it" in html(page)
    assert "t3" not in shown(page)
    assert page.button(key="back-keep-t3").label == r"Next \<t3\>"


def test_what_was_said_of_one_playlist_is_not_said_of_another(fake: Any) -> None:
    page = pasted()
    page.button(key="refuse-t1").click()
    ran(page)
    page.text_area(key="pl_text").set_value(f"{LINES}\nD - Four")
    ran(page)
    assert fake.continued[-1]["unlike"] == ("t1",)  # an edited text is still the same playlist
    page.segmented_control(key="pl_source").set_value("library")
    ran(page)
    page.selectbox(key="pl_pick").set_value("p1")
    ran(page)
    assert (fake.continued[-1]["playlist"], fake.continued[-1]["unlike"]) == ("p1", ())


def test_a_playlist_of_the_library_is_one_press(fake: Any) -> None:
    page = opened()
    page.button(key="pl-own-p2").click()
    ran(page)
    assert [asked["playlist"] for asked in fake.continued] == ["p2"]
    assert page.selectbox(key="pl_pick").options == ["List 0  ·  4 tracks", "List 1  ·  4 of 5 tracks here",
                                                     "List 2  ·  4 of 6 tracks here"]  # fmt: skip


def test_a_playlist_is_not_its_own_neighbour(fake: Any) -> None:
    page = opened()
    page.button(key="pl-own-p1").click()
    ran(page)
    near = next(body for body in html(page).splitlines() if ">Nearest<" in body)
    assert "List 0" in near
    assert "List 1" not in near


def test_the_last_word_on_a_track_counts(fake: Any) -> None:
    page = ran(AppTest.from_function(judge_twice, default_timeout=30))
    assert [text.value for text in page.code] == ["{'t': 'T'}", "{}"]


def judge_twice() -> None:
    import streamlit as st

    from ui.drafts import Draft, judge_track, judged

    judge_track(Draft("paste"), "refuse", "t", "T")
    judge_track(Draft("paste"), "keep", "t", "T")
    st.code(str(judged(Draft("paste"), "keep")))
    st.code(str(judged(Draft("paste"), "refuse")))


def test_an_uploaded_file_is_continued(fake: Any) -> None:
    page = opened()
    page.segmented_control(key="pl_source").set_value("upload")
    ran(page)
    assert fake.continued == []
    page.file_uploader(key="pl_upload").set_value(("night.m3u8", b"#EXTM3U", "audio/x-mpegurl"))
    ran(page)
    assert fake.continued[-1]["playlist"] == Uploaded("night.m3u8", b"#EXTM3U")
    assert "continuing night.m3u8" in html(page)


def test_the_length_is_chosen_and_more_is_shown_on_request(fake: Any) -> None:
    page = pasted()
    page.segmented_control(key="pl_k").set_value(100)
    ran(page)
    assert fake.continued[-1]["k"] == 100
    for expected in (20, 30, 40, 50):
        next(button for button in page.button if button.label == "Show more").click()
        ran(page)
        assert len(shown(page)) == expected
    assert not any(button.label == "Show more" for button in page.button)
    assert "The other 50 are in the exported file" in html(page)


def test_an_answer_is_computed_once(fake: Any) -> None:
    page = pasted()
    page.button(key="pl_continue").click()
    ran(page)
    next(button for button in page.button if button.label == "Show more").click()
    ran(page)
    assert len(fake.continued) == 1


def test_a_name_alone_is_enough(fake: Any) -> None:
    page = pasted("", "rainy piano")
    assert fake.continued == [{"playlist": (), "k": 25, "keep": (), "unlike": (), "name": "rainy piano"}]
    assert "No seed: the words of the name decide" in html(page)
    assert len(shown(page)) == 10


def test_what_cannot_be_continued_is_one_line(fake: Any) -> None:
    page = pasted("A - Broken")
    assert [error.value for error in page.error] == ["the playlist is damaged: export it again"]
    assert shown(page) == []
    page.text_area(key="pl_text").set_value(LINES)
    ran(page)
    assert not page.error
    assert len(shown(page)) == 10


def test_what_was_refused_can_be_taken_back_even_without_an_answer(fake: Any) -> None:
    page = pasted()
    page.button(key="refuse-t1").click()
    ran(page)
    page.text_area(key="pl_text").set_value("A - Broken")
    ran(page)
    assert page.error
    page.button(key="back-refuse-t1").click()
    ran(page)
    page.text_area(key="pl_text").set_value(LINES)
    ran(page)
    assert shown(page)[0] == "t1"


def test_a_library_without_playlists_continues_pasted_ones(fake: Any) -> None:
    fake.n_playlists = 0
    page = pasted()
    assert "A map of your playlists grows here" not in html(page)
    assert len(shown(page)) == 10
    page.segmented_control(key="pl_source").set_value("library")
    ran(page)
    assert "This library has no playlists yet" in html(page)


def test_without_playlists_the_start_says_how_to_get_a_map(fake: Any) -> None:
    fake.n_playlists = 0
    page = opened()
    assert "A map of your playlists grows here" in html(page)
    assert not page.get("plotly_chart")


def test_an_example_is_three_tracks_of_this_library(fake: Any) -> None:
    page = opened()
    page.button(key="pl-example").click()
    ran(page)
    lines = fake.continued[0]["playlist"].text.splitlines()
    assert lines == ["A1 - T1", "A1 - T10", "A1 - T19"]


@pytest.mark.parametrize(("only_new", "expected"), [(False, "27 tracks"), (True, "25 tracks")])
def test_the_export_offers_three_formats(fake: Any, only_new: bool, expected: str) -> None:
    page = pasted()
    page.toggle(key="pl_only_new").set_value(only_new)
    ran(page)
    assert [button.label.split("  ")[0] for button in page.get("download_button")] == ["m3u8", "xspf", "jspf"]
    assert f'<div class="sg-muted">{expected}' in html(page)
    assert ("m3u8 leaves out 1 that this library lacks" in html(page)) == (not only_new)
    assert "put the file into <code>/music</code>" in html(page)
