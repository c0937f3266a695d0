"""One result: cover, names, why, player, and the buttons that say more or less of this."""

import streamlit as st

from engine import Result
from ui.state import put
from ui.widgets.bars import bars, chips
from ui.widgets.cover import show_cover
from ui.widgets.player import play
from ui.words import clock, safe


def card(result: Result, full: float) -> None:
    """Show one result.

    Args:
        result: What to show.
        full: The score that fills its bar.
    """
    with st.container(key=f"card-{result.rank}"):
        picture, names, sound, buttons = st.columns([1, 4.3, 4, 0.6], gap="medium")
        with picture:
            show_cover(result.track_id, result.title, result.artist)
        with names:
            st.html(described(result))
        with sound:
            st.html(bars(result, full))
            play(result.track_id, result.title, result.duration_s, result.match)
        with buttons:
            judge(result.track_id, result.title)


def judge(track_id: str, title: str) -> None:
    """The two buttons that put a track on the tray."""
    st.button(
        "", icon=":material/thumb_up:", key=f"like-{track_id}", help="More like this", type="tertiary",
        on_click=put, args=("like", track_id, title),
    )  # fmt: skip
    st.button(
        "", icon=":material/thumb_down:", key=f"unlike-{track_id}", help="Less like this", type="tertiary",
        on_click=put, args=("unlike", track_id, title),
    )  # fmt: skip


def described(result: Result) -> str:
    """Title, artist, album, year, tags and path as HTML."""
    about = [result.artist or "Unknown artist", result.album, result.year, result.genre, clock(result.duration_s)]
    by = " · ".join(safe(part) for part in about if part)
    return (
        f'<div class="sg-track"><div class="title"><span class="rank">{result.rank}</span>{safe(result.title)}</div>'
        f'<div class="by">{by}</div>{chips(result)}'
        f'<div class="path" title="{safe(result.path)}"><bdi>{safe(result.path)}</bdi></div></div>'
    )
