"""The page in a real Chromium, over a real library: eight rendered pieces and the real encoders."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.parse import unquote
from urllib.request import urlopen
from xml.etree import ElementTree

import pytest

from engine import Engine
from engine.demo.music import make_music
from indexers.models.store import ModelStore
from ui.views.playlists import N_NEAR

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
N_PIECES = 8
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
WAIT_MS = 90_000
SERVE = "from engine.cli import main; main()"
LOADED = "audio => audio.readyState >= 1 && audio.duration > 1 && audio.src.length > 0"
DROP = """([name, base64]) => {
    const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
    const moved = new DataTransfer();
    moved.items.add(new File([bytes], name, {type: 'audio/ogg'}));
    const zone = document.querySelector("[data-testid='stFileUploaderDropzone']");
    for (const kind of ['dragenter', 'dragover', 'drop'])
        zone.dispatchEvent(new DragEvent(kind, {dataTransfer: moved, bubbles: true, cancelable: true}));
}"""


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Chromium is; skipped without one."""
    pytest.importorskip("playwright", reason="playwright is not installed: pip install segue[dev]")
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("no chromium on the path: install it to run the browser tests")
    return found


@pytest.fixture(scope="session")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a few short pieces."""
    return make_music(tmp_path_factory.mktemp("music"), N_PIECES, longest_s=16.0).folder


@pytest.fixture(scope="session")
def library(music: Path, model_store: ModelStore, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of those pieces, scanned and rebuilt."""
    root = tmp_path_factory.mktemp("served") / "library"
    engine = Engine.open(root, create=True)
    engine.scan([music], metadata=music / "metadata.jsonl")
    engine.rebuild()
    return root


def serve(root: Path) -> Iterator[str]:
    """Run `segue ui` until the test is over."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", SERVE, "ui", "--library", str(root), "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        wait_for(f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


def wait_for(address: str) -> None:
    until = time.monotonic() + WAIT_MS / 1000
    while True:
        try:
            with urlopen(address, timeout=2):  # noqa: S310 - the server that this test started
                return
        except (URLError, OSError):
            assert time.monotonic() < until, f"nothing answers at {address}"
            time.sleep(0.2)


@pytest.fixture(scope="session")
def address(library: Path) -> Iterator[str]:
    """The address of the served page."""
    yield from serve(library)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    """One Chromium for all tests."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture
def page(browser: Any, address: str) -> Iterator["Page"]:
    """A new visitor on the search page; an error in the page's own scripts fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    visit = context.new_page()
    visit.set_default_timeout(WAIT_MS)
    broken: list[str] = []
    visit.on("pageerror", lambda error: broken.append(str(error)))
    visit.goto(address)
    yield visit
    context.close()
    assert broken == []


def ask(page: "Page", text: str) -> None:
    box = page.get_by_placeholder("Describe the music")
    box.fill(text)
    box.press("Enter")
    page.locator("audio").first.wait_for()
    settled(page)


def settled(page: "Page") -> None:
    page.wait_for_timeout(300)
    page.locator("[data-test-script-state='notRunning']").wait_for()


def titles(page: "Page") -> list[str]:
    return page.locator(".sg-track .title").all_inner_texts()


def can_play(page: "Page") -> bool:
    """Whether the first player has a source and knows how long it is."""
    return bool(page.wait_for_function(f"() => [...document.querySelectorAll('audio')].some({LOADED})").json_value())


def test_a_query_gives_results_that_can_be_heard(page: "Page") -> None:
    ask(page, "solo piano")
    assert len(titles(page)) == N_PIECES
    assert page.locator("audio").count() == N_PIECES
    assert can_play(page)
    assert page.locator(".sg-bar span").count() >= N_PIECES
    assert page.get_by_text("matches at").count() >= 1


def test_a_filter_narrows_the_answer(page: "Page") -> None:
    ask(page, "dance")
    page.get_by_placeholder("Filter:").fill("genre = 'folk'")
    page.get_by_placeholder("Filter:").press("Enter")
    page.wait_for_function(f"() => document.querySelectorAll('.sg-track').length < {N_PIECES}")
    settled(page)
    assert all("folk" in line for line in page.locator(".sg-track .by").all_inner_texts())


def test_a_dropped_clip_finds_its_own_kind(page: "Page", music: Path) -> None:
    from base64 import b64encode

    clip = next(iter(sorted(music.glob("Chorales/*"))))
    page.get_by_role("button", name="Drop a clip").click()
    page.locator("[data-testid='stFileUploaderDropzone']").wait_for()
    page.evaluate(DROP, [clip.name, b64encode(clip.read_bytes()).decode()])
    page.get_by_text("searching by the sound of").wait_for()
    page.locator("audio").first.wait_for()
    settled(page)
    assert can_play(page)
    assert len(titles(page)) == N_PIECES - 1  # all but the clip's own recording


def test_a_like_changes_the_next_answer(page: "Page") -> None:
    ask(page, "choir")
    liked = titles(page)[0]
    page.locator("[class*='st-key-like-'] button:visible").first.click()
    page.get_by_text("More like these").wait_for()
    page.get_by_text("like your picks").first.wait_for()
    settled(page)
    again = titles(page)
    assert len(again) == N_PIECES - 1
    assert liked.lstrip("1\n ") not in " ".join(again)


def test_a_point_of_the_map_can_be_heard_and_seeds_a_search(page: "Page") -> None:
    page.get_by_role("link", name="Map").first.click()
    page.get_by_text("Distances are approximate").wait_for()
    point = page.locator(".scatterlayer .point").first
    point.wait_for(state="attached")
    settled(page)
    point.click(force=True)
    page.locator("audio").first.wait_for()
    assert can_play(page)
    page.locator("[class*='st-key-like-'] button:visible").first.click()
    page.get_by_text("More like these").wait_for()
    page.get_by_role("link", name="Search").first.click()
    page.get_by_text("like your picks").first.wait_for()
    settled(page)
    assert len(titles(page)) == N_PIECES - 1


def open_playlists(page: "Page") -> None:
    page.get_by_role("link", name="Playlists").first.click()
    page.get_by_text("Continue one of yours").wait_for()
    settled(page)


def proposed(page: "Page") -> list[str]:
    """The titles of the tracks that continue the playlist, without their ranks."""
    page.get_by_role("heading", name="What comes next").wait_for()
    settled(page)
    found: list[str] = page.locator(".sg-track .title").evaluate_all("all => all.map(one => one.lastChild.textContent)")
    return found


def downloaded(page: "Page", form: str) -> bytes:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=f"{form} ").click()
    assert waiting.value.suggested_filename.endswith(f".{form}")
    return Path(waiting.value.path()).read_bytes()


def test_a_playlist_is_picked_continued_refused_and_taken_away(page: "Page", music: Path) -> None:
    open_playlists(page)
    page.get_by_role("button", name="Chorales").click()
    first = proposed(page)
    assert len(first) == N_PIECES - 1  # all but the playlist's own track
    refused = first[1]
    page.locator("[class*='st-key-refuse-'] button:visible").nth(1).click()
    page.get_by_text("You said no to").wait_for()
    assert sorted(proposed(page)) == sorted(set(first) - {refused})
    assert page.locator("[class*='st-key-back-refuse-'] button:visible").first.inner_text().split("\n")[-1] == refused

    page.get_by_role("button", name="Export").click()
    files = {form: downloaded(page, form) for form in ("m3u8", "xspf", "jspf")}
    read = [line for line in files["m3u8"].decode("utf-8").splitlines() if not line.startswith("#")]
    assert len(read) == N_PIECES - 1  # the seed, and the others but the refused
    assert all((music / location).is_file() for location in read)
    space = "{http://xspf.org/ns/0/}"
    tracks = ElementTree.fromstring(files["xspf"]).findall(f"{space}trackList/{space}track")  # noqa: S314 - our own
    assert [unquote(track.findtext(f"{space}location", "")) for track in tracks] == read
    listed = json.loads(files["jspf"])["playlist"]["track"]
    assert [unquote(track["location"][0]) for track in listed] == read
    assert [track["title"] for track in listed[1:]] == proposed(page)


def test_pasted_lines_stay_while_another_page_is_looked_at(page: "Page", library: Path) -> None:
    known = Engine.open(library).map().row(0, named=True)
    open_playlists(page)
    box = page.get_by_placeholder("One track a line")
    box.fill(f"{known['artist']} - {known['title']}\nNobody - Nothing")
    page.get_by_role("button", name="Continue", exact=True).click()
    first = proposed(page)
    assert known["title"] not in first
    assert "1 line not" in page.locator(".sg-panel header").inner_text()
    assert page.locator(".sg-seeds li.lost b").all_inner_texts() == ["Nobody - Nothing"]
    page.locator("[class*='st-key-keep-'] button:visible").first.click()
    page.get_by_text("You kept", exact=True).wait_for()
    again = proposed(page)
    assert first[0] not in again
    page.get_by_role("link", name="Map").first.click()
    page.get_by_text("Distances are approximate").wait_for()
    page.get_by_role("link", name="Playlists").first.click()
    assert proposed(page) == again
    assert page.get_by_placeholder("One track a line").input_value().endswith("Nobody - Nothing")
    assert page.locator(".sg-seeds li.kept b").all_inner_texts() == [first[0]]


def test_a_point_of_the_map_is_continued_and_stands_among_its_neighbours(page: "Page") -> None:
    open_playlists(page)
    settled(page)
    page.locator(".scatterlayer .point").first.click(force=True)
    assert len(proposed(page)) == N_PIECES - 1
    page.get_by_text("Nearest", exact=True).wait_for()
    assert page.locator(".scatterlayer .js-line").count() == N_NEAR  # threads to its neighbours
    assert can_play(page)


def test_an_empty_library_is_filled_from_the_page(browser: Any, music: Path, tmp_path: Path, model_store: Any) -> None:
    for address in serve(tmp_path / "new"):
        visit = browser.new_page()
        visit.set_default_timeout(2 * WAIT_MS)
        visit.goto(address)
        visit.get_by_text("Point Segue at your music").wait_for()
        visit.get_by_label("Folder with music").fill(str(music / "Chorales"))
        visit.get_by_role("button", name="Scan and build").click()
        visit.get_by_placeholder("Describe the music").wait_for()
        assert "1 tracks" in visit.locator(".sg-stats").inner_text().replace("\n", " ")
        visit.close()
