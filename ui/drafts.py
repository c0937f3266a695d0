"""The playlist that a visitor continues: where it comes from, what was kept and refused, answers already computed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import streamlit as st

from engine import Continuation, Neighbour, Pasted, SegueError, Uploaded
from ui.state import Clip, engine, library_path, open_engine

if TYPE_CHECKING:
    import polars as pl

Source = Literal["paste", "upload", "library"]
Verdict = Literal["keep", "refuse"]
OPPOSITE: dict[Verdict, Verdict] = {"keep": "refuse", "refuse": "keep"}
RELEARNT_S = 300.0  # what was learnt from playlists may change while the same generation serves
REMEMBERED = ("pl_source", "pl_text", "pl_name", "pl_pick", "pl_k")  # widgets that outlive a visit to another page


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be continued; `content` is pasted text or the id of one of the library's playlists."""

    source: Source
    content: str = ""
    name: str = ""
    file: Clip | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to continue yet; a name alone is something."""
        return not (self.content.strip() or self.name.strip() or self.file)

    @property
    def shelf(self) -> str:
        """The name under which what was kept and refused is remembered; pasted text may be edited without losing it."""
        if self.source == "paste":
            return "paste"
        return f"{self.source}:{self.file.digest if self.file else self.content}"


def remember() -> None:
    """Keep what was typed and chosen while another page is shown, where Streamlit would forget it."""
    for key in REMEMBERED:
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]


def judged(draft: Draft, verdict: Verdict) -> dict[str, str]:
    """The tracks that were kept or refused for a playlist: track id to title, in the order they came."""
    shelves: dict[tuple[str, Verdict], dict[str, str]] = st.session_state.setdefault("pl_judged", {})
    return shelves.setdefault((draft.shelf, verdict), {})


def judge_track(draft: Draft, verdict: Verdict, track_id: str, title: str) -> None:
    """Keep or refuse a track; the playlist is continued again without further ado."""
    judged(draft, OPPOSITE[verdict]).pop(track_id, None)
    judged(draft, verdict)[track_id] = title


def take_back(draft: Draft, verdict: Verdict, track_id: str) -> None:
    """Forget what was said about a track."""
    judged(draft, verdict).pop(track_id, None)


def continued(draft: Draft, k: int) -> Continuation:
    """Continue a playlist with all that was kept and refused.

    Raises:
        SegueError: it cannot be continued; its message says why.
    """
    kept, refused = (tuple(judged(draft, verdict)) for verdict in ("keep", "refuse"))
    return _continued(library_path(), engine().library.serving(), draft, k, kept, refused)


@st.cache_data(show_spinner=False, max_entries=32, ttl=RELEARNT_S)
def _continued(
    path: str,
    serving: int | None,  # noqa: ARG001 - another generation has other answers
    draft: Draft,
    k: int,
    kept: tuple[str, ...],
    refused: tuple[str, ...],
) -> Continuation:
    asked = _input(draft)
    return open_engine(path).continue_playlist(asked, k, keep=kept, unlike=refused, name=draft.name.strip())


def _input(draft: Draft) -> Pasted | Uploaded | str | tuple[str, ...]:
    """What the engine is given; nothing but a name is an empty playlist with that name."""
    if draft.file:
        return Uploaded(draft.file.name, draft.file.content)
    if draft.source == "library" and draft.content:
        return draft.content
    return Pasted(draft.content) if draft.content.strip() else ()


def playlists() -> "pl.DataFrame":
    """The library's playlists.

    Raises:
        SegueError: the catalogue is damaged.
    """
    return _playlists(library_path(), engine().library.serving())


@st.cache_data(show_spinner=False, max_entries=4, ttl=20)
def _playlists(path: str, serving: int | None) -> "pl.DataFrame":  # noqa: ARG001 - a key
    return open_engine(path).playlists()


def placed(track_ids: Iterable[str], k: int) -> "tuple[pl.DataFrame, tuple[Neighbour, ...]]":
    """The map of playlists with this one on it, and the k playlists most like it.

    Raises:
        SegueError: nothing was published yet.
    """
    return _placed(library_path(), engine().library.serving(), tuple(track_ids), k)


@st.cache_data(show_spinner=False, max_entries=32)
def _placed(
    path: str,
    serving: int | None,  # noqa: ARG001 - another generation has another map
    track_ids: tuple[str, ...],
    k: int,
) -> "tuple[pl.DataFrame, tuple[Neighbour, ...]]":
    opened = open_engine(path)
    return opened.playlist_map(track_ids), opened.playlist_neighbours(track_ids, k) if track_ids else ()


@st.cache_data(show_spinner=False, max_entries=12)
def exported(path: str, answer: Continuation, form: str, name: str, *, only_new: bool) -> bytes:
    """A playlist file's content; its locations are relative to the folder that holds all music.

    Raises:
        SegueError: a path cannot be written in this format.
    """
    return open_engine(path).export_playlist(answer, form, name=name, only_new=only_new)


def music_folder() -> str:
    """The folder where a downloaded playlist finds its tracks; empty where there is none."""
    try:
        return str(engine().music_folder())
    except SegueError:
        return ""
