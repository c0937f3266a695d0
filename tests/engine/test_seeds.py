"""Naming a track by id, by the beginning of one, or by path."""

import polars as pl
import pytest

from engine.seeds import row_of, rows_of
from indexers.errors import QueryError

TRACKS = pl.DataFrame(
    {
        "track_id": ["abcdef00" + "0" * 24, "abcdef11" + "0" * 24, "ff" * 16],
        "path": ["/m/a.ogg", "/m/b.ogg", "/m/facade"],
        "copies": [["/m/a.ogg", "/copy/a.ogg"], ["/m/b.ogg"], ["/m/facade"]],
    }
)


@pytest.mark.parametrize(
    ("name", "row"),
    [("ff" * 16, 2), ("FFFFFF", 2), ("abcdef1", 1), ("/m/b.ogg", 1), ("/copy/a.ogg", 0), ("/m/../m/a.ogg", 0)],
)
def test_every_name_of_a_track(name, row):
    assert row_of(TRACKS, name) == row


def test_a_path_may_look_like_an_id(monkeypatch):
    monkeypatch.chdir("/")
    assert rows_of(TRACKS, ["m/facade", "abcdef00"]).tolist() == [2, 0]


def test_what_names_no_track_or_several():
    with pytest.raises(QueryError, match="begins 2 track ids: give more digits"):
        row_of(TRACKS, "abcdef")
    with pytest.raises(QueryError, match=r"no track 'abcde'.*6 or more"):
        row_of(TRACKS, "abcde")
    with pytest.raises(QueryError, match=r"no track 'nowhere\.ogg'"):
        row_of(TRACKS, "nowhere.ogg")
    assert rows_of(TRACKS, []).tolist() == []
