"""Playlists as points, by hand."""

import numpy as np
import polars as pl
import pytest

from engine.continuation.atlas import Atlas, summary
from indexers.testing import unit_rows


def atlas_of(lists, vectors):
    rows = [(f"p{number}", f"list {number}", "/x", len(rows) + 1, len(rows)) for number, rows in enumerate(lists)]
    names = ["playlist_id", "name", "path", "n_tracks", "n_matched"]
    table = pl.DataFrame(rows, schema=names, orient="row")
    return Atlas(table, [np.array(rows, dtype=np.int64) for rows in lists], vectors)


@pytest.fixture
def vectors():
    return unit_rows(np.array([[1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1], [-1, 0, 0]], dtype=np.float32))


def test_neighbours_are_those_of_like_sound(vectors):
    atlas = atlas_of([[3], [0, 1], [], [4, 2]], vectors)
    found = atlas.neighbours(np.array([0, 1]), 9)
    assert [near.playlist_id for near in found] == ["p1", "p0", "p3"]
    assert found[0].likeness == pytest.approx(1.0)
    assert (found[0].shared, found[0].n_tracks, found[0].name) == (2, 3, "list 1")
    mean, other = unit_rows(np.stack([vectors[[0, 1]].sum(axis=0), vectors[[4, 2]].sum(axis=0)]))
    likeness = {near.playlist_id: near.likeness for near in found}
    assert likeness["p3"] == pytest.approx(float(mean @ other), abs=1e-6)
    assert likeness["p0"] == pytest.approx(0.0, abs=1e-6)
    assert len(atlas.neighbours(np.array([0]), 2)) == 2
    assert atlas.neighbours(np.empty(0, dtype=np.int64), 2) == ()


def test_the_map_keeps_distances_along_its_two_axes(vectors):
    atlas = atlas_of([[0], [2], [4]], vectors)
    table = atlas.map(np.empty(0, dtype=np.int64))
    assert table.columns == ["playlist_id", "name", "n_tracks", "x", "y", "kind"]
    assert table["kind"].to_list() == ["library"] * 3
    points = table.select("x", "y").to_numpy()
    assert np.abs(points).max() == pytest.approx(1.0)
    apart = [float(np.linalg.norm(points[a] - points[b])) for a, b in ((0, 2), (0, 1), (1, 2))]
    assert apart[0] / apart[1] == pytest.approx(2 / np.sqrt(2), rel=1e-4)  # three points span a plane: nothing is lost
    assert apart[1] == pytest.approx(apart[2], rel=1e-4)


def test_this_playlist_stands_among_them_and_moves_none(vectors):
    atlas = atlas_of([[0], [2], [4]], vectors)
    before, after = atlas.map(np.empty(0, dtype=np.int64)), atlas.map(np.array([2, 2]))
    assert after[:-1].equals(before)
    assert after.row(-1, named=True)["kind"] == "this"
    assert after.select("x", "y").row(-1) == pytest.approx(before.select("x", "y").row(1), abs=1e-6)


def test_a_library_without_playlists_has_an_empty_map(vectors):
    atlas = atlas_of([], vectors)
    assert atlas.map(np.empty(0, dtype=np.int64)).is_empty()
    assert atlas.map(np.array([1])).select("x", "y", "kind").rows() == [(0.0, 0.0, "this")]
    assert atlas.neighbours(np.array([1]), 3) == ()


def test_a_playlist_is_summed_up_by_its_entries():
    rows = [("b", "Z", "/1", "t"), ("b", "Z", "/1", None), ("a", "Y", "/2", None)]
    entries = pl.DataFrame(rows, schema=["playlist_id", "name", "path", "track_id"], orient="row")
    assert summary(entries).rows() == [("a", "Y", "/2", 1, 0), ("b", "Z", "/1", 2, 1)]
