"""Make the pictures of the README: `python docs/screenshots.py LIBRARY [FOLDER]` over a demo library.

Needs a Chromium on the path and the extra `dev`. Serves the page itself on a free port.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

if TYPE_CHECKING:
    from playwright.sync_api import Page

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
START_S = 60.0
PLAYLIST = "Madrigals"  # that is continued
CHOSEN = 20  # the point of the map that is pressed
SETTLE_MS = 1_500  # after the last element came: fonts, audio, plots


@contextmanager
def served(library: Path) -> Iterator[str]:
    """Serve a library's page on a free port and give its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    run = "from engine.cli import main; main()"
    command = [sys.executable, "-c", run, "ui", "--library", str(library), "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        _wait_for(f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=20)


def _wait_for(address: str) -> None:
    until = time.monotonic() + START_S
    while True:
        try:
            with urlopen(address, timeout=2):  # noqa: S310 - our own server
                return
        except (URLError, OSError):
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


@contextmanager
def browser_page(width: int, height: int) -> Iterator["Page"]:
    """A page of a headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))
        try:
            yield browser.new_page(viewport={"width": width, "height": height}, device_scale_factor=1)
        finally:
            browser.close()


def shoot(page: "Page", address: str, folder: Path) -> None:
    """Take search.png, playlists.png, map.png, and the pages that the README only mentions."""
    page.goto(address)
    box = page.get_by_placeholder("Describe the music")
    box.wait_for(timeout=60_000)
    _settled(page, folder / "start.png")
    box.fill("church organ")
    box.press("Enter")
    page.locator("audio").nth(4).wait_for(timeout=60_000)
    page.locator("[class*='st-key-like-'] button:visible").nth(1).click()
    page.get_by_text("More like these").wait_for(timeout=60_000)
    _settled(page, folder / "search.png")
    _shoot_playlists(page, folder / "playlists.png")
    for name in ("Map", "Ledger", "Generations"):
        page.get_by_role("link", name=name).first.click()
        page.get_by_role("heading", name=name).first.wait_for(timeout=60_000)
        if name == "Map":
            point = page.locator(".scatterlayer .point").nth(CHOSEN)
            point.wait_for(timeout=60_000)
            point.click(force=True)
            page.locator("audio").first.wait_for(timeout=60_000)
        if name == "Generations":
            page.get_by_role("button", name="Examine").click()
            page.get_by_text("checks").first.wait_for(timeout=60_000)
        _settled(page, folder / f"{name.lower()}.png")


def _shoot_playlists(page: "Page", path: Path) -> None:
    """Continue one of the library's playlists, keep a track and refuse another."""
    page.get_by_role("link", name="Playlists").first.click()
    page.get_by_role("button", name=PLAYLIST).click()
    for verdict, said, track in (("refuse", "You said no to", 2), ("keep", "You kept", 1)):
        page.locator(f"[class*='st-key-{verdict}-'] button:visible").nth(track).click()
        page.get_by_text(said, exact=True).wait_for(timeout=60_000)
        page.locator("[data-test-script-state='notRunning']").wait_for(timeout=60_000)
    page.set_viewport_size({"width": 1440, "height": 1320})
    page.locator("audio").nth(2).wait_for(timeout=60_000)
    _settled(page, path)
    page.set_viewport_size({"width": 1440, "height": 1000})


def _settled(page: "Page", path: Path) -> None:
    page.mouse.move(2, 2)
    page.locator("[data-test-script-state='notRunning']").wait_for(timeout=60_000)
    page.wait_for_timeout(SETTLE_MS)
    page.locator("[data-testid='stMain']").evaluate("main => main.scrollTo(0, 0)")
    page.screenshot(path=path)


def main() -> None:
    """Take every picture."""
    library, folder = Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else Path(__file__).parent)
    with served(library) as address, browser_page(1440, 1000) as page:
        shoot(page, address, folder)


if __name__ == "__main__":
    main()
