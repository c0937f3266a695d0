"""Hearing a track from a given moment."""

import streamlit as st

from engine import Span
from ui.state import EXCERPT_S, errors_shown, excerpt, library_path
from ui.words import clock


def play(track_id: str, title: str, duration_s: float, match: Span | None) -> None:
    """A player for the seconds that match, or the middle of the track where no moment stands out."""
    start_s = match.start_s if match else quiet_start(duration_s)
    with errors_shown():
        st.audio(excerpt(library_path(), track_id, start_s), format="audio/wav", alt=f"Listen to {title}")
        st.html(f'<p class="sg-span">{span_words(start_s, duration_s, match)}</p>')


def quiet_start(duration_s: float) -> float:
    """Where to start a track that has no matching moment: a third in, if a whole excerpt fits after that."""
    return round(max(0.0, min(duration_s / 3, duration_s - EXCERPT_S)), 2)


def span_words(start_s: float, duration_s: float, match: Span | None) -> str:
    """What the player plays, and the moment that matches, as HTML."""
    end_s = min(start_s + EXCERPT_S, duration_s)
    plays = f"plays {clock(start_s)}–{clock(end_s)} of {clock(duration_s)}"
    if match is None:
        return plays
    short = " (all of it: shorter than a clip)" if match.short else ""
    return f"<b>matches at {clock(match.start_s)}–{clock(match.end_s)}{short}</b> · {plays}"
