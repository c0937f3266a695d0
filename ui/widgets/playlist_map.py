"""The map of playlists: one point each, this one ringed and joined to its neighbours."""

from collections.abc import Collection
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Any

from ui.words import many, safe

if TYPE_CHECKING:
    import polars as pl

THIS, NEAR, OTHER, ALL = "#ff7a59", "#8b7bff", "#454d63", "#7468d6"
INKS = {NEAR: "#cfc8ff", OTHER: "#7d8497", ALL: "#b6bbca"}
INK, PAPER = "#e9ebf2", "#12141c"
SMALLEST_PX, LARGEST_PX = 9.0, 26.0
LETTER, LINE, LIFT, ASIDE, DOT = 0.0155, 0.05, 0.062, 0.03, 0.014  # in shares of the map: names, their places, points
BELOW = "bottom center"
MOST_NAMED = 80  # playlists whose names are tried
MANY = 2_000  # above this WebGL draws the points
Box = tuple[float, float, float]
"""A name or a point: its middle, and half its width."""

HOVER = "<b>%{customdata[1]}</b><br>%{customdata[2]}<extra></extra>"
_AXIS = {"visible": False, "zeroline": False, "showgrid": False}
LAYOUT: dict[str, Any] = {
    "height": 400, "margin": {"l": 6, "r": 6, "t": 6, "b": 6}, "paper_bgcolor": PAPER, "plot_bgcolor": PAPER,
    "dragmode": "pan", "clickmode": "event+select", "showlegend": False,
    "hoverlabel": {"bgcolor": "#1b1f2a", "bordercolor": "#3a4257", "font": {"color": INK}},
}  # fmt: skip


def playlist_figure(playlists: "pl.DataFrame", near: Collection[str], name: str = "") -> Any:
    """Draw the map.

    Args:
        playlists: Rows of `Engine.playlist_map`.
        near: The ids of the playlists most like this one.
        name: What this one is called, as far as it is known.
    """
    import plotly.graph_objects as go

    rows = list(playlists.iter_rows(named=True))
    this = [{**row, "name": name or row["name"] or "This playlist"} for row in rows if row["kind"] == "this"]
    others = [row for row in rows if row["kind"] != "this"]
    close = [row for row in others if row["playlist_id"] in near]
    far = [row for row in others if row["playlist_id"] not in near]
    frame = Frame.around(rows)
    by_size = sorted(far, key=lambda row: -row["n_tracks"])
    named = readable([*this, *close, *by_size], frame)
    largest = max((row["n_tracks"] for row in others), default=1)
    traces = [_points(far, OTHER if this else ALL, largest, named), _points(close, NEAR, largest, named)]
    if this:
        traces = [_threads(this[0], close), *traces, _ringed(this[0], named[this[0]["playlist_id"]])]
    draw = go.Scattergl if len(rows) > MANY else go.Scatter
    plot = go.Figure([draw(**trace) for trace in traces])
    plot.update_layout(**LAYOUT, xaxis={**_AXIS, "range": frame.x}, yaxis={**_AXIS, "range": frame.y})
    return plot


@dataclass(frozen=True, slots=True)
class Frame:
    """What of the plane the map shows: from and to on either axis."""

    x: tuple[float, float]
    y: tuple[float, float]

    @classmethod
    def around(cls, rows: "list[dict[str, Any]]") -> "Frame":
        """A frame with air around all points, and room for the names."""
        return cls(_span([row["x"] for row in rows], 0.17), _span([row["y"] for row in rows], 0.12))

    def share(self, row: dict[str, Any]) -> tuple[float, float]:
        """Where a point lies, in shares of width and height."""
        return (
            (row["x"] - self.x[0]) / (self.x[1] - self.x[0]),
            (row["y"] - self.y[0]) / (self.y[1] - self.y[0]),
        )


def _span(values: list[float], air: float) -> tuple[float, float]:
    low, high = min(values, default=-1.0), max(values, default=1.0)
    margin = max(high - low, 0.2) * air
    return low - margin, high + margin


def readable(rows: list[dict[str, Any]], frame: Frame) -> dict[str, str]:
    """Where names can be written: playlist id to a place as plotly calls it.

    A name covers no other name and no other point, and stays on the map. The first come first. A row that has no room
    is left out, but for this playlist's own, which then stands below it.
    """
    spots = [frame.share(row) for row in rows]
    taken: list[Box] = []
    kept: dict[str, str] = {}
    for row, (x, y) in zip(rows[:MOST_NAMED], spots, strict=False):
        half = len(_short(row["name"])) * LETTER / 2
        points = [(*spot, DOT) for spot in spots if spot != (x, y)]
        sides = _sides(x, y, half)
        free = [side for side, box in sides.items() if _clear(box, taken + points)]
        if free or row["kind"] == "this":
            side = free[0] if free else BELOW
            taken.append(sides[side])
            kept[row["playlist_id"]] = side
    return kept


def _clear(box: Box, others: list[Box]) -> bool:
    """Whether a name is on the map and covers nothing."""
    return box[2] <= box[0] <= 1 - box[2] and not any(_meet(box, other) for other in others)


def _sides(x: float, y: float, half: float) -> dict[str, Box]:
    """Where a point's name may stand, best first."""
    return {
        "top center": (x, y + LIFT, half),
        BELOW: (x, y - LIFT, half),
        "middle right": (x + half + ASIDE, y, half),
        "middle left": (x - half - ASIDE, y, half),
    }


def _meet(one: Box, other: Box) -> bool:
    """Whether two boxes overlap."""
    return abs(one[0] - other[0]) < one[2] + other[2] and abs(one[1] - other[1]) < LINE


def _threads(this: dict[str, Any], close: list[dict[str, Any]]) -> dict[str, Any]:
    """Lines from this playlist to its neighbours, one after the other with gaps between."""
    xs: list[float | None] = []
    ys: list[float | None] = []
    for row in close:
        xs += [this["x"], row["x"], None]
        ys += [this["y"], row["y"], None]
    return {
        "x": xs, "y": ys, "mode": "lines", "hoverinfo": "skip",
        "line": {"color": "rgba(139,123,255,.32)", "width": 1.2},
    }  # fmt: skip


def _points(rows: list[dict[str, Any]], colour: str, largest: int, named: dict[str, str]) -> dict[str, Any]:
    return {
        "x": [row["x"] for row in rows], "y": [row["y"] for row in rows], "mode": "markers+text",
        "text": [_short(row["name"]) if row["playlist_id"] in named else "" for row in rows],
        "textposition": [named.get(row["playlist_id"], "top center") for row in rows],
        "textfont": {"size": 11, "color": INKS[colour]},
        "customdata": [[row["playlist_id"], safe(row["name"]), many(row["n_tracks"], "track")] for row in rows],
        "marker": {"color": colour, "size": [_size(row["n_tracks"], largest) for row in rows], "opacity": 0.92,
                   "line": {"width": 1, "color": "rgba(14,16,22,.7)"}},
        "hovertemplate": HOVER, "selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 0.92}},
    }  # fmt: skip


def _ringed(this: dict[str, Any], side: str) -> dict[str, Any]:
    told = f"this playlist, {many(this['n_tracks'], 'track')}"
    return {
        "x": [this["x"]], "y": [this["y"]], "mode": "markers+text", "text": [f"<b>{_short(this['name'])}</b>"],
        "textposition": side, "textfont": {"size": 12, "color": "#ffb08f"},
        "customdata": [["", safe(this["name"]), told]], "hovertemplate": HOVER,
        "marker": {"symbol": "circle", "size": 19, "color": THIS, "line": {"width": 3, "color": INK}},
        "selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}},
    }  # fmt: skip


def _size(n_tracks: int, largest: int) -> float:
    """Twice as many tracks fill twice the area."""
    return max(SMALLEST_PX, LARGEST_PX * sqrt(n_tracks / max(largest, 1)))


def _short(name: str) -> str:
    return safe(name if len(name) <= 24 else f"{name[:22].rstrip()}…")
