"""The pages, run by Streamlit's own test harness over an engine that answers from a table."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

APP = str(Path(__file__).parents[2] / "ui" / "app.py")


def opened() -> AppTest:
    page = AppTest.from_file(APP, default_timeout=20).run()
    assert not page.exception
    return page


def typed(page: AppTest, text: str, where: str = "") -> AppTest:
    page.text_input(key="text").set_value(text)
    page.text_input(key="where").set_value(where)
    page.run()
    assert not page.exception
    return page


def html(page: AppTest) -> str:
    return "\n".join(str(element.proto.body) for element in page.get("html"))


def test_the_start_shows_examples_and_no_search(fake: Any) -> None:
    page = opened()
    assert "Find music by how it sounds" in html(page)
    assert [button.label for button in page.button][:2] == ["solo piano", "choir singing"]
    assert fake.searches == []


def test_words_and_filter_reach_the_engine(fake: Any) -> None:
    page = typed(opened(), "  slow piano ", "year < 1800")
    ((query, k),) = fake.searches
    assert (query.text, query.where, k) == ("slow piano", "year < 1800", 10)
    shown = html(page)
    assert "Title &lt;1&gt;" in shown
    assert "Bach &amp; Sons" in shown
    assert "matches at 0:12–0:15" in shown
    assert "plays 0:12–0:32 of 1:10" in shown
    assert "1 more copy" in shown
    assert len(page.get("audio")) == 10


def test_tags_alone_are_a_search(fake: Any) -> None:
    page = opened()
    page.text_input(key="tags").set_value(" harp,  bossa  nova,, harp ").run()
    assert not page.exception
    ((query, _),) = fake.searches
    assert (query.text, query.tags) == ("", ("harp", "bossa nova"))
    assert "Title &lt;1&gt;" in html(page)


def test_an_example_is_one_press(fake: Any) -> None:
    page = opened()
    page.button[0].click().run()
    assert fake.searches[0][0].text == "solo piano"


def test_a_like_joins_the_next_search_and_can_be_taken_back(fake: Any) -> None:
    page = typed(opened(), "piano")
    track_id = f"{3:032x}"
    page.button(key=f"like-{track_id}").click().run()
    assert fake.searches[-1][0].like == (track_id,)
    page.button(key=f"unlike-{track_id}").click().run()
    assert (fake.searches[-1][0].like, fake.searches[-1][0].unlike) == ((), (track_id,))
    page.button(key=f"drop-unlike-{track_id}").click().run()
    assert page.session_state["tray_unlike"] == {}


def test_more_results_on_request(fake: Any) -> None:
    page = typed(opened(), "piano")
    next(button for button in page.button if button.label == "Show more").click().run()
    assert fake.searches[-1][1] == 20


def test_no_sure_answer_says_so(fake: Any) -> None:
    shown = html(typed(opened(), "kazoo"))
    assert "Nothing here fits well" in shown
    assert "sounds like it: best 0.10, 0.50 would be needed" in shown
    assert "Nothing here fits well" not in html(typed(opened(), "piano"))


def test_a_bad_filter_is_one_line(fake: Any) -> None:
    page = typed(opened(), "piano", "nonsense = 1")
    assert [error.value for error in page.error] == ["no column nonsense; there are title, artist"]


def test_a_clip_is_searched_by_its_sound(fake: Any) -> None:
    page = opened()
    page.file_uploader(key="clip").set_value(("my clip.wav", b"RIFF-clip", "audio/wav")).run()
    assert not page.exception
    ((query, _),) = fake.searches
    assert str(query.sound).endswith("clip.wav")
    assert not Path(str(query.sound)).exists()
    assert "searching by the sound of my clip.wav" in html(page)


def test_the_ledger_counts_and_filters(fake: Any) -> None:
    from ui.views.ledger import chosen, tally

    ledger = fake.ledger()
    assert tally(ledger) == {"indexed": 2, "skipped": 1, "failed": 1}
    assert chosen(ledger, ["failed", "skipped"], "TRUNC")["path"].to_list() == ["/m/d.mp3"]
    assert chosen(ledger, ["indexed"], "").height == 2


@pytest.mark.parametrize("page_name", ["map", "ledger", "generations"])
def test_every_page_opens(fake: Any, page_name: str) -> None:
    page = AppTest.from_function(run_view, kwargs={"name": page_name}, default_timeout=30).run()
    assert not page.exception
    assert not page.error


def run_view(name: str) -> None:
    import importlib

    view = importlib.import_module(f"ui.views.{name}")
    getattr(view, f"{name}_page")()


def test_another_generation_can_serve(fake: Any) -> None:
    page = AppTest.from_function(run_view, kwargs={"name": "generations"}, default_timeout=30).run()
    page.button(key="promote-1").click().run()
    assert fake.promoted == [1]
    assert not page.exception


def test_an_empty_library_explains_itself(no_library: Path) -> None:
    page = opened()
    assert "Point Segue at your music" in html(page)
    assert f"segue scan FOLDER --library {no_library}" in page.code[0].value
    page.button[0].click().run()
    assert page.error[0].value.startswith("Type the folder")


def test_a_library_that_cannot_be_opened_says_why(no_library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine import SegueError

    def refuse(*_: object, **__: object) -> None:
        raise SegueError("this library has format 9, this Segue reads up to 1: upgrade Segue")

    monkeypatch.setattr("engine.Engine.open", refuse)
    assert "format 9" in opened().caption[0].value
