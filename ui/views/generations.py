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
                    f'<div class="by">published {safe(generation.created.replace("T", " ").replace("Z", " UTC"))}</div>'
                    f'<div class="sg-muted">spaces {safe(spaces)} · encoders {safe(encoders)}</div></div>'
                )
                _button(button, generation.number, serving=generation.serving)
        _calibration()
        _doctor()


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
    st.html('<div class="sg-section">When an answer counts as one</div>')
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


def _doctor() -> None:
    st.html('<div class="sg-section">Health</div>')
    if not st.button("Examine encoders, vectors and files", icon=":material/stethoscope:", key="examine"):
        return
    from engine.doctor import examine

    with st.spinner("Examining…"):
        findings = examine(engine())
    ill = [finding for finding in findings if not finding.ok]
    if ill:
        st.error(f"{len(ill)} of {len(findings)} checks failed; the table says what to do.", icon=":material/error:")
    else:
        st.success(f"All {len(findings)} checks hold.", icon=":material/check_circle:")
    rows = [
        {
            "": "✓" if finding.ok else "✗", "Check": finding.check, "Subject": finding.subject,
            "Value": finding.value, "Limit": finding.limit, "Remedy": "" if finding.ok else finding.remedy,
        }
        for finding in findings
    ]  # fmt: skip
    st.dataframe(rows, hide_index=True)
