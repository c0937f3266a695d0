"""Taking a playlist away: a file in one of three formats."""

import streamlit as st

from engine import Continuation
from ui.drafts import exported, music_folder
from ui.state import errors_shown, library_path
from ui.words import many, safe

FORMS = {
    "m3u8": ("for almost every player", "audio/x-mpegurl"),
    "xspf": ("XML, for VLC and others", "application/xspf+xml"),
    "jspf": ("the same as JSON", "application/json"),
}


def export_button(continuation: Continuation) -> None:
    """Show the button that opens the export, and in it one download per format."""
    with st.popover("Export", icon=":material/download:", width="stretch"):
        default = f"{continuation.name or 'Playlist'} continued"
        name = st.text_input("Name of the playlist", key=f"pl_export-{continuation.name}", placeholder=default)
        only_new = st.toggle("Only the new tracks", key="pl_only_new")
        for form in FORMS:
            with errors_shown():
                _download(form, continuation, name.strip() or default, only_new=only_new)
        st.html(f'<div class="sg-muted">{_what(continuation, only_new=only_new)}</div>')


def _download(form: str, continuation: Continuation, name: str, *, only_new: bool) -> None:
    label, mime = FORMS[form]
    st.download_button(
        f"{form}  ·  {label}", exported(library_path(), continuation, form, name, only_new=only_new),
        file_name=f"{file_stem(name)}.{form}", mime=mime, key=f"pl_download-{form}", icon=":material/download:",
        on_click="ignore", width="stretch",
    )  # fmt: skip


def _what(continuation: Continuation, *, only_new: bool) -> str:
    """How many tracks the files hold, and where they belong, as HTML."""
    n_tracks = len(continuation.tracks) + (0 if only_new else len(continuation.seeds))
    folder = music_folder()
    place = f"; paths are relative, so put the file into <code>{safe(folder)}</code>" if folder else ""
    named = 0 if only_new else sum(not seed.track_id for seed in continuation.seeds)
    lacking = f"; m3u8 leaves out {named:,} that this library lacks" if named else ""
    return f"{many(n_tracks, 'track')}{lacking}{place}."


def file_stem(name: str) -> str:
    """A name as a file may have it on any system."""
    kept = "".join(letter if letter.isalnum() or letter in " -_.,'()&" else " " for letter in name)
    return " ".join(kept.split()).strip(". ")[:80] or "playlist"
