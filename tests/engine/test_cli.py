"""The command line: exit status, one line of error, one document of JSON."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from engine.cli import app
from indexers.library import Library

COMMANDS = (
    "scan",
    "rebuild",
    "search",
    "continue",
    "path",
    "ledger",
    "generations",
    "promote",
    "rollback",
    "doctor",
    "models",
)


def segue(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_help_names_every_command():
    text = segue("--help").stdout
    assert all(command in text for command in (*COMMANDS, "evaluate", "ui", "demo"))


def test_commands_that_do_not_exist_yet_are_not_promised():
    text = segue("--help").stdout
    assert not any(f" {command} " in text for command in ("soundtrack", "generate"))


def test_version():
    result = segue("--version")
    assert result.exit_code == 0
    assert result.stdout.startswith("segue 0.")


@pytest.mark.parametrize("words", [("search", "--bogus"), ("scan",), ("promote", "one"), ("nothing",)])
def test_wrong_usage_is_exit_status_2(words):
    assert segue(*words).exit_code == 2


@pytest.mark.parametrize(
    "words",
    [
        ("search", "rain"),
        ("rebuild",),
        ("ledger",),
        ("generations",),
        ("promote", "1"),
        ("rollback",),
        ("doctor",),
        ("evaluate", "abstention"),
        ("evaluate", "index"),
    ],
)
def test_no_library_is_one_line_with_the_remedy(tmp_path, words):
    result = segue(*words, "--library", tmp_path / "none")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "no library at" in result.stderr
    assert "segue scan" in result.stderr


def test_an_empty_library_says_what_to_do(tmp_path):
    Library.create(tmp_path)
    for words, remedy in ((("search", "rain"), "segue rebuild"), (("rebuild",), "segue scan")):
        result = segue(*words, "--library", tmp_path)
        assert result.exit_code == 1
        assert remedy in result.stderr
        assert result.stderr.count("\n") == 1


def test_lists_of_an_empty_library_are_empty(tmp_path):
    Library.create(tmp_path)
    listed = segue("generations", "--json", "--library", tmp_path)
    assert json.loads(listed.stdout) == {"generations": []}
    seen = segue("ledger", "--json", "--library", tmp_path)
    assert json.loads(seen.stdout) == {"counts": {"indexed": 0, "skipped": 0, "failed": 0}, "files": []}


def test_a_misspelt_setting_is_named(tmp_path):
    library = Library.create(tmp_path)
    library.settings_path.write_text("[search]\nrrf = 60\n")
    result = segue("search", "rain", "--library", tmp_path)
    assert result.exit_code == 1
    assert "unknown setting 'search.rrf'" in result.stderr


def test_a_newer_library_is_refused(tmp_path):
    library = Library.create(tmp_path)
    library.settings_path.write_text("format = 99\n")
    result = segue("search", "rain", "--library", tmp_path)
    assert result.exit_code == 1
    assert "upgrade Segue" in result.stderr


def test_a_locked_library_names_the_holder(tmp_path):
    library = Library.create(tmp_path)
    with library.lock("segue rebuild"):
        result = segue("rebuild", "--library", tmp_path)
    assert result.exit_code == 1
    assert "segue rebuild" in result.stderr
    assert "is busy: process" in result.stderr


def test_nothing_to_generate_from_an_unknown_generation(tmp_path):
    Library.create(tmp_path)
    result = segue("promote", "7", "--library", tmp_path)
    assert result.exit_code == 1
    assert "no generation 7" in result.stderr


def test_an_unknown_model_is_named():
    result = segue("models", "pull", "musicn")
    assert result.exit_code == 1
    assert "no model 'musicn'" in result.stderr


def test_models_as_json():
    models = json.loads(segue("models", "--json").stdout)["models"]
    assert {"name", "licence", "sha256", "size_bytes", "sample_rate_hz"} <= set(models[0])
    assert {model["name"] for model in models} >= {"musicnn_msd", "musicnn_mtt", "yamnet", "text"}


def test_the_library_may_come_from_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("SEGUE_LIBRARY", str(tmp_path / "elsewhere"))
    assert "elsewhere" in segue("generations").stderr


def test_an_interrupted_command_is_one_line(tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("engine.api.Engine.open", interrupted)
    result = segue("generations", "--library", tmp_path)
    assert result.exit_code == 130
    assert result.stderr.count("\n") == 1
    assert "interrupted" in result.stderr


def test_the_process_ends_with_the_same_status(tmp_path):
    command = [sys.executable, "-m", "engine.cli", "search", "rain", "--json", "--library", str(tmp_path / "none")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "no library at" in done.stderr


def test_a_reader_who_leaves_early_is_no_error(tmp_path):
    Library.create(tmp_path)
    command = [sys.executable, "-m", "engine.cli", "models", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.close()  # before the first byte: every write meets a closed pipe
        assert process.wait(timeout=60) == 0
        assert process.stderr.read() == ""


def test_help_imports_nothing_heavy():
    code = (
        "import sys, engine, engine.cli; "
        "print(sorted({'torch', 'faiss', 'onnxruntime', 'polars', 'bm25s', 'sklearn', 'streamlit'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
