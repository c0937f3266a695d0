"""The picture of a training: losses over minutes, as SVG."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 44, 52
LINES = {
    "loss": ("training, sampled", "#8a94a6"),
    "val_loss": ("validation, vector alone", "#c2410c"),
    "val_loss_attending": ("validation, with attention", "#1d4ed8"),
}
TICKS = 5

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Frame:
    """The ranges that the picture shows."""

    last: float
    low: float
    high: float

    def x(self, minutes: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * minutes / self.last

    def y(self, loss: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (loss - self.low) / (self.high - self.low)


def draw_curves(records: Sequence[Mapping[str, Any]], title: str) -> str:
    """Draw the log of a training.

    Args:
        records: As the training log has them: `seconds` and one or more of the losses.
        title: What stands above.

    Returns:
        An SVG document; without any loss, one that says so.
    """
    lines = {name: _points(records, name) for name in LINES}
    told = [point for points in lines.values() for point in points]
    if not told:
        return _document(title, ['<text x="64" y="200">nothing was measured</text>'])
    losses = [loss for _, loss in told]
    low, high = min(losses), max(losses)
    room = 0.05 * (high - low) or 0.5
    frame = _Frame(max(minutes for minutes, _ in told) or 1.0, low - room, high + room)
    drawn = [part for name, points in lines.items() if points for part in _line(name, points, frame)]
    return _document(title, [*_axes(frame), *drawn])


def _points(records: Iterable[Mapping[str, Any]], name: str) -> list[Point]:
    return [(record["seconds"] / 60.0, record[name]) for record in records if name in record]


def _line(name: str, points: Sequence[Point], frame: _Frame) -> list[str]:
    label, colour = LINES[name]
    places = " ".join(f"{frame.x(minutes):.1f},{frame.y(loss):.1f}" for minutes, loss in points)
    at = LEFT + 210 * list(LINES).index(name)
    return [
        f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{places}"/>',
        *(f'<circle cx="{frame.x(m):.1f}" cy="{frame.y(v):.1f}" r="2.5" fill="{colour}"/>' for m, v in points),
        f'<rect x="{at}" y="28" width="14" height="4" fill="{colour}"/>',
        f'<text x="{at + 20}" y="34">{escape(label)}</text>',
    ]


def _axes(frame: _Frame) -> list[str]:
    parts = []
    for tick in range(TICKS + 1):
        minutes = frame.last * tick / TICKS
        loss = frame.low + (frame.high - frame.low) * tick / TICKS
        x, y = frame.x(minutes), frame.y(loss)
        parts += [
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e5e7eb"/>',
            f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{loss:.2f}</text>',
            f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{minutes:.1f}</text>',
        ]
    middle = (TOP + HEIGHT - BOTTOM) / 2
    return [
        *parts,
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 14}" text-anchor="middle">minutes</text>',
        f'<text x="16" y="{middle}" text-anchor="middle" transform="rotate(-90 16 {middle})">nats per track</text>',
    ]


def _document(title: str, parts: Iterable[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12" fill="#1f2937">'
    )
    background = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
    heading = f'<text x="{LEFT}" y="18" font-size="14" font-weight="bold">{escape(title)}</text>'
    return "\n".join([head, background, heading, *parts, "</svg>"]) + "\n"
