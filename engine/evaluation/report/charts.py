"""The report's pictures: bars with intervals, scenarios side by side, accuracy against coverage."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine.evaluation.report.cells import HEADLINE, NAMES, number
from engine.evaluation.report.values import ArmFigures, Report
from rankers.metrics import METRICS

if TYPE_CHECKING:
    from plotly.graph_objects import Bar, Figure, Scatter

FONT = {"family": "Inter, 'Segoe UI', system-ui, sans-serif", "size": 13, "color": "#1f2430"}
CONTENDERS = ("#5b4bdb", "#0f9f8f", "#d9782d")  # the last contender first
SINGLES = ("#7f8ea8", "#c58b8b", "#8fae8b", "#b79bc9", "#c9b06b", "#79aebd", "#a58f7d", "#9aa0a8")
QUIET = "#b4bccb"
GRID = "#e8ebf2"
ROW_PX = 24  # of one bar


def bars(report: Report) -> "Figure":
    """Every metric of the main scenario: a bar an arm with its interval, arms in the order of R-precision."""
    from plotly.subplots import make_subplots

    titles = [NAMES[metric].replace(" ↓", ", lower is better") for metric in METRICS]
    figure = make_subplots(
        2, 3, shared_yaxes=True, subplot_titles=titles, horizontal_spacing=0.035, vertical_spacing=0.13
    )
    for place, metric in enumerate(METRICS):
        figure.add_trace(_bar(report, metric), row=place // 3 + 1, col=place % 3 + 1)
    figure.update_xaxes(gridcolor=GRID, zeroline=False, rangemode="tozero", nticks=5)
    figure.update_yaxes(ticksuffix=" ")
    figure.update_layout(showlegend=False, bargap=0.3)
    return _dressed(figure, 2 * ROW_PX * len(report.head.arms) + 200)


def curves(report: Report) -> "Figure":
    """Every scenario: a line an arm, intervals at the contenders; buttons choose the metric."""
    from plotly.graph_objects import Figure

    arms = report.ordered()
    figure = Figure([_curve(report, arm) for arm in arms])
    buttons = [
        {"label": NAMES[metric], "method": "restyle", "args": [_points(report, arms, metric)]} for metric in METRICS
    ]
    menu = {"type": "buttons", "direction": "right", "buttons": buttons, "showactive": True}
    place = {"x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom", "pad": {"b": 12}}
    figure.update_layout(updatemenus=[{**menu, **place, "bgcolor": "#ffffff", "bordercolor": "#d5dae5"}])
    figure.update_xaxes(gridcolor=GRID, type="category")
    figure.update_yaxes(gridcolor=GRID, zeroline=False)
    return _dressed(figure, 540, top=70)


def spread(report: Report) -> "Figure":
    """R-precision against coverage in the main scenario: right is more accurate, up uses more of what is known."""
    from plotly.graph_objects import Figure

    figure = Figure([_spot(report, arm) for arm in report.ordered()])
    figure.update_layout(showlegend=False)
    figure.update_xaxes(title=NAMES[HEADLINE], gridcolor=GRID, zeroline=False)
    figure.update_yaxes(title=NAMES["coverage"], gridcolor=GRID, zeroline=False, tickformat=".2~%")
    return _dressed(figure, 480)


def _bar(report: Report, metric: str) -> "Bar":
    from plotly.graph_objects import Bar

    arms = report.ordered()[::-1]  # the axis starts at the bottom
    figures = [report.head.arms[arm] for arm in arms]
    return Bar(
        y=arms,
        x=[arm.means[metric] for arm in figures],
        error_x={**_errors(figures, metric), "color": "#39404e", "thickness": 1.2, "width": 3},
        orientation="h",
        marker_color=[_colour(report, arm) if arm in report.contenders else QUIET for arm in arms],
        hovertemplate="%{y}: %{x:.4f}<extra></extra>",
    )


def _curve(report: Report, arm: str) -> "Scatter":
    from plotly.graph_objects import Scatter

    contender = arm in report.contenders
    figures = [scenario.arms[arm] for scenario in report.scenarios]
    return Scatter(
        x=[scenario.name for scenario in report.scenarios],
        y=_heights(figures, HEADLINE),
        error_y={**_errors(figures, HEADLINE), "visible": contender, "thickness": 1.2, "width": 4},
        name=arm,
        mode="lines+markers",
        line={"color": _colour(report, arm), "width": 3 if contender else 1.6, "dash": _dash(report, arm)},
        marker={"size": 8 if contender else 5},
        hovertemplate=f"{arm}, %{{x}}: %{{y:.4f}}<extra></extra>",
    )


def _points(report: Report, arms: Sequence[str], metric: str) -> dict[str, Any]:
    """What a button changes: one list an arm."""
    figures = [[scenario.arms[arm] for scenario in report.scenarios] for arm in arms]
    errors = [_errors(found, metric) for found in figures]
    return {
        "y": [_heights(own, metric) for own in figures],
        "error_y.array": [error["array"] for error in errors],
        "error_y.arrayminus": [error["arrayminus"] for error in errors],
    }


def _heights(figures: Sequence[ArmFigures], metric: str) -> list[float | None]:
    """The means; a gap where an arm answered no query at all, for a miss by silence would flatten the rest."""
    return [None if arm.n_empty == arm.n_queries else arm.means[metric] for arm in figures]


def _spot(report: Report, arm: str) -> "Scatter":
    from plotly.graph_objects import Scatter

    found = report.head.arms[arm]
    covered = found.shape["coverage"]
    return Scatter(
        x=[found.means[HEADLINE]],
        y=[covered],
        error_x={**_errors([found], HEADLINE), "thickness": 1, "width": 3, "color": "#c3c9d6"},
        mode="markers+text",
        text=[arm],
        textposition="top center" if report.ordered().index(arm) % 2 else "bottom center",  # so that fewer collide
        marker={"size": 15 if arm in report.contenders else 10, "color": _colour(report, arm)},
        hovertemplate=f"{arm}: {number(HEADLINE, found.means[HEADLINE])}, {covered:.1%}<extra></extra>",
    )


def _errors(figures: Sequence[ArmFigures], metric: str) -> dict[str, Any]:
    """Error bars from the means to both ends of their intervals."""
    return {
        "type": "data",
        "symmetric": False,
        "array": [arm.intervals[metric][1] - arm.means[metric] for arm in figures],
        "arrayminus": [arm.means[metric] - arm.intervals[metric][0] for arm in figures],
    }


def _colour(report: Report, arm: str) -> str:
    """Strong for a contender, quiet for the others."""
    if arm in report.contenders:
        return CONTENDERS[report.contenders[::-1].index(arm) % len(CONTENDERS)]
    return SINGLES[_singles(report).index(arm) % len(SINGLES)]


def _dash(report: Report, arm: str) -> str:
    """Solid, and dotted where the colours come round again."""
    if arm in report.contenders:
        return "solid"
    return "dot" if _singles(report).index(arm) // len(SINGLES) % 2 else "solid"


def _singles(report: Report) -> list[str]:
    return [arm for arm in report.head.arms if arm not in report.contenders]


def _dressed(figure: "Figure", height: int, *, top: int = 40) -> "Figure":
    figure.update_layout(
        font=FONT,
        height=height,
        margin={"l": 8, "r": 16, "t": top, "b": 40},
        paper_bgcolor="#ffffff",
        plot_bgcolor="#ffffff",
        template="none",
    )
    figure.update_xaxes(automargin=True)
    figure.update_yaxes(automargin=True)
    return figure
