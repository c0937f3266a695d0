import json

from engine.evaluation.probes.findings import Claim, weigh_claims
from engine.evaluation.probes.intervals import Estimate
from engine.evaluation.probes.run import Row
from engine.evaluation.probes.table import as_values, findings_as_markdown, rows_as_markdown

FIGURES = {
    "sif": Estimate(0.71234, 0.6, 0.8),
    "seq2seq-bi": Estimate(0.5, 0.4, 0.6),
    "chance": Estimate(0.25, 0.2, 0.3),
}
ROW = Row("g", "genre", FIGURES, {("sif", "seq2seq-bi"): Estimate(0.21234, -0.00001, 0.3)}, 400, 90, 12)
FREE = Row("n", "neighbours", FIGURES, {("sif", "seq2seq-bi"): Estimate(0.2, 0.1, 0.3)}, 0, 100, 100)
FINDINGS = weigh_claims([ROW, FREE], (Claim("genre", "sif", "g"), Claim("genre", "sif", "n", decides=False)))


def test_columns_are_the_measured_encoders_and_chance() -> None:
    head, _, *lines = rows_as_markdown([ROW, FREE]).splitlines()
    assert head == "| what | learnt from | asked, in lists | sif | seq2seq-bi | chance |"
    assert lines[0].startswith("| genre | 400 | 90 in 12 | 0.712 [0.600, 0.800] | 0.500 [0.400, 0.600] |")
    assert lines[1].startswith("| neighbours | – | 100 in 100 |")


def test_findings_say_which_row_decides_and_conclude() -> None:
    text = findings_as_markdown(FINDINGS)
    assert "| genre | genre | sif − seq2seq-bi | +0.212 [+0.000, +0.300] | undecided | yes |" in text
    assert "| genre | neighbours | sif − seq2seq-bi | +0.200 [+0.100, +0.300] | shows |  |" in text
    assert "- seq2seq-bi: the finding does not reproduce (genre: undecided)" in text


def test_values_are_json() -> None:
    values = json.loads(json.dumps(as_values([ROW], FINDINGS[:1])))
    assert values["rows"][0]["figures"]["sif"] == {"value": 0.7123, "low": 0.6, "high": 0.8}
    assert values["rows"][0]["differences"] == {"sif - seq2seq-bi": {"value": 0.2123, "low": -0.0, "high": 0.3}}
    assert values["findings"][0]["verdict"] == "undecided"
    assert len(values["conclusions"]) == 2
