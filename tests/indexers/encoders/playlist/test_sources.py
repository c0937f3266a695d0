"""A library's table of playlists read as playlists."""

import polars as pl

from indexers.catalog.playlists.entry import Entry
from indexers.catalog.tables import PLAYLISTS
from indexers.encoders.playlist.sources import library_playlists


def test_entries_stay_with_their_playlist_in_order():
    given = [("a", "Rain", "One", "x"), ("a", "Rain", "Two", None), ("b", None, "Three", "z")]
    rows = [
        {"playlist_id": each[0], "name": each[1], "title": each[2], "artist": each[3], "location": "l"}
        for each in given
    ]
    found = library_playlists(pl.DataFrame(rows, schema=PLAYLISTS))
    assert [(each.given_id, each.name, len(each.entries)) for each in found] == [("a", "Rain", 2), ("b", "", 1)]
    assert found[0].entries == (Entry("l", "x", "One"), Entry("l", "", "Two"))
    assert library_playlists(pl.DataFrame(schema=PLAYLISTS)) == []
