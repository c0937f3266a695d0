"""Settings, table by table: what does not fit is one line that says what does."""

from pathlib import Path

import pytest

from indexers.errors import ConfigError, LibraryError
from indexers.settings import AnalysisSettings, ScanSettings, parse, read_toml


def test_a_missing_file_is_an_empty_one(tmp_path: Path) -> None:
    assert read_toml(tmp_path / "segue.toml") == {}


def test_values_are_taken_and_the_rest_has_defaults() -> None:
    assert parse(AnalysisSettings, "analysis", {"windows": 4}) == AnalysisSettings(windows=4)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (3, r"setting 'analysis' = 3 must be a table: write it as \[analysis\]"),
        ({"windoes": 3}, r"unknown setting 'analysis.windoes'; \[analysis\] knows .*windows"),
        ({"windows": 0}, "analysis.windows = 0"),
        ({"device": "tpu"}, "analysis.device = 'tpu'"),
    ],
)
def test_what_does_not_fit_is_named(table: object, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse(AnalysisSettings, "analysis", table)


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        ScanSettings().workers = 3  # type: ignore[misc]


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "segue.toml"
    path.write_text("format = 99\n")
    with pytest.raises(LibraryError, match="has format 99, this Segue reads up to 1: upgrade"):
        read_toml(path)


@pytest.mark.parametrize(("text", "message"), [("format = [", "not valid TOML"), ('format = "x"', "is not a number")])
def test_a_damaged_file_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "segue.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        read_toml(path)
