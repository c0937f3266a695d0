"""The page: run it by `segue ui`."""

from functools import partial
from pathlib import Path

import streamlit as st

from engine import SegueError, Status
from ui.drafts import remember
from ui.state import engine, library_path, status
from ui.views.empty import empty_page
from ui.views.generations import generations_page
from ui.views.ledger import ledger_page
from ui.views.map import map_page
from ui.views.playlists import playlists_page
from ui.views.search import search_page
from ui.widgets.sidebar import sidebar

STYLE = Path(__file__).with_name("style.css")


def main() -> None:
    """Draw the page that the address names, or what an empty library shows."""
    st.set_page_config(page_title="Segue", page_icon=":material/graphic_eq:", layout="wide")
    st.html(STYLE.read_text(encoding="utf-8"))
    remember()
    found, problem = _status()
    if found is None or found.empty:
        page = st.navigation(
            [st.Page(partial(empty_page, problem), title="Start", url_path="start")], position="hidden"
        )
    else:
        page = st.navigation(_pages(found), position="top")
    sidebar(found)
    page.run()


def _status() -> tuple[Status | None, str]:
    """The state of the library, and what is missing where it cannot be searched."""
    try:
        found = status(library_path(), engine().library.serving())
    except SegueError as error:
        return None, str(error)
    if found.n_catalogued:
        return found, f"{found.n_catalogued:,} tracks were scanned, none is indexed: run `segue rebuild`."
    return found, f"Nothing was scanned into {library_path()} yet."


def _pages(found: Status) -> list[st.Page]:
    return [
        st.Page(partial(search_page, found), title="Search", icon=":material/search:", url_path="search", default=True),
        st.Page(playlists_page, title="Playlists", icon=":material/queue_music:", url_path="playlists"),
        st.Page(map_page, title="Map", icon=":material/bubble_chart:", url_path="map"),
        st.Page(ledger_page, title="Ledger", icon=":material/fact_check:", url_path="ledger"),
        st.Page(generations_page, title="Generations", icon=":material/layers:", url_path="generations"),
    ]


if __name__ == "__main__":  # processes spawned by a rebuild import this file under another name
    main()
