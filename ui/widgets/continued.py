"""One track that continues a playlist: cover, names, why, player, and the buttons that keep or refuse it."""

import streamlit as st

from engine import Continued
from ui.drafts import Draft, judge_track
from ui.widgets.cover import show_cover
from ui.widgets.player import play
from ui.widgets.reasons import because, reasons
from ui.words import clock, safe


def continued_card(draft: Draft, track: Continued, full: float) -> None:
    """Show one track.

    Args:
        draft: The playlist that it continues.
        track: What to show.
        full: What fills its bar.
    """
    with st.container(key=f"card-continued-{track.rank}"):
        picture, names, sound, buttons = st.columns([1, 4.1, 4, 1.1], gap="medium")
        with picture:
            show_cover(track.track_id, track.title, track.artist)
        with names:
            st.html(described(track))
        with sound:
            st.html(reasons(track, full))
            play(track.track_id, track.title, track.duration_s, None)
        with buttons:
            _buttons(draft, track)


def _buttons(draft: Draft, track: Continued) -> None:
    st.button(
        "Keep", icon=":material/add:", key=f"keep-{track.track_id}", help="Make it a seed and continue again",
        type="tertiary", on_click=judge_track, args=(draft, "keep", track.track_id, track.title),
    )  # fmt: skip
    st.button(
        "No", icon=":material/close:", key=f"refuse-{track.track_id}", help="Leave it out and continue without it",
        type="tertiary", on_click=judge_track, args=(draft, "refuse", track.track_id, track.title),
    )  # fmt: skip


def described(track: Continued) -> str:
    """Rank, title, artist, album, why and path as HTML."""
    about = [track.artist or "Unknown artist", track.album, clock(track.duration_s)]
    by = " · ".join(safe(part) for part in about if part)
    return (
        f'<div class="sg-track"><div class="title"><span class="rank">{track.rank}</span>{safe(track.title)}</div>'
        f'<div class="by">{by}</div>{because(track)}'
        f'<div class="path" title="{safe(track.path)}"><bdi>{safe(track.path)}</bdi></div></div>'
    )
