"""Why a track continues a playlist: what each arm said for it and against it."""

from collections.abc import Sequence

from engine import Continued
from ui.words import reason, safe

N_ARMS = 4  # told in words; the bar has all


def longest(tracks: Sequence[Continued]) -> float:
    """The most that arms together said for one of these tracks: the full length of a bar; 1 where none spoke."""
    return max((sum(value for value in track.arms.values() if value > 0) for track in tracks), default=0.0) or 1.0


def reasons(track: Continued, full: float) -> str:
    """One bar, split by the arms that spoke for a track, and what the loudest arms said.

    Args:
        track: Its `arms` are standard deviations times weights, below zero where an arm spoke against it.
        full: What fills the bar.

    Returns:
        HTML.
    """
    loudest = sorted(track.arms.items(), key=lambda part: -part[1])
    spans = "".join(
        f'<span style="width:{100 * min(value / full, 1):.2f}%;background:{reason(arm)[1]}"></span>'
        for arm, value in loudest
        if value > 0
    )
    told = [part for part in loudest if abs(part[1]) >= 0.005]
    legend = "".join(_told(arm, value) for arm, value in told[:N_ARMS])
    return (
        f'<div class="sg-bars" title="score {track.score:.3f}"><div class="sg-bar">{spans}</div>'
        f'<div class="sg-legend">{legend}</div></div>'
    )


def _told(arm: str, value: float) -> str:
    name, colour = reason(arm)
    against = "" if value > 0 else ' class="against"'
    return f'<span{against}><i style="background:{colour}"></i>{safe(name)} <b>{signed(value)}</b></span>'


def signed(value: float) -> str:
    """A number with its sign, as it is set in print."""
    return f"{value:+.2f}".replace("-", "−")


def because(track: Continued) -> str:
    """Who brought a track and which seed it is nearest to, as HTML chips; nothing of what is not known."""
    chips = []
    if track.brought_by:
        name, colour = reason(track.brought_by)
        chips.append(f'<span class="sg-chip why" style="--arm:{colour}">{safe(name)}</span>')
    if track.nearest_seed:
        chips.append(f'<span class="sg-chip seed" title="its nearest seed">near {safe(track.nearest_seed)}</span>')
    return f'<div class="sg-chips">{"".join(chips)}</div>' if chips else ""
