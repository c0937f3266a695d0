"""Every command over a library that was really built."""

import json

import pytest
from typer.testing import CliRunner

from engine.cli import app


def segue(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def document(*words):
    """What a command prints with --json: the whole of stdout is one document."""
    result = segue(*words, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_search_as_json(built):
    answer = document("search", "rain", "on", "a", "roof", "--k", 2, "--library", built)
    assert answer["query"]["text"] == "rain on a roof"
    assert answer["generation"] == 1
    assert answer["abstained"] is False
    assert [result["rank"] for result in answer["results"]] == list(range(1, len(answer["results"]) + 1))
    first = answer["results"][0]
    assert first["title"] == "rain on a roof"
    assert sum(first["arms"].values()) == pytest.approx(first["score"], rel=1e-12)
    assert set(first) >= {"track_id", "path", "artist", "arms", "evidence", "why", "match", "duplicates"}


def test_search_by_sound_and_likes_and_filter(built, music):
    sound = music / "low" / "deep tone.wav"
    answer = document("search", "--sound", sound, "--where", "container = 'flac'", "-k", 3, "--library", built)
    assert [result["title"] for result in answer["results"]] == ["deeper tone", "shrill whistle"]
    liked = document("search", "--like", sound, "--unlike", music / "high" / "whistle.wav", "-k", 6, "--library", built)
    assert liked["results"][0]["title"] == "deeper tone"
    assert {"deep tone", "whistle"}.isdisjoint(result["title"] for result in liked["results"])


def test_search_for_people(built):
    result = segue("search", "rain on a roof", "--library", built)
    assert result.exit_code == 0
    assert "rain on a roof" in result.stdout
    assert "Nothing here fits well" not in result.stdout
    nonsense = segue("search", "xyzzy", "--library", built)
    assert "Nothing here fits well" in nonsense.stdout
    assert "No track passes the filter" in segue("search", "rain", "--where", "year > 3000", "--library", built).stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "nothing to look for"),
        (("rain", "--k", "0"), "k = 0 is out of range"),
        (("rain", "--k", "5000"), "k = 5000 is out of range"),
        (("rain", "--where", "colour = 'red'"), "write a condition over track_id"),
        (("--like", "ffffffff"), "no track 'ffffffff'"),
        (("--sound", "nowhere.wav"), "no sound file nowhere.wav"),
    ],
)
def test_a_bad_query_is_one_line(built, words, message):
    result = segue("search", *words, "--library", built)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_rebuild_and_back(library):
    planned = document("rebuild", "--dry-run", "--library", library)
    assert planned["status"] == "unchanged"
    assert document("rebuild", "--library", library)["status"] == "unchanged"
    toml = library / "segue.toml"
    toml.write_text(toml.read_text().replace("windows = 3", "windows = 2"))
    assert document("rebuild", "--dry-run", "--library", library)["owed"] == {"fake": 6}
    assert "owed: fake 6" in segue("rebuild", "--dry-run", "--library", library).stdout
    built = segue("rebuild", "--library", library)
    assert "generation 2 answers now, with 6 tracks" in built.stdout
    listed = document("generations", "--library", library)["generations"]
    assert [(each["number"], each["serving"], each["n_tracks"]) for each in listed] == [(2, True, 6), (1, False, 6)]
    assert document("rollback", "--library", library) == {"serving": 1}
    assert "no generation before 1" in segue("rollback", "--library", library).stderr
    assert document("promote", 2, "--library", library) == {"serving": 2}
    assert document("search", "rain", "--library", library)["generation"] == 2


def test_an_unknown_device_is_one_line(library):
    refused = segue("rebuild", "--device", "tpu", "--library", library)
    assert refused.exit_code == 1
    assert "analysis.device = 'tpu'" in refused.stderr
    refused = segue("rebuild", "--engine", "dask", "--library", library)
    assert refused.exit_code == 1
    assert "analysis.engine = 'dask'" in refused.stderr


def test_scan_again_and_the_ledger(library, music, tmp_path):
    broken = tmp_path / "more"
    broken.mkdir()
    (broken / "empty.mp3").touch()
    report = document("scan", music, broken, "--library", library)
    assert report["found"] == report["indexed"] + report["skipped"] + report["failed"]
    assert (report["indexed"], report["failed"]) == (6, 1)
    failed = document("ledger", "--failed", "--library", library)
    assert failed["counts"]["failed"] == 1
    assert [row["path"] for row in failed["files"]] == [str(broken / "empty.mp3")]
    shown = segue("ledger", "--failed", "--library", library)
    assert "empty.mp3" in shown.stdout
    assert "rain" not in shown.stdout
    assert "found 8" in segue("scan", music, broken, "--library", library).stdout


def test_a_folder_that_is_not_there(library, tmp_path):
    result = segue("scan", tmp_path / "gone", "--library", library)
    assert result.exit_code == 1
    assert "gone" in result.stderr
    assert result.stderr.count("\n") == 1


def test_the_doctor_finds_a_healthy_library_and_an_altered_file(library):
    findings = document("doctor", "--library", library)
    assert findings["healthy"] is True
    assert {"check", "subject", "value", "limit", "ok", "remedy"} <= set(findings["findings"][0])
    table = library / "generations" / "1" / "calibration.json"
    table.write_text(table.read_text() + " ")
    result = segue("doctor", "--library", library)
    assert result.exit_code == 1
    assert "calibration.json" in result.stdout
    assert "segue rollback" in result.stdout


def test_how_the_thresholds_were_found(built):
    arms = document("evaluate", "abstention", "--library", built)["arms"]
    assert set(arms) == {"taggram", "words", "music"}
    assert len([probe for probe in arms["words"]["probes"] if probe["use"] == "report"]) == 50
    shown = segue("evaluate", "abstention", "--library", built).stdout
    assert "false answers" in shown
    assert f"{arms['words']['threshold']:.4f}" in shown
