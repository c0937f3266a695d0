"""The sidebar: the library in numbers, and the tray of likes and unlikes."""

import streamlit as st

from engine import Status
from ui.state import Side, clear_tray, drop, tray
from ui.words import safe

BRAND = '<div class="sg-brand"><div class="sg-mark"><i></i><i></i><i></i></div><b>Segue</b></div>'
HOW = "Press thumbs up or down on a track: the next answers lean towards it, or away from it."


def sidebar(status: Status | None) -> None:
    """Show the sidebar; without a library only the name of the house."""
    with st.sidebar:
        st.html(BRAND)
        if status is None:
            return
        st.html(
            f'<div class="sg-stats"><div><b>{status.n_searchable:,}</b><span class="sg-muted">tracks</span></div>'
            f'<div><b>{status.serving or "–"}</b><span class="sg-muted">generation</span></div></div>'
            f'<div class="sg-muted">{safe(status.root)}</div>'
        )
        if not status.empty:
            _tray()


def _tray() -> None:
    liked, unliked = tray("like"), tray("unlike")
    if not liked and not unliked:
        st.html(f'<div class="sg-section">Tray</div><div class="sg-muted">{HOW}</div>')
        return
    _side("like", "More like these", liked)
    _side("unlike", "Less like these", unliked)
    st.button("Clear the tray", icon=":material/clear_all:", on_click=clear_tray, width="stretch")


def _side(side: Side, label: str, tracks: dict[str, str]) -> None:
    if not tracks:
        return
    st.html(f'<div class="sg-section">{label}</div>')
    for track_id, title in tracks.items():
        name, cross = st.columns([5, 1], vertical_alignment="center", gap="small")
        name.html(f'<div class="sg-tray">{safe(title)}</div>')
        cross.button(
            "", icon=":material/close:", key=f"drop-{side}-{track_id}", help=f"Take {title} off the tray",
            type="tertiary", on_click=drop, args=(side, track_id),
        )  # fmt: skip
