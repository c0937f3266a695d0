"""The report as files: JSON that parses, Markdown and a page that hold every arm."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.evaluation.report import Report, build_report, write_report
from engine.evaluation.report.markdown import as_markdown
from engine.evaluation.report.page import as_html
from engine.evaluation.report.verdicts import verdict
from indexers.catalog.corpus import Corpus
from indexers.errors import InputError
from rankers.metrics import METRICS

ARMS = ("wrong", "late", "silent", "perfect")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync")


@pytest.fixture
def report(evaluation: Any, train: Corpus) -> Report:
    return build_report(evaluation.scenarios, train, evaluation.plan, cold={"cold": {"recall_100": 0.125}})


def test_three_files_are_written_and_the_json_is_the_document(report: Report, tmp_path: Path) -> None:
    paths = write_report(tmp_path / "new", report)
    assert [path.name for path in paths] == ["report.json", "report.md", "report.html"]
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["report.html", "report.json", "report.md"]
    document = json.loads(paths[0].read_text(encoding="utf-8"))
    assert document == json.loads(json.dumps(report.as_json()))
    assert set(document["arms"]) == set(ARMS)
    assert set(document["arms"]["late"]) >= {*METRICS, "coverage", "gini", "novelty", "artist_diversity", "intervals"}
    assert document["cold"] == {"cold": {"recall_100": 0.125}}


def test_a_figure_that_is_not_finite_is_refused_and_nothing_is_written(report: Report, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not finite"):
        write_report(tmp_path, replace(report, settings={**report.settings, "alpha": float("nan")}))
    assert list(tmp_path.iterdir()) == []


def test_markdown_has_a_row_for_every_arm_with_the_best_bold(report: Report) -> None:
    text = as_markdown(report)
    table = text.split("**Known held-out tracks**")[1].split("\n\n")[1].splitlines()
    assert table[0].startswith("| arm | R-precision | R-precision + artists | NDCG@500 | recall@100 | clicks ↓ | MRR |")
    rows = {line.split(" | ")[0].strip("| "): line for line in table[2:]}
    assert list(rows) == ["perfect", "wrong", "late", "silent"]  # by R-precision; equal ones as they were given
    assert rows["perfect"].startswith("| perfect | **1.0000** [1.0000, 1.0000] | **1.1875** [")
    assert "**0.00** [0.00, 0.00]" in rows["perfect"]  # clicks: the lowest is the best
    assert "**" not in rows["late"]
    assert rows["late"].split(" | ")[5] == "1.00 [1.00, 1.00]"
    assert rows["silent"].endswith("| 6 |")


def test_markdown_tells_the_contender_from_the_best_single_arm(report: Report) -> None:
    text = as_markdown(report)
    assert "| metric | against | difference | relative | p (Holm) | d | verdict |" in text
    assert re.search(
        r"\| recall@100 \| late \| \+0\.5000 \[0\.5000, 0\.5000\] \| \+100\.0 % \[\+100\.0, \+100\.0\]", text
    )
    assert "| cold · recall_100 | 0.125 |" in text
    assert "| empty answers · silent | 12 | 6 |" in text


def test_a_table_survives_names_with_markup(evaluation: Any, train: Corpus) -> None:
    name = "a|b <script>alert(1)</script>"
    scenarios = [replace(one, arms={**one.arms, name: one.arms["late"]}) for one in evaluation.scenarios]
    report = build_report(scenarios, train, evaluation.plan)
    assert "a\\|b \\<script>" in as_markdown(report)
    page = as_html(report)
    assert "<td>a|b &lt;script&gt;alert(1)&lt;/script&gt;</td>" in page
    assert "<script>alert(1)" not in page


def test_the_page_holds_every_arm_and_fetches_nothing(report: Report) -> None:
    page = as_html(report)
    outside = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    for arm in ARMS:
        assert f"<td>{arm}</td>" in outside
    drawn = "".join(re.findall(r"Plotly\.newPlot\((.*?)</script>", page, flags=re.DOTALL))
    for arm in ARMS:
        assert f'"name":"{arm}"' in drawn
    assert {f'id="chart-{key}"' for key in ("main", "scenarios", "beyond")} <= set(re.findall(r'id="[^"]*"', outside))
    assert not re.search(r"<script[^>]*\ssrc=|<link|@import|url\(", outside)
    assert page == as_html(report)  # equal reports are equal pages


def test_parts_with_nothing_to_show_are_left_out(evaluation: Any, train: Corpus) -> None:
    alone = replace(evaluation.scenarios[1], truths_all=())
    report = build_report([alone], train, replace(evaluation.plan, contenders=()))
    assert report.as_json()["arms_all"] == {}
    text = as_markdown(report)
    titles = re.findall("^## (.*)$", text, flags=re.MULTILINE)
    assert titles == ["Every arm: first 5", "Beyond accuracy: first 5", "What the figures mean", "Counts and settings"]
    assert 'id="scenarios"' not in as_html(report)


def test_a_verdict_needs_a_small_p_and_knows_that_few_clicks_are_good(report: Report) -> None:
    one = next(found for found in report.comparisons if found.metric == "recall_100")
    assert verdict(replace(one, difference=0.1, p_holm=0.01), 0.05) == "better"
    assert verdict(replace(one, difference=-0.1, p_holm=0.01), 0.05) == "worse"
    assert verdict(replace(one, difference=0.1, p_holm=0.05), 0.05) == "no difference shown"
    assert verdict(replace(one, metric="clicks", difference=-0.1, p_holm=0.01), 0.05) == "better"
    assert verdict(replace(one, metric="clicks", difference=0.1, p_holm=0.01), 0.05) == "worse"


@pytest.mark.browser
def test_the_page_draws_in_a_browser(report: Report, tmp_path: Path) -> None:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install segue[dev]")
    chromium = shutil.which("chromium")
    if not chromium:
        pytest.skip("no chromium on the path: install it to run the browser tests")
    _, _, page_path = write_report(tmp_path, report)
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        page = browser.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda request: problems.append(request.url) if request.url.startswith("http") else None)
        page.goto(page_path.as_uri())
        page.wait_for_selector("#chart-beyond .scatterlayer .trace")
        bars = page.locator("#chart-main .barlayer .point").count()
        curves = page.locator("#chart-scenarios .scatterlayer .trace").count()
        browser.close()
    assert (bars, curves, problems) == (len(ARMS) * len(METRICS), len(ARMS), [])
