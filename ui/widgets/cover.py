"""A picture for every track: its own, or one drawn from its name."""

import hashlib

import streamlit as st

from engine import SegueError
from ui.state import cover, library_path
from ui.words import safe


def show_cover(track_id: str, title: str, artist: str | None) -> None:
    """Show a track's cover; a drawn one where it has none or its file is gone."""
    try:
        picture = cover(library_path(), track_id)
    except SegueError:  # the player says what is wrong with the file; the cover need not say it again
        picture = None
    if picture is None:
        st.html(drawn(title, artist or ""))
    else:
        st.image(picture, width="stretch")


def drawn(title: str, artist: str) -> str:
    """A cover drawn from names: one artist keeps its colours, each title its own rings.

    Returns:
        HTML.
    """
    by, of = (hashlib.blake2b(text.encode(), digest_size=8).digest() for text in (artist or title, title))
    hue, turn = by[0] * 360 // 256, 100 + of[0] % 120
    other = (hue + 35 + by[1] % 60) % 360
    paint = f"linear-gradient({turn}deg, hsl({hue} 62% 46%), hsl({other} 66% 30%))"
    rings = "".join(
        f'<i style="width:{size}%;height:{size}%;left:{of[1] % 90 - size // 2}%;top:{of[2] % 60 - size // 2}%"></i>'
        for size in (40 + of[3] % 30, 90 + of[3] % 30, 140 + of[3] % 30)
    )
    return f'<div class="sg-cover" style="background:{paint}">{rings}<span>{safe(initials(title))}</span></div>'


def initials(title: str) -> str:
    """One or two letters that stand for a title; a note where it has no letters."""
    words = ["".join(letter for letter in word if letter.isalnum()) for word in title.split()]
    letters = [word[0].upper() for word in words if word]
    return "".join(letters[:2]) or "♪"
