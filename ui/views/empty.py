"""What a library without music shows: how to fill it, and a button that does."""

from pathlib import Path
from typing import Any

import streamlit as st

from engine import Engine, SegueError
from ui.state import library_path, open_engine, status
from ui.words import clock


def empty_page(problem: str) -> None:
    """Explain how to fill the library, with the exact commands, and offer to do it here.

    Args:
        problem: What is missing, in one line.
    """
    library = library_path()
    st.html(
        '<div class="sg-hero"><h1>Point Segue at your music</h1><p>This library has nothing to search yet. '
        "Give it a folder: the files are read, never changed, and nothing leaves this machine.</p></div>"
    )
    st.caption(problem)
    with st.form("build", border=True):
        folder = st.text_input("Folder with music", key="folder", placeholder=str(Path.home() / "Music"))
        pressed = st.form_submit_button("Scan and build", type="primary", icon=":material/library_music:")
    if pressed:
        _build(library, folder or "")
    st.html('<div class="sg-section">Or in a terminal</div>')
    st.code(
        f"segue models pull\nsegue scan FOLDER --library {library}\nsegue rebuild --library {library}\n"
        "segue demo            # makes music of its own to try it on",
        language="bash",
    )


def _build(library: str, folder: str) -> None:
    if not folder.strip():
        st.error("Type the folder that holds your music first.")
        return
    try:
        with st.status("Reading your music…", expanded=True) as box:
            engine = Engine.open(library, create=True)
            bar = st.progress(0.0, "Scanning")
            report = engine.scan(
                [Path(folder).expanduser()], progress=lambda done, total: _tick(bar, "Scanning", done, total)
            )
            st.html(f'<div class="sg-muted">{report.indexed:,} of {report.found:,} files have sound</div>')
            bar = st.progress(0.0, "Listening to every track")
            engine.rebuild(progress=lambda step: _tick(bar, _described(step), step.done, step.total))
            box.update(label="Ready", state="complete")
    except SegueError as error:
        st.error(str(error), icon=":material/error:")
        return
    open_engine.clear()
    status.clear()
    st.rerun()


def _tick(bar: Any, label: str, done: int, total: int) -> None:
    bar.progress(min(done / max(total, 1), 1.0), f"{label}: {done:,} of {total:,}")


def _described(step: Any) -> str:
    """A step of a rebuild in words: what it does, how fast, and how long it still takes."""
    rate = f", {step.tracks_per_hour:,.0f} tracks an hour" if step.tracks_per_hour else ""
    left = f", {clock(step.left_s)} left" if step.left_s is not None else ""
    return f"{step.stage.capitalize()}{rate}{left}"
