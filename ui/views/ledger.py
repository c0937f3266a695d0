"""The ledger page: what became of every file."""

from typing import TYPE_CHECKING, Any

import streamlit as st

from ui.state import engine, errors_shown
from ui.words import counts, heading

if TYPE_CHECKING:
    import polars as pl

COLOURS = {"indexed": "#2dd4bf", "skipped": "#ffb454", "failed": "#fb7185"}
SHOWN = ("path", "state", "reason", "kind", "size_bytes", "scanned_at")


def ledger_page() -> None:
    """Show the counts, then the files of the chosen states with their reasons."""
    heading("Ledger", "Every file that was found is here: indexed, skipped or failed, with the reason.")
    with errors_shown():
        ledger = engine().ledger()
        counts(
            {"found": (ledger.height, "#8d93a5")} | {state: (n, COLOURS[state]) for state, n in tally(ledger).items()}
        )
        which, where = st.columns([1.3, 2.7], vertical_alignment="bottom")
        states = which.pills("Show", list(COLOURS), selection_mode="multi", default=list(COLOURS), key="states")
        part = where.text_input("Path or reason contains", key="ledger_part", placeholder="truncated")
        rows = chosen(ledger, list(states), part or "")
        st.dataframe(rows, hide_index=True, height=600, column_config=_columns())
        st.html(f'<div class="sg-muted">{rows.height:,} of {ledger.height:,} files</div>')


def tally(ledger: "pl.DataFrame") -> dict[str, int]:
    """How many files are in each state; a state without files counts 0."""
    states = ledger["state"].to_list()
    return {state: states.count(state) for state in COLOURS}


def chosen(ledger: "pl.DataFrame", states: list[str], part: str) -> "pl.DataFrame":
    """The files of some states whose path or reason contains a text, whatever its case."""
    rows = ledger.select(SHOWN).filter(ledger["state"].is_in(states))
    if not part:
        return rows
    lower = part.lower()
    found = [
        lower in path.lower() or lower in (reason or "").lower()
        for path, reason in rows.select("path", "reason").iter_rows()
    ]
    return rows.filter(found)


def _columns() -> dict[str, Any]:
    return {
        "path": st.column_config.TextColumn("Path", width="large"),
        "state": st.column_config.TextColumn("State", width="small"),
        "reason": st.column_config.TextColumn("Reason", width="medium"),
        "kind": st.column_config.TextColumn("Kind", width="small"),
        "size_bytes": st.column_config.NumberColumn("Size", format="bytes", width="small"),
        "scanned_at": st.column_config.DatetimeColumn("Scanned", format="YYYY-MM-DD HH:mm", width="small"),
    }
