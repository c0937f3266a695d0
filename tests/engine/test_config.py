"""segue.toml: sections, and every mistake named."""

import pytest

from engine.config import Settings
from indexers.errors import ConfigError, LibraryError


def test_a_missing_file_has_the_defaults(tmp_path):
    settings = Settings.load(tmp_path / "segue.toml")
    assert settings.search.k == 20
    assert settings.search.rrf_k == 60
    assert settings.as_json()["analysis"]["windows"] == settings.analysis.windows


def test_every_section_is_read(tmp_path):
    path = tmp_path / "segue.toml"
    path.write_text(
        "format = 1\n[scan]\nworkers = 3\n[analysis]\nwindows = 5\n[index]\nkind = 'flat'\n[search]\nk = 7\n"
    )
    settings = Settings.load(path)
    assert (settings.scan.workers, settings.analysis.windows, settings.index.kind, settings.search.k) == (
        3,
        5,
        "flat",
        7,
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[search]\nartist_cupp = 3", "unknown setting 'search.artist_cupp'.*artist_cap"),
        ("[serach]\nk = 3", "unknown setting 'serach'.*search"),
        ("k = 3", "unknown setting 'k'"),
        ("[continuation]\nartist_cupp = 3", "unknown setting 'continuation.artist_cupp'.*artist_cap"),
        ("[continuation]\nsound_weight = -1", r"continuation\.sound_weight = -1"),
        ("[cluster]\nshards = 3", "unknown setting 'cluster.shards'.*tasks_per_shard"),
        ("[analysis]\nengine = 'dask'", r"analysis\.engine = 'dask'.*'local' or 'ray'"),
        ("search = 3", "must be a table"),
        ("[search]\nk = 0", r"search\.k = 0"),
        ("[search]\nrelevance = 1.5", r"search\.relevance = 1\.5"),
        ("[search", "not valid TOML"),
    ],
)
def test_mistakes_are_named(tmp_path, text, message):
    path = tmp_path / "segue.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        Settings.load(path)


def test_a_newer_format_is_refused(tmp_path):
    path = tmp_path / "segue.toml"
    path.write_text("format = 99\n")
    with pytest.raises(LibraryError, match=r"format 99.*upgrade Segue"):
        Settings.load(path)
