"""How numbers and names are written on the page, and HTML that is safe to show."""

import re
from html import escape

import streamlit as st

from engine.query import joint_called

ARMS = {
    "taggram": ("sounds like it", "#8b7bff"),
    "words": ("text match", "#2dd4bf"),
    "sound": ("like your picks", "#ffb454"),
    "music": ("like your picks", "#ffb454"),  # its name in the calibration
}
DESCRIBED, DESCRIBED_COLOUR = "as described", "#5aa9ff"  # an arm of words in a joint space, told with its encoder
MARKS = re.compile(r"([\\`*_{}\[\]()#+.!~:$<>|&-])")  # a backslash before one of these makes it a mere character
OTHER_ARM = "#7c8499"
REASONS = {  # arms that continue a playlist; a name with more behind it, as item_knn_bm25, is read by its beginning
    "sound": ("sounds alike", "#ffb454"),
    "taggram": ("sounds like the name", "#8b7bff"),
    "words": ("has the name's words", "#2dd4bf"),
    "item_knn": ("listened together", "#ff7a59"),
    "ease": ("listened together", "#ff7a59"),
    "als": ("same listeners", "#5aa9ff"),
    "session_knn": ("in playlists like this", "#f472b6"),
    "item_vectors": ("in the same company", "#e879f9"),
    "item2vec": ("in the same company", "#e879f9"),
    "playlist": ("in nearby playlists", "#a3e635"),
    "names": ("in playlists of this name", "#facc15"),
    "popularity": ("often played", "#9aa3b8"),
    "order": ("the learned order", "#7c8499"),
    "cold": ("would be played together", "#22d3ee"),
}


def clock(seconds: float) -> str:
    """Seconds as minutes and seconds, hours where there are any."""
    whole = int(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def arm_name(arm: str) -> str:
    """What an arm is called on the page; one of a joint space by the last part of its encoder's name."""
    if (called := joint_called(arm)) is not None:
        return f"{DESCRIBED} ({called})"
    return ARMS.get(arm, (arm, OTHER_ARM))[0]


def arm_colour(arm: str) -> str:
    """The colour of an arm."""
    return DESCRIBED_COLOUR if joint_called(arm) is not None else ARMS.get(arm, (arm, OTHER_ARM))[1]


def reason(arm: str) -> tuple[str, str]:
    """What an arm that continues playlists is called on the page, and its colour."""
    known = [name for name in REASONS if arm.lower().startswith(name)]
    return REASONS[max(known, key=len)] if known else (arm.replace("_", " "), OTHER_ARM)


def many(count: int, noun: str) -> str:
    """A number of things: 1 track, 2,000 tracks."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def safe(text: object) -> str:
    """Text as it may stand in HTML."""
    return escape(str(text), quote=True)


def tags_in(text: str) -> tuple[str, ...]:
    """The tags that a line holds with commas between, each once."""
    return tuple(dict.fromkeys(tag for part in text.split(",") if (tag := " ".join(part.split()))))


def plain(text: str) -> str:
    """Text as it may stand in the label of a button, where Streamlit would read it as Markdown."""
    return MARKS.sub(r"\\\1", text)


def heading(title: str, what: str) -> None:
    """The title of a page and one sentence about it."""
    st.html(f'<div class="sg-page"><h1>{safe(title)}</h1><p>{safe(what)}</p></div>')


def counts(boxes: dict[str, tuple[int, str]]) -> None:
    """Big numbers in a row: label to number and colour."""
    cells = (
        f'<div class="sg-count"><b>{number:,}</b><span><i style="background:{colour}"></i>{safe(label)}</span></div>'
        for label, (number, colour) in boxes.items()
    )
    st.html(f'<div class="sg-counts">{"".join(cells)}</div>')
