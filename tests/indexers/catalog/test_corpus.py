import gzip

import pytest

from indexers.catalog.corpus import build_corpus, build_vocabulary, day_of, fold, key_of
from indexers.catalog.playlists.entry import Entry, Playlist
from indexers.catalog.playlists.formats import read_playlist_file
from indexers.catalog.splits import split_newest
from indexers.errors import InputError, PlaylistError


def playlist(titles, **said):
    return Playlist("p", tuple(Entry("", "Ann", title) for title in titles), **said)


def test_names_fold_to_letters_and_digits():
    assert fold("  AC/DC’s  Nº 1! ") == "acdcsnº1"
    assert fold("!!!") == "!!!"
    assert key_of(Entry("", "Ann", "One (Live)")) == ("ann", "onelive")


def test_a_track_is_known_when_two_playlists_hold_it():
    lists = [playlist(["A", "b", "A"]), playlist(["a", "c"]), playlist(["C", "d"])]
    vocabulary = build_vocabulary(lists)
    assert vocabulary.keys == (("ann", "a"), ("ann", "c"))
    assert vocabulary.titles == ("A", "c")
    corpus = build_corpus(lists, vocabulary)
    assert [rows.tolist() for rows in corpus.lists] == [[0], [0, 1], [1]]
    assert corpus.counts.tolist() == [2, 2]
    assert corpus.matrix.toarray().tolist() == [[1, 0], [1, 1], [0, 1]]
    assert corpus.select([1]).lists[0].tolist() == [0, 1]


def test_tracks_that_are_always_known_come_first():
    vocabulary = build_vocabulary([playlist("ab"), playlist("b")], always=[Entry("", "Bob", "z")])
    assert vocabulary.keys == (("bob", "z"), ("ann", "b"))


def test_an_entry_without_artist_or_title_is_no_track():
    assert len(build_vocabulary([Playlist("p", (Entry("x.mp3"), Entry("", "", "a")))], min_playlists=1)) == 0


def test_artists_are_numbered_by_name():
    lists = [Playlist("p", (Entry("", "Ann", "a"), Entry("", "Bob", "b"), Entry("", "ANN!", "c")))]
    assert build_vocabulary(lists, min_playlists=1).artist_of().tolist() == [0, 1, 0]


def test_days():
    assert day_of("0001-01-03T10:00") == 3
    assert day_of("last summer") == 0


def test_the_newest_tenth_of_each_source_is_held_out():
    lists = [playlist(f"{n}", source=source, date=f"2020-01-{n:02}") for n in range(1, 21) for source in ("x", "y")]
    split = split_newest(lists)
    assert {(p.source, p.date) for p in split.test} == {(s, d) for s in "xy" for d in ("2020-01-19", "2020-01-20")}
    assert len(split.train) == 36


def test_editions_of_one_list_stay_on_one_side():
    lists = [
        playlist([f"{name}{n}" for n in range(month, month + 10)], source="s", curator=name, date=f"2020-{month:02}-01")
        for name in "abcdefghijklmnopqrst"
        for month in (1, 2, 3)
    ]
    split = split_newest(lists)
    held = {p.curator for p in split.test}
    assert len(held) == 2
    assert len(split.test) == 6
    assert not held & {p.curator for p in split.train}


def test_what_cannot_be_divided_is_refused():
    with pytest.raises(InputError, match="no playlist to divide"):
        split_newest([])
    with pytest.raises(InputError, match=r"a share of 1.0"):
        split_newest([playlist("a")], 1.0)


def test_the_million_playlist_datasets_format_becomes_a_corpus(shared_data):
    playlists = read_playlist_file(shared_data / "playlists" / "mpd.first.json")
    corpus = build_corpus(playlists, build_vocabulary(playlists))
    assert len(corpus.lists) == 29
    assert (corpus.names[0], playlists[0].date) == ("Throwbacks", "2017-04-29")
    assert 0 < len(corpus.vocabulary) < sum(len(playlist.entries) for playlist in playlists)
    assert corpus.counts.min() >= 2
    assert any(corpus.vocabulary.albums)


def test_compressed_json_lines_are_read_and_a_cut_file_is_told(tmp_path):
    lines = b'{"playlist_id": "1", "curator": "Ann", "source": "radio", "date": "2020-01-02", "tracks": [["X", "a"]]}\n'
    whole = gzip.compress(lines * 50)
    (tmp_path / "all.jsonl.gz").write_bytes(whole)
    found = read_playlist_file(tmp_path / "all.jsonl.gz")
    assert len(found) == 50
    assert (found[0].curator, found[0].source, found[0].date) == ("Ann", "radio", "2020-01-02")
    (tmp_path / "cut.jsonl.gz").write_bytes(whole[: len(whole) - 12])
    with pytest.raises(PlaylistError, match="not a whole gzip file"):
        read_playlist_file(tmp_path / "cut.jsonl.gz")
