"""Whether what was published shows here: each claim weighed against a paired difference."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.evaluation.probes.intervals import Estimate
from engine.evaluation.probes.run import Row

SIF = "sif"
SEQ2SEQ = "seq2seq"
RECURRENT = ("seq2seq-uni", "seq2seq-bi")


SOURCES = ("spotify", "triplej", "wfmu", "wfmu_clay")  # of the real playlists


class Verdict(StrEnum):
    """What a difference says of a claim."""

    SHOWS = "shows"
    REVERSED = "the reverse shows"
    OPEN = "undecided"


@dataclass(frozen=True, slots=True)
class Claim:
    """Which of SIF and seq2seq (`better`) is said to be better at what, and the line of the table that decides it.

    `decides` is false for lines that are weighed beside it.
    """

    subject: str
    better: str
    row: str
    decides: bool = True


CLAIMS = (
    Claim("genre", SIF, "genre"),
    Claim("genre", SIF, "neighbours_genre", decides=False),
    Claim("order", SEQ2SEQ, "order_shuffled"),
    Claim("order", SEQ2SEQ, "order_shuffled_pairs", decides=False),
    *(Claim("order", SEQ2SEQ, f"order_shuffled_pairs_{source}", decides=False) for source in SOURCES),
    Claim("order", SEQ2SEQ, "order_swaps_pairs", decides=False),
    Claim("order", SEQ2SEQ, "order_swap_pairs", decides=False),
    Claim("order", SEQ2SEQ, "order_position", decides=False),
    Claim("length", SEQ2SEQ, "length"),
    Claim("length", SEQ2SEQ, "length_cut", decides=False),
    Claim("length", SEQ2SEQ, "neighbours_length", decides=False),
)
"""Papreja et al. 2019 as it is read here: SIF is better on genre, seq2seq on order and length."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One claim weighed for one seq2seq encoder: the figure of the one said to be better less the other's."""

    claim: Claim
    title: str
    better: str
    other: str
    difference: Estimate
    verdict: Verdict


def weigh_claims(rows: Iterable[Row], claims: Sequence[Claim] = CLAIMS) -> tuple[Finding, ...]:
    """Weigh each claim for each seq2seq encoder that was measured beside SIF."""
    named = {row.name: row for row in rows}
    return tuple(
        _finding(claim, named[claim.row], encoder)
        for encoder in RECURRENT
        for claim in claims
        if claim.row in named and {SIF, encoder} <= named[claim.row].figures.keys()
    )


def _finding(claim: Claim, row: Row, encoder: str) -> Finding:
    better, other = (SIF, encoder) if claim.better == SIF else (encoder, SIF)
    difference = difference_of(row, better, other)
    return Finding(claim, row.title, better, other, difference, verdict_of(difference))


def difference_of(row: Row, one: str, other: str) -> Estimate:
    """One encoder's figure less the other's."""
    if (one, other) in row.differences:
        return row.differences[one, other]
    turned = row.differences[other, one]
    return Estimate(0.0 - turned.value, 0.0 - turned.high, 0.0 - turned.low)


def verdict_of(difference: Estimate) -> Verdict:
    """A claim shows where the whole interval is above zero, its reverse where the whole interval is below."""
    if difference.low > 0:
        return Verdict.SHOWS
    return Verdict.REVERSED if difference.high < 0 else Verdict.OPEN


def conclude(findings: Iterable[Finding], encoder: str) -> str:
    """Say in one sentence whether the published finding reproduces for a seq2seq encoder, by the deciding lines."""
    verdicts = {
        one.claim.subject: one.verdict for one in findings if one.claim.decides and encoder in (one.better, one.other)
    }
    if not verdicts:
        return f"{encoder}: not measured beside {SIF}"
    shown = sum(verdict is Verdict.SHOWS for verdict in verdicts.values())
    word = "reproduces" if shown == len(verdicts) else "reproduces in part" if shown else "does not reproduce"
    parts = ", ".join(f"{subject}: {verdict}" for subject, verdict in verdicts.items())
    return f"{encoder}: the finding {word} ({parts})"
