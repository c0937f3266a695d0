import pytest

from engine.evaluation.probes.findings import Claim, Verdict, conclude, difference_of, verdict_of, weigh_claims
from engine.evaluation.probes.intervals import Estimate
from engine.evaluation.probes.run import Row

CLAIMS = (Claim("genre", "sif", "g"), Claim("order", "seq2seq", "o"), Claim("order", "seq2seq", "p", decides=False))


def row(name: str, low: float, high: float, encoder: str = "seq2seq-uni") -> Row:
    figures = {"sif": Estimate(0.5, 0.4, 0.6), encoder: Estimate(0.4, 0.3, 0.5)}
    return Row(name, name, figures, {("sif", encoder): Estimate((low + high) / 2, low, high)}, 1, 1, 1)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.01, 0.2, Verdict.SHOWS), (-0.2, -0.01, Verdict.REVERSED), (-0.1, 0.1, Verdict.OPEN), (0.0, 0.0, Verdict.OPEN)],
)
def test_a_claim_shows_where_the_whole_interval_is_on_its_side(low: float, high: float, expected: Verdict) -> None:
    assert verdict_of(Estimate((low + high) / 2, low, high)) == expected


def test_differences_turn_round() -> None:
    turned = difference_of(row("g", 0.1, 0.4), "seq2seq-uni", "sif")
    assert (turned.value, turned.low, turned.high) == (-0.25, -0.4, -0.1)


@pytest.mark.parametrize(
    ("genre", "order", "expected"),
    [
        ((0.1, 0.2), (-0.2, -0.1), "reproduces (genre: shows, order: shows)"),
        ((0.1, 0.2), (0.1, 0.2), "reproduces in part (genre: shows, order: the reverse shows)"),
        ((-0.1, 0.2), (0.1, 0.2), "does not reproduce (genre: undecided, order: the reverse shows)"),
    ],
)
def test_the_conclusion_follows_from_the_deciding_rows(
    genre: tuple[float, float], order: tuple[float, float], expected: str
) -> None:
    findings = weigh_claims([row("g", *genre), row("o", *order), row("p", -0.9, -0.8)], CLAIMS)
    assert conclude(findings, "seq2seq-uni") == f"seq2seq-uni: the finding {expected}"
    assert [one.claim.row for one in findings] == ["g", "o", "p"]


def test_an_encoder_that_was_not_measured_has_no_finding() -> None:
    findings = weigh_claims([row("g", 0.1, 0.2)], CLAIMS)
    assert {one.other for one in findings} == {"seq2seq-uni"}
    assert conclude(findings, "seq2seq-bi") == "seq2seq-bi: not measured beside sif"
