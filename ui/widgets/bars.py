"""Why a result is there: what each arm gave to its score, and the tags that carried it."""

from collections.abc import Mapping

from engine import Answer, Result
from ui.words import arm_colour, arm_name, safe

N_TAGS = 4


def full_score(answer: Answer) -> float:
    """The score of a track that every arm of this answer ranks first: the full length of a bar."""
    weights: Mapping[str, float] = answer.settings.get("weights", {})
    best = sum(weights.values()) / (float(answer.settings.get("rrf_k", 60)) + 1)
    return best or max((result.score for result in answer.results), default=1.0)


def bars(result: Result, full: float) -> str:
    """One bar per result, split by arm, with each arm's own rank of the track.

    Args:
        result: Its `arms` sum to its score.
        full: The score that fills the bar.

    Returns:
        HTML.
    """
    parts = sorted(result.arms.items(), key=lambda part: -part[1])
    spans = "".join(
        f'<span style="width:{100 * min(share / full, 1):.2f}%;background:{arm_colour(arm)}"></span>'
        for arm, share in parts
    )
    legend = "".join(_legend(result, arm) for arm, _ in parts)
    return (
        f'<div class="sg-bars" title="score {result.score:.4f} of at most {full:.4f}">'
        f'<div class="sg-bar">{spans}</div><div class="sg-legend">{legend}</div></div>'
    )


def _legend(result: Result, arm: str) -> str:
    evidence = result.evidence.get(arm)
    rank = f" <b>#{evidence.rank}</b>" if evidence else ""
    return f'<span><i style="background:{arm_colour(arm)}"></i>{safe(arm_name(arm))}{rank}</span>'


def chips(result: Result) -> str:
    """The tags that explain a match, strongest first, and how many copies there are; empty without either."""
    names = list({name.lower(): name for name, weight in reversed(result.why) if weight > 0}.values())[::-1]
    tags = [f'<span class="sg-chip lead">{safe(name)}</span>' for name in names[:N_TAGS]]
    if result.duplicates:
        n_copies = len(result.duplicates)
        label = f"{n_copies} more {'copy' if n_copies == 1 else 'copies'}"
        tags.append(f'<span class="sg-chip copy" title="{safe(" · ".join(result.duplicates))}">{label}</span>')
    return f'<div class="sg-chips">{"".join(tags)}</div>' if tags else ""
