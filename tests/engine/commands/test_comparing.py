"""`segue evaluate index` over a library with two generations of different encoders."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from engine import Engine, Query
from engine.cli import app

TEXTS = ("band0", "rain on a roof", "band7 band6", "whistle", "a deep hum")


def segue(*words):
    return CliRunner().invoke(app, ["evaluate", "index", *map(str, words)])


@pytest.fixture
def asked(tmp_path):
    path = tmp_path / "asked.txt"
    path.write_text("\n".join(TEXTS))
    return path


def test_two_generations_are_compared(two, asked, tmp_path):
    options = ("--a", 1, "--b", 2, "--queries", asked, "--k", 3, "--library", two, "--out", tmp_path / "out")
    shown = segue(*options)
    assert shown.exit_code == 0, shown.stderr
    document = json.loads((tmp_path / "out" / "report.json").read_text())
    engine = Engine.open(two)
    shares = []
    for text in TEXTS:
        heads = [
            {one.track_id for one in engine.search(Query(text), 3, generation=number).results} for number in (1, 2)
        ]
        shares.append(len(heads[0] & heads[1]) / 3)
    assert 0 < sum(shares) < 5  # the second has other encoders and a track more
    assert document["overlap"]["mean"] == pytest.approx(sum(shares) / 5, abs=1e-4)
    assert document["counts"]["asked"] == document["counts"]["compared"] == 5
    for part in ("overlap@3", "RBO, p = 0.9, depth 3", "p50", "p95", "ratio", "differs most", "report.md"):
        assert part in shown.stdout
    assert "overlap@3" in (tmp_path / "out" / "report.md").read_text()
    printed = json.loads(segue(*options, "--json").stdout)
    assert printed["overlap"] == document["overlap"]
    assert (two / "current").read_text().strip() == "2"


def test_the_librarys_own_log_is_asked_and_not_added_to(two, music, tmp_path):
    settings = two / "segue.toml"
    settings.write_text(settings.read_text() + "log = true\n")
    engine = Engine.open(two)
    hum = engine.search(Query(text="hum"), 1).results[0].track_id
    for query in (Query(like=(hum,)), Query(text="rain"), Query(text="rain"), Query(sound=music / "low/deep tone.wav")):
        engine.search(query, 3)
    gone = shutil.copy(music / "high" / "whistle.wav", tmp_path / "gone.wav")
    engine.search(Query(sound=gone), 3)
    gone.unlink()
    before = (two / "queries.jsonl").read_bytes()
    document = json.loads(segue("--a", 1, "--b", 2, "--library", two, "--json").stdout)
    assert (two / "queries.jsonl").read_bytes() == before
    assert document["settings"]["queries"] == [str(two / "queries.jsonl")]
    counts = document["counts"]
    assert (counts["read"], counts["asked"], counts["compared"]) == (6, 5, 3)
    assert counts["unanswered"] == {"a": 2, "b": 1}
    liked, heard = document["unanswered"]
    assert liked["query"]["like"] == [hum]
    assert list(liked["reasons"]) == ["a"]
    assert f"no track '{hum}'" in liked["reasons"]["a"]
    assert list(heard["reasons"]) == ["a", "b"]
    newest = json.loads(segue("--a", 1, "--b", 2, "--newest", 3, "--library", two, "--json").stdout)
    assert newest["counts"]["asked"] == 3


def test_equal_generations_agree(two, asked):
    shutil.copytree(two / "generations" / "2", two / "generations" / "3")
    same = json.loads(segue("--a", 2, "--b", 3, "--queries", asked, "--library", two, "--json").stdout)
    assert same["overlap"] == {"k": 20, "mean": 1.0, "low": 1.0, "high": 1.0}
    assert same["rbo"]["mean"] == 1.0
    assert same["counts"]["alike"] == 5
    assert same["most_different"] == []
    assert "differs most" not in segue("--a", 2, "--b", 3, "--queries", asked, "--library", two).stdout


@pytest.mark.parametrize(
    ("named", "compared"), [((), (1, 2)), (("--a", 1), (1, 2)), (("--b", 1), (2, 1)), (("--a", 2, "--b", 1), (2, 1))]
)
def test_what_is_not_named_is_the_serving_one_and_the_one_before(two, asked, named, compared):
    document = json.loads(segue(*named, "--queries", asked, "--library", two, "--json").stdout)
    assert tuple(document["generations"][side]["number"] for side in "ab") == compared


def test_without_another_it_tells_what_the_indexes_are(two, built):
    shown = segue("--library", two)
    assert shown.exit_code == 0
    assert "generation 2, 7 tracks" in shown.stdout
    assert "recall@10 against exact" in shown.stdout
    assert "segue evaluate index --a 1 --b 2" in shown.stdout
    document = json.loads(segue("--a", 1, "--library", two, "--json").stdout)
    assert (document["generation"], document["tracks"], set(document["spaces"])) == (1, 6, {"music", "taggram"})
    assert document["spaces"]["music"]["recall"]["value"] == 1.0
    assert "there is no other generation" in segue("--library", built).stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--a", 1, "--b", 9), "no generation 9; there are [1, 2]"),
        (("--a", 2, "--b", 2), "generation 2 against itself tells nothing"),
        (("--a", 9), "no generation 9"),
    ],
)
def test_what_cannot_be_compared_is_one_line(two, asked, words, message):
    queries = ("--queries", asked) if "--b" in words else ()
    result = segue(*words, *queries, "--library", two)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_no_queries_are_one_line(two, tmp_path):
    result = segue("--a", 1, "--b", 2, "--library", two)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert f"no queries at {two}/queries.jsonl" in result.stderr
    assert "log = true" in result.stderr
    (tmp_path / "liked.txt").write_text("rain")
    result = segue("--queries", tmp_path / "liked.txt", "--out", two / "segue.toml" / "x", "--library", two)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "cannot write" in result.stderr


def test_one_generation_alone_is_one_line(built, asked):
    result = segue("--queries", asked, "--library", built)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "has 1 of the two generations that are compared" in result.stderr


def test_an_empty_library_says_what_to_do(tmp_path, asked):
    Engine.open(tmp_path / "new", create=True)
    for words in ((), ("--queries", asked)):
        result = segue(*words, "--library", tmp_path / "new")
        assert result.exit_code == 1
        assert "segue rebuild" in result.stderr


def test_a_generation_by_an_encoder_that_is_no_more_is_one_line(two, asked):
    manifest = two / "generations" / "1" / "manifest.json"
    told = json.loads(manifest.read_text())
    told["text"]["fingerprint"] = "0" * 64
    manifest.write_text(json.dumps(told))
    result = segue("--queries", asked, "--library", two)
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "generation 1 was built by encoder fake-text" in result.stderr
