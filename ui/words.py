"""How numbers and names are written on the page, and HTML that is safe to show."""

from html import escape

import streamlit as st

ARMS = {
    "taggram": ("sounds like it", "#8b7bff"),
    "words": ("text match", "#2dd4bf"),
    "sound": ("like your picks", "#ffb454"),
    "music": ("like your picks", "#ffb454"),  # its name in the calibration
}
OTHER_ARM = "#7c8499"


def clock(seconds: float) -> str:
    """Seconds as minutes and seconds, hours where there are any."""
    whole = int(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def arm_name(arm: str) -> str:
    """What an arm is called on the page."""
    return ARMS.get(arm, (arm, OTHER_ARM))[0]


def arm_colour(arm: str) -> str:
    """The colour of an arm."""
    return ARMS.get(arm, (arm, OTHER_ARM))[1]


def safe(text: object) -> str:
    """Text as it may stand in HTML."""
    return escape(str(text), quote=True)


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
