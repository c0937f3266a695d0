"""The playlists page: paste, upload or pick a playlist, see what it is near, continue it, refuse, keep, export."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from engine import Continuation, Neighbour
from ui.drafts import Draft, Verdict, continued, judged, placed, playlists, take_back
from ui.state import MOST, PAGE, engine, errors_shown, library_path, open_engine
from ui.widgets.continued import continued_card
from ui.widgets.draft_box import draft_box, paste, pick
from ui.widgets.export import export_button
from ui.widgets.playlist_map import playlist_figure
from ui.widgets.reasons import longest
from ui.widgets.seeds import seeds_panel
from ui.words import heading, many, plain, safe

if TYPE_CHECKING:
    import polars as pl

LENGTHS = (10, 25, 50, 100)
N_EXAMPLES, N_NEAR = 6, 5
HINT = '<div class="sg-muted">Your playlists; those that are alike lie close. A click continues one.</div>'
BLANK = (
    '<div class="sg-blank"><b>A map of your playlists grows here</b><span>Playlist files in the music folder are found '
    "by the next scan. Until then, paste or upload one.</span></div>"
)
SAID: dict[Verdict, tuple[str, str]] = {
    "keep": ("You kept", ":material/check:"),
    "refuse": ("You said no to", ":material/undo:"),
}


def playlists_page() -> None:
    """Show the page."""
    heading(
        "Continue a playlist",
        "Give it a playlist, however short: it finds what comes next in your library and says why.",
    )
    with errors_shown():
        own = playlists()
        with st.container(key="pl-top"):
            asked, chart = st.columns([1, 1.18], gap="medium")
            with asked:
                draft = draft_box(own)
                answer = _answer(draft)
                if answer:
                    seeds_panel(answer, judged(draft, "keep"))
                elif draft.source == "paste":
                    _example()
            with chart:
                _map(draft, answer)
        _judged(draft)
        if answer:
            _continuation(draft, answer)
        else:
            _yours(own)


def _answer(draft: Draft) -> Continuation | None:
    """The continuation; None where nothing was asked yet or it cannot be, which is said."""
    if draft.empty:
        return None
    k = int(st.session_state.setdefault("pl_k", LENGTHS[1]))
    with errors_shown(), st.spinner("Continuing…", show_time=False):
        return continued(draft, k)
    return None


def _map(draft: Draft, answer: Continuation | None) -> None:
    track_ids = [seed.track_id for seed in answer.seeds if seed.track_id] if answer else []
    points, neighbours = placed(track_ids, N_NEAR + 1)
    if not points.height:
        st.html(BLANK)
        return
    near = [one for one in neighbours if one.playlist_id != draft.content][:N_NEAR]
    if track_ids and draft.source == "library":
        points = points.filter(points["playlist_id"] != draft.content)  # it is there as "this"
    with st.container(key="pl-map-frame"):
        st.plotly_chart(
            playlist_figure(points, {one.playlist_id for one in near}, answer.name if answer else ""), key="pl_map",
            on_select=_pick_point, selection_mode="points", theme=None,
            config={"displayModeBar": False, "scrollZoom": True},
        )  # fmt: skip
    st.html(_nearest(near) if answer else HINT)


def _pick_point() -> None:
    points = st.session_state["pl_map"].selection.points
    if points and points[0]["customdata"][0]:
        pick(points[0]["customdata"][0])


def _nearest(near: Sequence[Neighbour]) -> str:
    if not near:
        return '<div class="sg-muted">No playlist of this library is near it.</div>'
    chips = "".join(
        f'<span class="sg-chip lead" title="likeness {one.likeness:.2f}">{safe(one.name)}{_shared(one)}</span>'
        for one in near
    )
    return f'<div class="sg-chips"><span class="sg-muted">Nearest</span>{chips}</div>'


def _shared(neighbour: Neighbour) -> str:
    return f" · {neighbour.shared:,} shared" if neighbour.shared else ""


def _yours(own: "pl.DataFrame") -> None:
    """The largest of the library's playlists, one press each."""
    if not own.height:
        return
    st.html('<div class="sg-section">Continue one of yours</div>')
    with st.container(horizontal=True, gap="small"):
        for row in own.sort("n_matched", descending=True).head(N_EXAMPLES).iter_rows(named=True):
            st.button(plain(row["name"]), key=f"pl-own-{row['playlist_id']}", on_click=pick, args=(row["playlist_id"],))


def _example() -> None:
    lines = _example_lines(library_path(), engine().library.serving())
    if lines:
        st.button(
            "Try three tracks of this library", icon=":material/content_paste_go:", key="pl-example", on_click=paste,
            args=(lines,), type="tertiary",
        )  # fmt: skip


@st.cache_data(show_spinner=False, max_entries=2)
def _example_lines(path: str, serving: int | None) -> str:  # noqa: ARG001 - the generation is a key
    """Three tracks of the library as somebody would paste them; empty where artists are unknown."""
    tracks = open_engine(path).map()
    named = tracks.filter(tracks["artist"].is_not_null())
    rows = named[:: max(named.height // 3, 1)].head(3)
    return "\n".join(f"{artist} - {title}" for artist, title in rows.select("artist", "title").iter_rows())


def _judged(draft: Draft) -> None:
    """What was refused and kept; pressing a track takes that back."""
    with st.container(key="pl-said", horizontal=True, gap="small", vertical_alignment="center"):
        for verdict in ("refuse", "keep"):
            tracks = judged(draft, verdict)
            label, icon = SAID[verdict]
            if tracks:
                st.html(f'<div class="sg-said">{label}</div>', width="content")
            for track_id, title in tracks.items():
                st.button(
                    plain(title), icon=icon, key=f"back-{verdict}-{track_id}", help="Press to take this back",
                    on_click=take_back, args=(draft, verdict, track_id),
                )  # fmt: skip


def _continuation(draft: Draft, answer: Continuation) -> None:
    with st.container(key="pl-head"):
        told, length, away = st.columns([3.1, 2.2, 1.2], vertical_alignment="bottom", gap="medium")
        told.html(f'<div class="sg-page"><h2>What comes next</h2></div><div class="sg-answer">{_told(answer)}</div>')
        length.segmented_control("Tracks to add", LENGTHS, key="pl_k", required=True, width="stretch")
        with away:
            export_button(answer)
    if not answer.tracks:
        st.info("No track of this library is left to add.", icon=":material/search_off:")
        return
    full = longest(answer.tracks)
    n_shown = _n_shown(draft)
    for track in answer.tracks[:n_shown]:
        continued_card(draft, track, full)
    _rest(draft, len(answer.tracks), n_shown)


def _told(answer: Continuation) -> str:
    base = safe(f"learnt from {answer.learnt_from}") if answer.learnt_from else "by sound and words alone"
    return f"{many(len(answer.tracks), 'track')} in {answer.latency_ms:.0f} ms, {base}"


def _n_shown(draft: Draft) -> int:
    return int(st.session_state.get("pl_shown", {}).get(draft.shelf, PAGE))


def _rest(draft: Draft, total: int, n_shown: int) -> None:
    """A button for more, or what the page does not show."""
    if total <= n_shown:
        return
    if n_shown < MOST:
        st.button("Show more", icon=":material/expand_more:", on_click=_more, args=(draft,), width="stretch")
    else:
        st.html(f'<div class="sg-muted">The other {total - n_shown:,} are in the exported file.</div>')


def _more(draft: Draft) -> None:
    shown: dict[str, int] = st.session_state.setdefault("pl_shown", {})
    shown[draft.shelf] = _n_shown(draft) + PAGE
