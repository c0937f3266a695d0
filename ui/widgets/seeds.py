"""What a playlist came down to: the entries that were recognised, how, and those that were not, with the reason."""

from collections.abc import Collection, Sequence

import streamlit as st

from engine import Continuation, Seed, Unmatched
from ui.words import many, safe

MOST_SHOWN = 120  # of each kind; a playlist may have thousands
TIERS = {
    "path": "found by its path",
    "tags": "found by artist and title",
    "normalised": "found by artist and title, spelt a little differently",
    "fuzzy": "found by a similar spelling",
    "named": "known from other playlists, not in this library",
}
REASONS = {
    "unmatched": "no track is called that",
    "ambiguous": "several tracks are called that",
}


def seeds_panel(answer: Continuation, kept: Collection[str]) -> None:
    """Show what was recognised and what was not.

    Args:
        answer: What it led to.
        kept: The ids of tracks that the visitor added.
    """
    known, lost = len(answer.seeds), len(answer.unmatched)
    told = f"{many(known, 'seed')} recognised" if known else "No seed: the words of the name decide"
    missed = f'<span class="sg-chip copy">{many(lost, "line")} not</span>' if lost else ""
    with st.container(key="pl-seeds"):
        st.html(
            f'<div class="sg-panel"><header><b>{told}</b>{missed}</header>'
            f'<div class="rows">{unmatched_list(answer.unmatched)}{seeds_list(answer.seeds, kept)}</div></div>'
        )


def seeds_list(seeds: Sequence[Seed], kept: Collection[str] = ()) -> str:
    """The seeds in their order as HTML, each with how it was recognised; those that the visitor added first."""
    numbered = sorted(enumerate(seeds, start=1), key=lambda pair: pair[1].track_id not in kept)
    rows = [_seed(number, seed, own=seed.track_id in kept) for number, seed in numbered[:MOST_SHOWN]]
    return _list(rows, len(seeds))


def unmatched_list(entries: Sequence[Unmatched]) -> str:
    """The entries that nothing is known about as HTML, each with the reason."""
    rows = [
        f'<li class="lost"><i>?</i><div><b>{safe(entry.written)}</b>'
        f"<span>{safe(REASONS.get(entry.reason, entry.reason))}</span></div></li>"
        for entry in entries[:MOST_SHOWN]
    ]
    return _list(rows, len(entries))


def _seed(number: int, seed: Seed, *, own: bool) -> str:
    how = "you kept it" if own else TIERS.get(seed.tier, seed.tier)
    kind = "kept" if own else "named" if not seed.track_id else "near" if seed.tier == "fuzzy" else ""
    note = {"kept": "you kept it", "named": "not in this library", "near": "a similar spelling"}.get(kind)
    by = " · ".join(part for part in (seed.artist or "Unknown artist", note) if part)
    return (
        f'<li class="{kind}" title="{safe(how)}"><i>{"+" if own else number}</i>'
        f"<div><b>{safe(seed.title)}</b><span>{safe(by)}</span></div></li>"
    )


def _list(rows: list[str], total: int) -> str:
    if not rows:
        return ""
    more = f'<li class="more">and {total - len(rows):,} more</li>' if total > len(rows) else ""
    return f'<ol class="sg-seeds">{"".join(rows)}{more}</ol>'
