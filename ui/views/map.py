"""The map page: every track as a point, to hear it and to start from it."""

from collections import Counter
from typing import TYPE_CHECKING, Any

import streamlit as st

from ui.state import engine, errors_shown, library_path, open_engine
from ui.widgets.card import judge
from ui.widgets.cover import show_cover
from ui.widgets.player import play
from ui.words import heading, safe

if TYPE_CHECKING:
    import polars as pl

N_COLOURS = 11  # the most common values have a colour of their own, the others share one
PALETTE = (
    "#ff7a59", "#8b7bff", "#2dd4bf", "#ffb454", "#5aa9ff", "#f472b6", "#a3e635", "#e879f9", "#22d3ee", "#facc15",
    "#fb7185",
)  # fmt: skip
GREY = "#555d70"
MANY = 5_000  # above this WebGL draws the points; below it plain SVG does, which every browser has
COLOURINGS = {"genre": "Genre", "artist": "Artist", "album": "Album", "tag": "Strongest tag"}


def map_page() -> None:
    """Show the map, and the chosen point beside it."""
    heading(
        "Map",
        "Tracks that sound alike lie near each other. Distances are approximate: many dimensions became two.",
    )
    with errors_shown():
        tracks = _tracks(library_path(), engine().library.serving())
        by = st.segmented_control(
            "Colour by", list(COLOURINGS), format_func=COLOURINGS.__getitem__, default="tag", required=True
        )
        chart, chosen = st.columns([3.1, 1.2], gap="medium")
        with chart:
            picked = st.plotly_chart(
                figure(tracks, by or "tag"), key="map", on_select="rerun", selection_mode="points", theme=None,
                config={"displayModeBar": False, "scrollZoom": True},
            )  # fmt: skip
        with chosen:
            _chosen(tracks, picked)


@st.cache_data(show_spinner=False, max_entries=2)
def _tracks(path: str, serving: int | None) -> "pl.DataFrame":  # noqa: ARG001 - the generation is a key
    return open_engine(path).map()


def groups(values: list[str]) -> dict[str, str]:
    """Colours for values: the commonest have their own, in order of how common they are; the rest is grey."""
    tally = Counter(value for value in values if value)
    common = sorted(tally, key=lambda value: (-tally[value], value))[:N_COLOURS]
    return dict(zip(common, PALETTE, strict=False))


def coloured(tracks: "pl.DataFrame", by: str) -> list[str]:
    """The value that colours each track; empty where it has none."""
    if by == "tag":
        return [tags[0].lower() if tags else "" for tags in tracks["top_tags"].to_list()]
    return [value or "" for value in tracks[by].to_list()]


def figure(tracks: "pl.DataFrame", by: str) -> Any:
    """The scatter plot: one trace per colour; a point carries its track id, title, artist and tags."""
    import plotly.graph_objects as go

    values = coloured(tracks, by)
    colours = groups(values)
    draw = go.Scattergl if tracks.height > MANY else go.Scatter
    plot = go.Figure()
    for name, colour in [*colours.items(), ("other", GREY)]:
        rows = [row for row, value in enumerate(values) if (value if value in colours else "other") == name]
        if rows:
            plot.add_trace(draw(**_points(tracks[rows], name, colour)))
    plot.update_layout(**LAYOUT)
    return plot


def _points(tracks: "pl.DataFrame", name: str, colour: str) -> dict[str, Any]:
    facts = [
        [
            row["track_id"],
            safe(row["title"]),
            safe(row["artist"] or "Unknown artist"),
            safe(", ".join(row["top_tags"][:3])),
        ]
        for row in tracks.iter_rows(named=True)
    ]
    return {
        "x": tracks["x"].to_list(), "y": tracks["y"].to_list(), "customdata": facts, "name": name, "mode": "markers",
        "marker": {"color": colour, "size": 10 if tracks.height < MANY else 5, "opacity": 0.88,
                   "line": {"width": 1, "color": "rgba(14,16,22,.7)"}},
        "hovertemplate": "<b>%{customdata[1]}</b><br>%{customdata[2]}<br><i>%{customdata[3]}</i><extra></extra>",
        "selected": {"marker": {"size": 17, "opacity": 1}}, "unselected": {"marker": {"opacity": 0.6}},
    }  # fmt: skip


_AXIS = {"visible": False, "zeroline": False, "showgrid": False}
LAYOUT: dict[str, Any] = {
    "height": 640, "margin": {"l": 8, "r": 8, "t": 8, "b": 8}, "paper_bgcolor": "#12141c", "plot_bgcolor": "#12141c",
    "xaxis": _AXIS, "yaxis": {**_AXIS, "scaleanchor": "x"}, "dragmode": "pan", "clickmode": "event+select",
    "legend": {"font": {"color": "#c6cce0", "size": 12}, "itemsizing": "constant", "orientation": "h", "y": -0.02,
               "yanchor": "top"},
    "hoverlabel": {"bgcolor": "#1b1f2a", "bordercolor": "#3a4257", "font": {"color": "#e9ebf2"}},
}  # fmt: skip


def _chosen(tracks: "pl.DataFrame", picked: Any) -> None:
    points = picked.selection.points if picked else []
    if not points:
        st.html(
            '<div class="sg-muted">Click a point to hear it. Drag to move, scroll to zoom, '
            "double-click to see all again.</div>"
        )
        return
    track_id = points[0]["customdata"][0]
    row = next(iter(tracks.filter(tracks["track_id"] == track_id).iter_rows(named=True)), None)
    if row is None:
        st.html('<div class="sg-muted">That track is gone from this generation.</div>')
        return
    with st.container(key="card-map"):
        picture, names = st.columns([1, 2.4], vertical_alignment="center", gap="small")
        with picture:
            show_cover(track_id, row["title"], row["artist"])
        tags = "".join(f'<span class="sg-chip">{safe(tag)}</span>' for tag in row["top_tags"][:5])
        names.html(
            f'<div class="sg-track"><div class="title">{safe(row["title"])}</div>'
            f'<div class="by">{safe(row["artist"] or "Unknown artist")}</div></div>'
        )
        st.html(f'<div class="sg-chips">{tags}</div>')
        play(track_id, row["title"], engine().track(track_id)["duration_s"], None)
        with st.container(horizontal=True):
            judge(track_id, row["title"])
