"""The generations page: what was published, what serves, and how sure answers must be."""

import streamlit as st

from ui.state import engine, errors_shown
from ui.words import arm_name, heading, safe


def generations_page() -> None:
    """Show every generation with its buttons, then the serving one's calibration."""
    heading(
        "Generations", "Each rebuild publishes one generation in one step. Another one can serve again at any time."
    )
    with errors_shown():
        published = engine().generations()
        if len(published) > 1:
            st.button("Roll back to the one before", icon=":material/undo:", on_click=_rollback)
        for generation in published:
            with st.container(key=f"card-generation-{generation.number}"):
                what, button = st.columns([6, 1.4], vertical_alignment="center")
                spaces, encoders = ", ".join(generation.spaces), ", ".join(generation.encoders)
                what.html(
                    f'<div class="sg-track"><div class="title"><span class="rank">{generation.number}</span>'
                    f"{generation.n_tracks:,} tracks</div>"
                    f'<div class="by">published {safe(generation.created)}</div>'
                    f'<div class="sg-muted">spaces {safe(spaces)} · encoders {safe(encoders)}</div></div>'
                )
                _button(button, generation.number, serving=generation.serving)
        _calibration()


def _button(place: "st.delta_generator.DeltaGenerator", number: int, *, serving: bool) -> None:
    if serving:
        place.badge("serving", icon=":material/check:", color="green")
    else:
        place.button("Let it serve", key=f"promote-{number}", on_click=_promote, args=(number,))


def _promote(number: int) -> None:
    with errors_shown():
        engine().promote(number)


def _rollback() -> None:
    with errors_shown():
        engine().rollback()


def _calibration() -> None:
    st.subheader("When an answer counts as one", anchor=False)
    st.html(
        '<div class="sg-muted">The rebuild asked this library questions that nothing in it can answer. '
        "A best score below the threshold found from them is called no answer.</div>"
    )
    rows = [
        {
            "Arm": arm_name(arm), "Threshold": found.threshold, "Answers where none exists": found.false_answer_rate,
            "Answers missed": found.miss_rate, "Rule": found.rule,
        }
        for arm, found in engine().calibration().items()
    ]  # fmt: skip
    rate = st.column_config.NumberColumn(format="percent")
    columns = {
        "Threshold": st.column_config.NumberColumn(format="%.3f"),
        "Answers where none exists": rate,
        "Answers missed": rate,
    }
    st.dataframe(rows, hide_index=True, column_config=columns)
