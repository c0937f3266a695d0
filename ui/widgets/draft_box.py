"""The three ways to say which playlist to continue: pasted lines, a file, or one of the library's playlists."""

from typing import TYPE_CHECKING

import streamlit as st

from ui.drafts import Draft, Source
from ui.state import Clip
from ui.words import many, safe

if TYPE_CHECKING:
    import polars as pl

SOURCES: dict[Source, str] = {"paste": "Paste", "upload": "Upload", "library": "From the library"}
ICONS: dict[Source, str] = {"paste": "content_paste", "upload": "upload_file", "library": "queue_music"}
FORMATS = ("m3u", "m3u8", "pls", "xspf", "jspf", "json", "jsonl")
LINES = "One track a line, artist - title:\n\nNina Simone - Sinnerman\nBill Evans - Peace Piece"
NAME_HELP = "Words in the name count as well; a name alone is enough."


def draft_box(playlists: "pl.DataFrame") -> Draft:
    """Ask for a playlist.

    Args:
        playlists: Rows of `Engine.playlists`.

    Returns:
        What was given so far, empty at first.
    """
    st.session_state.setdefault("pl_source", "paste")
    source: Source = st.segmented_control(
        "Where the playlist comes from", list(SOURCES), key="pl_source", required=True, label_visibility="collapsed",
        format_func=lambda choice: f":material/{ICONS[choice]}: {SOURCES[choice]}", width="stretch",
    ) or "paste"  # fmt: skip
    if source == "library":
        return _picked(playlists)
    return _uploaded() if source == "upload" else _pasted()


def _pasted() -> Draft:
    text = st.text_area(
        "Tracks", key="pl_text", placeholder=LINES, height=172, label_visibility="collapsed",
        help="Paths and the content of an m3u, xspf or jspf file are understood as well.",
    )  # fmt: skip
    name, press = st.columns([2.1, 1], vertical_alignment="bottom")
    with name:
        called = _named()
    press.button("Continue", type="primary", icon=":material/playlist_add:", width="stretch", key="pl_continue")
    return Draft("paste", text or "", called)


def _named() -> str:
    return st.text_input(
        "Name", key="pl_name", placeholder="A name, if it has one", label_visibility="collapsed",
        icon=":material/label:", help=NAME_HELP,
    )  # fmt: skip


def _uploaded() -> Draft:
    st.file_uploader(
        "A playlist file", type=FORMATS, key="pl_upload", label_visibility="collapsed", on_change=_take_file
    )
    clip: Clip | None = st.session_state.get("pl_file")
    if clip is None:
        st.html(
            '<div class="sg-muted">m3u, m3u8, pls, xspf, jspf and JSON are read. Entries are found in this library '
            "by path, or by artist and title; paths of another machine do no harm.</div>"
        )
        return Draft("upload")
    st.html(f'<div class="sg-chips"><span class="sg-chip lead">continuing {safe(clip.name)}</span></div>')
    return Draft("upload", file=clip, name=_named())


def _take_file() -> None:
    """Keep the uploaded file: the uploader itself forgets it while another page is shown."""
    upload = st.session_state.get("pl_upload")
    st.session_state["pl_file"] = Clip(upload.name, upload.getvalue()) if upload else None


def _picked(playlists: "pl.DataFrame") -> Draft:
    if not playlists.height:
        st.html(
            '<div class="sg-muted">This library has no playlists yet: put m3u, pls, xspf or jspf files into your music '
            "folder and scan again. Pasting and uploading work without.</div>"
        )
        return Draft("library")
    labels = {row["playlist_id"]: _label(row) for row in playlists.iter_rows(named=True)}
    if st.session_state.get("pl_pick") not in labels:
        st.session_state["pl_pick"] = None
    chosen = st.selectbox(
        "One of the library's playlists", list(labels), key="pl_pick", index=None, format_func=labels.__getitem__,
        placeholder="Choose a playlist", label_visibility="collapsed",
    )  # fmt: skip
    st.html(
        f'<div class="sg-muted">{many(playlists.height, "playlist")} in this library. A point of the map chooses '
        "one, too.</div>"
    )
    return Draft("library", chosen or "")


def _label(row: dict[str, object]) -> str:
    n_tracks, n_matched = int(str(row["n_tracks"])), int(str(row["n_matched"]))
    size = many(n_tracks, "track") if n_matched == n_tracks else f"{n_matched:,} of {many(n_tracks, 'track')} here"
    return f"{row['name']}  ·  {size}"


def pick(playlist_id: str) -> None:
    """Choose one of the library's playlists, for a button or a point of the map."""
    st.session_state["pl_source"] = "library"
    st.session_state["pl_pick"] = playlist_id


def paste(lines: str) -> None:
    """Paste lines for the visitor, for an example."""
    st.session_state["pl_source"] = "paste"
    st.session_state["pl_text"] = lines
