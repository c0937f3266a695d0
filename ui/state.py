"""What the page remembers: the opened library, the tray of likes, and answers already computed."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import streamlit as st

from engine import Answer, Engine, Query, SegueError, Status

EXCERPT_S = 20.0
PAGE = 10  # results shown at first, and more at each request for more
MOST = 50  # results on one page: each has a player, and so up to 2 MB
Side = Literal["like", "unlike"]


@dataclass(frozen=True, slots=True)
class Clip:
    """A sound that was dropped on the page."""

    name: str
    content: bytes

    @property
    def digest(self) -> str:
        """A short name for this content, for caches."""
        return hashlib.blake2b(self.content, digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True)
class Asked:
    """What stands in the search box: words, tags, a filter and a dropped sound."""

    text: str = ""
    tags: tuple[str, ...] = ()
    where: str = ""
    clip: Clip | None = None


def library_path() -> str:
    """The library that this page shows: SEGUE_LIBRARY, else ./library."""
    return str(Path(os.environ.get("SEGUE_LIBRARY") or "library").expanduser().absolute())


@st.cache_resource(show_spinner=False)
def open_engine(path: str) -> Engine:
    """Open a library once for all visitors.

    Raises:
        SegueError: there is none, or it cannot be used.
    """
    return Engine.open(path)


def engine() -> Engine:
    """The engine of this page's library."""
    return open_engine(library_path())


@contextmanager
def errors_shown() -> Iterator[None]:
    """Show what went wrong in one line, and go on with the rest of the page."""
    try:
        yield
    except SegueError as error:
        st.error(str(error), icon=":material/error:")


def tray(side: Side) -> dict[str, str]:
    """The liked or unliked tracks: track id to title, in the order they came."""
    kept: dict[str, str] = st.session_state.setdefault(f"tray_{side}", {})
    return kept


def put(side: Side, track_id: str, title: str) -> None:
    """Put a track on one side of the tray, and take it off the other."""
    other: Side = "unlike" if side == "like" else "like"
    tray(other).pop(track_id, None)
    tray(side)[track_id] = title


def drop(side: Side, track_id: str) -> None:
    """Take a track off the tray."""
    tray(side).pop(track_id, None)


def clear_tray() -> None:
    """Forget all likes and unlikes."""
    tray("like").clear()
    tray("unlike").clear()


def ask(asked: Asked, k: int) -> Answer:
    """Search with what was asked in the box, and the tray.

    Raises:
        SegueError: the query cannot be answered; its message says why.
    """
    query = Query(
        text=asked.text.strip(),
        like=tuple(tray("like")),
        unlike=tuple(tray("unlike")),
        where=asked.where.strip() or None,
        tags=asked.tags,
    )
    serving = engine().library.serving()
    return _answer(library_path(), serving, query, k, asked.clip)


@st.cache_data(show_spinner=False, max_entries=64, hash_funcs={Clip: lambda clip: clip.digest})
def _answer(path: str, serving: int | None, query: Query, k: int, clip: Clip | None) -> Answer:  # noqa: ARG001 - a key
    if clip is None:
        return open_engine(path).search(query, k)
    with tempfile.TemporaryDirectory(prefix="segue-clip-") as folder:
        sound = Path(folder) / f"clip{Path(clip.name).suffix.lower()}"
        sound.write_bytes(clip.content)
        return open_engine(path).search(replace(query, sound=sound), k)


@st.cache_data(show_spinner=False, max_entries=4, ttl=20)
def status(path: str, serving: int | None) -> Status:  # noqa: ARG001 - another generation has another status
    """What the library holds; looked up again after a while, for counting is slow in a large one.

    Raises:
        SegueError: a table of the catalogue is damaged.
    """
    return open_engine(path).status()


@st.cache_data(show_spinner=False, max_entries=48)
def excerpt(path: str, track_id: str, start_s: float) -> bytes:
    """`EXCERPT_S` seconds of a track as a WAV file; under 2 MB.

    Raises:
        SegueError: the track's file is gone or cannot be decoded.
    """
    return open_engine(path).excerpt(track_id, start_s, EXCERPT_S)


@st.cache_data(show_spinner=False, max_entries=48)
def cover(path: str, track_id: str) -> bytes | None:
    """The picture of a track, None without one.

    Raises:
        SegueError: the track's file is gone.
    """
    return open_engine(path).cover(track_id)
