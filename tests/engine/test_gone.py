"""Tracks that a scan no longer found are no answers, though no rebuild has run since."""

import numpy as np
import polars as pl
import pytest

from engine import Engine, Query
from engine.gone import catalogued_on, gone_rows
from indexers.catalog.storage import write_table
from indexers.catalog.tables import read_tracks, tracks_path
from indexers.library import Library

ANY = Query(text="rain roof whistle tone")


def lose(library: Library, *titles: str) -> None:
    """What a scan does when files are gone."""
    tracks = read_tracks(library)
    lost = pl.col("path").str.contains("|".join(titles) or "^$")
    write_table(tracks_path(library), tracks.filter(~lost))


@pytest.fixture
def engine(library) -> Engine:
    opened = Engine.open(library)
    opened.search(ANY)  # open as a page would hold it
    return opened


def titles(engine: Engine, query: Query = ANY) -> set[str]:
    return {result.path.rsplit("/", 1)[-1] for result in engine.search(query, 20).results}


def test_a_lost_track_is_no_answer_from_the_next_search_on(engine) -> None:
    assert "rain on a roof.wav" in titles(engine)
    lose(engine.library, "rain", "deeper")
    assert titles(engine) == {"deep tone.wav", "whistle.wav", "shrill whistle.flac", "whistle again.wav"}
    assert titles(engine, Query(text="rain", where="duration_s > 0")) == titles(engine)
    assert titles(engine, Query(like=(str(engine.map()["path"][0]),))) < titles(engine)
    assert Engine.open(engine.library.root).search(ANY, 20).generation == 1


def test_a_lost_track_continues_no_playlist(engine) -> None:
    whistle = next(path for path in engine.map()["path"] if path.endswith("/whistle.wav"))
    before = {track.path for track in engine.continue_playlist([whistle], 20).tracks}
    lose(engine.library, "again")
    after = {track.path for track in engine.continue_playlist([whistle], 20).tracks}
    assert {path.rsplit("/", 1)[-1] for path in before - after} == {"whistle again.wav"}


def test_what_comes_back_is_found_again(engine) -> None:
    tracks = read_tracks(engine.library)
    lose(engine.library, "rain")
    assert "rain on a roof.wav" not in titles(engine)
    write_table(tracks_path(engine.library), tracks)
    assert "rain on a roof.wav" in titles(engine)


def test_a_scan_that_changes_nothing_keeps_what_is_open(engine) -> None:
    searcher = engine.refresh()
    assert engine.refresh() is searcher
    lose(engine.library)
    assert engine.refresh() is searcher


def test_a_catalogue_older_than_the_generation_tells_of_nothing(engine) -> None:
    generation = engine.refresh().generation
    assert catalogued_on(engine.library) < (generation.folder / "manifest.json").stat().st_mtime_ns
    np.testing.assert_array_equal(gone_rows(engine.library, generation), [])
