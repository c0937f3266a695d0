"""The search page: words, tags, filter, clip and tray in; results with their reasons out."""

import streamlit as st

from engine import Answer, Status
from ui.state import MOST, PAGE, Asked, Clip, ask, engine, errors_shown, tray
from ui.widgets.bars import full_score
from ui.widgets.card import card
from ui.words import arm_name, safe, tags_in

EXAMPLES = ("solo piano", "choir singing", "church organ", "fiddle dance tune", "heavy metal guitar", "slow and sad")
SOUNDS = ("mp3", "flac", "wav", "aiff", "aif", "ogg", "opus", "m4a", "aac", "wma", "mp4", "webm", "mkv")
GREETING = (
    '<div class="sg-hero"><h1>Find music by how it sounds</h1><p>Describe it in words, drop a clip of something like '
    "it, or start from tracks you like. Every result says why it is there.</p></div>"
)
TAGS_HELP = (
    "Labels with commas between: instruments, genres, moods or sounds. Each is looked for by what is known of how it "
    "sounds, and not in titles; beside words it counts as much as they do."
)
FILTERS = ("genre = 'folk'", "year < 1800", "artist LIKE '%Bach%'", "duration_s > 60", "has_video")


def search_page(status: Status) -> None:
    """Show the search box and, once something is asked, the answer."""
    greeting = st.empty()
    asked = _box()
    hints = st.empty()
    if asked.text.strip() or asked.tags or asked.clip or tray("like"):
        greeting.empty()  # at once: what a slow search leaves standing looks like part of its answer
        hints.empty()
        with errors_shown():
            _results(asked)
        return
    st.session_state["k"] = PAGE
    greeting.html(GREETING)
    with hints.container():
        _examples(status)


def _box() -> Asked:
    words, labels, rule, sound = st.columns([4.6, 2.2, 2.3, 2], vertical_alignment="bottom")
    with words, st.container(key="ask"):
        text = st.text_input(
            "Search", key="text", placeholder="Describe the music: slow piano, rain", label_visibility="collapsed",
            icon=":material/search:",
        )  # fmt: skip
    tags = labels.text_input(
        "Tags", key="tags", placeholder="Tags: harp, calm", label_visibility="collapsed", icon=":material/sell:",
        help=TAGS_HELP,
    )  # fmt: skip
    where = rule.text_input(
        "Filter", key="where", placeholder="Filter: genre = 'folk'", label_visibility="collapsed",
        icon=":material/filter_alt:", help=_filter_help(),
    )  # fmt: skip
    with sound.popover("Drop a clip", icon=":material/graphic_eq:", width="stretch"):
        upload = st.file_uploader("A sound or video to search by", type=SOUNDS, key="clip")
        st.html('<div class="sg-muted">It stays on this machine and is forgotten when the answer is there.</div>')
    clip = Clip(upload.name, upload.getvalue()) if upload else None
    if clip:
        st.html(
            f'<div class="sg-chips"><span class="sg-chip lead">searching by the sound of {safe(clip.name)}</span></div>'
        )
    return Asked(text or "", tags_in(tags or ""), where or "", clip)


def _filter_help() -> str:
    with errors_shown():
        columns = ", ".join(f"`{name}`" for name in engine().columns())
        examples = "\n".join(f"- `{example}`" for example in FILTERS)
        return f"One SQL condition over the catalogue, applied before the search.\n\n{examples}\n\nColumns: {columns}"
    return ""


def _examples(status: Status) -> None:
    st.html(f'<div class="sg-section">Try one on these {status.n_searchable:,} tracks</div>')
    with st.container(horizontal=True, gap="small"):
        for example in EXAMPLES:
            st.button(example, key=f"try-{example}", on_click=_try, args=(example,))


def _try(example: str) -> None:
    st.session_state["text"] = example


def _results(asked: Asked) -> None:
    k = int(st.session_state.setdefault("k", PAGE))
    with st.spinner("Listening to the clip…" if asked.clip else "Searching…", show_time=False):
        answer = ask(asked, k)
    _verdict(answer)
    full = full_score(answer)
    for result in answer.results:
        card(result, full)
    if len(answer.results) == k < MOST:
        st.button("Show more", icon=":material/expand_more:", on_click=_more, width="stretch")


def _verdict(answer: Answer) -> None:
    if not answer.results:
        st.info("No track passes the filter and is not already on the tray.", icon=":material/search_off:")
        return
    for note in answer.notes:
        st.info(note, icon=":material/info:")
    if answer.abstained:
        st.html(f'<div class="sg-unsure"><b>Nothing here fits well.</b> {_unsure(answer)}</div>')
    st.html(
        f'<div class="sg-answer">{len(answer.results)} results in {answer.latency_ms:.0f} ms '
        f"from generation {answer.generation}; a full bar means first in every way of looking</div>"
    )


def _unsure(answer: Answer) -> str:
    """Which arms looked and how far below their thresholds they stayed."""
    looks = [
        f"{safe(arm_name(arm))}: best {confidence.best:.2f}, {confidence.threshold:.2f} would be needed"
        for arm, confidence in answer.confidence.items()
        if confidence.best is not None and confidence.threshold is not None
    ]
    return "These are the nearest tracks in the library." + (f" ({'; '.join(looks)}.)" if looks else "")


def _more() -> None:
    st.session_state["k"] = int(st.session_state.get("k", PAGE)) + PAGE
