import json
from contextlib import suppress
from pathlib import Path

import pytest

from indexers.catalog.playlists.entry import Entry, Playlist
from indexers.catalog.playlists.formats import READERS, read_playlist_file
from indexers.errors import PlaylistError

M3U = """#EXTM3U
#PLAYLIST:Evening
#EXTINF:123,Ann - One - Live
../a/one.mp3
# a comment
#EXTINF:-1 tvg-id="x",Only a title

#EXTALB:First
C:\\Music\\two.mp3
three.mp3
"""
PLS = """[playlist]
File2=two.mp3
Title2=Bob - Two
Length2=-1
File1=one.mp3
Length1=61
Title1=One
NumberOfEntries=2
Title3=no file
"""
XSPF = """<?xml version="1.0" encoding="UTF-8"?>
<playlist version="1" xmlns="http://xspf.org/ns/0/"><title>Evening</title><trackList>
<track><location>file:///m/one%20.mp3</location><title>One &amp; only</title><creator>Ann</creator>
<album>First</album><duration>61500</duration></track>
<track><title>Two</title></track>
</trackList></playlist>"""
JSPF = {
    "playlist": {
        "title": "Evening",
        "track": [
            {"location": ["one.mp3"], "title": "One", "creator": "Ann", "album": "First", "duration": 61500},
            {"title": "Two"},
        ],
    }
}
MPD = {
    "info": {},
    "playlists": [
        {
            "name": "Throwbacks",
            "pid": 7,
            "tracks": [{"artist_name": "Ann", "track_name": "One", "album_name": "First", "duration_ms": 61500}],
        },
        {"name": "Empty", "pid": 8, "tracks": []},
    ],
}
ONE = Entry("one.mp3", "Ann", "One", "First", 61.5)


def read(folder: Path, name: str, content: str | bytes) -> tuple[Playlist, ...]:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_playlist_file(path)


def test_m3u(tmp_path: Path) -> None:
    entries = (
        Entry("../a/one.mp3", "Ann", "One - Live", "", 123.0),
        Entry("C:\\Music\\two.mp3", "", "Only a title", "First"),
        Entry("three.mp3"),
    )
    assert read(tmp_path, "x.m3u8", M3U) == (Playlist("Evening", entries),)
    assert read(tmp_path, "y.m3u", M3U.replace("\n", "\r\n")) == (Playlist("Evening", entries),)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_m3u_in_the_encodings_of_its_time(tmp_path: Path, encoding: str) -> None:
    (found,) = read(tmp_path, "x.m3u", "Café.mp3\n".encode(encoding))
    assert found == Playlist("x", (Entry("Café.mp3"),))


def test_pls(tmp_path: Path) -> None:
    entries = (Entry("one.mp3", "", "One", "", 61.0), Entry("two.mp3", "Bob", "Two"))
    assert read(tmp_path, "x.pls", PLS) == (Playlist("x", entries),)


@pytest.mark.parametrize("text", [XSPF, XSPF.replace(' xmlns="http://xspf.org/ns/0/"', "")])
def test_xspf(tmp_path: Path, text: str) -> None:
    entries = (Entry("file:///m/one%20.mp3", "Ann", "One & only", "First", 61.5), Entry(title="Two"))
    assert read(tmp_path, "x.xspf", text) == (Playlist("Evening", entries),)


@pytest.mark.parametrize("name", ["x.jspf", "x.json"])
def test_jspf(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, name, json.dumps(JSPF)) == (Playlist("Evening", (ONE, Entry(title="Two"))),)


def test_a_slice_of_the_million_playlist_dataset(tmp_path: Path) -> None:
    expected = (
        Playlist("Throwbacks", (Entry("", "Ann", "One", "First", 61.5),), "mpd-7"),
        Playlist("Empty", (), "mpd-8"),
    )
    assert read(tmp_path, "x.json", json.dumps(MPD)) == expected


def test_json_lines(tmp_path: Path) -> None:
    lines = [
        {"playlist_id": "p1", "curator": "Zan", "date": "2012-02-07", "tracks": [["Ann", "One"], ["Bob"], [], None]},
        {"name": "Mine", "tracks": [{"path": "one.mp3", "artist": "Ann", "title": "One", "duration_s": 2}, "two.mp3"]},
    ]
    text = "\n\n".join(json.dumps(line) for line in lines)
    assert read(tmp_path, "x.jsonl", text) == (
        Playlist(
            "Zan 2012-02-07",
            (Entry("", "Ann", "One"), Entry("", "Bob", ""), Entry(), Entry()),
            "p1",
            "Zan",
            "",
            "2012-02-07",
        ),
        Playlist("Mine", (Entry("one.mp3", "Ann", "One", "", 2.0), Entry("two.mp3"))),
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.json", "{}"),
        ("x.json", "[1]"),
        ("x.json", "{no json"),
        ("x.json", ""),
        ("x.json", "[" * 100_000),
        ("x.json", '{"playlists": 3, "playlist": "x"}'),
        ("x.jsonl", '{"text": "a caption"}\n'),
        ("x.jsonl", "no json\n"),
        ("x.jsonl", ""),
    ],
)
def test_json_of_another_use_is_no_playlist(tmp_path: Path, name: str, content: str) -> None:
    assert read(tmp_path, name, content) == ()


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><playlist><title>&b;</title></playlist>'


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("x.xspf", "<playlist>", "not valid XML"),
        ("x.xspf", "", "not valid XML"),
        ("x.xspf", BOMB, "document type"),
        ("x.xspf", BOMB.encode("utf-16"), "document type"),
        ("x.jspf", "{", "not valid JSON"),
        ("x.jspf", "{}", "no `playlist`"),
        ("x.jsonl", '{"tracks": []}\n{"tracks": 3}\n', "line 2"),
        ("x.jsonl", '{"tracks": []}\n{"trac', "line 2"),
        ("x.doc", "", "not one of .m3u"),
    ],
)
def test_a_damaged_playlist_is_one_clear_line(tmp_path: Path, name: str, content: str | bytes, why: str) -> None:
    with pytest.raises(PlaylistError, match=why) as caught:
        read(tmp_path, name, content)
    assert "\n" not in str(caught.value)


def test_too_large_and_missing_are_clear_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexers.catalog.playlists.formats.LIMIT_BYTES", 3)
    with pytest.raises(PlaylistError, match="has 4 bytes, the limit is 3"):
        read(tmp_path, "x.m3u", "abcd")
    with pytest.raises(PlaylistError, match="No such file"):
        read_playlist_file(tmp_path / "gone.pls")


@pytest.mark.parametrize("ending", sorted(READERS))
def test_noise_is_a_playlist_error_at_worst(tmp_path: Path, ending: str) -> None:
    noise = bytes(range(256)) * 5
    with suppress(PlaylistError):
        assert all(isinstance(playlist, Playlist) for playlist in read(tmp_path, f"x{ending}", noise))


def test_the_real_sample_of_the_million_playlist_dataset(shared_data: Path) -> None:
    found = read_playlist_file(shared_data / "playlists" / "mpd.first.json")
    assert len(found) == 29
    assert (found[0].name, found[0].given_id, len(found[0].entries)) == ("Throwbacks", "mpd-0", 52)
    first = Entry("", "Missy Elliott", "Lose Control (feat. Ciara & Fat Man Scoop)", "The Cookbook", 226.863)
    assert found[0].entries[0] == first


def test_real_lines_of_radio_playlists(shared_data: Path, tmp_path: Path) -> None:
    import gzip
    from itertools import islice

    with gzip.open(shared_data / "playlists" / "playlists.jsonl.gz", "rb") as stream:
        found = read(tmp_path, "x.jsonl", b"".join(islice(stream, 5)))
    assert len(found) == 5
    assert (found[0].given_id, found[0].name) == ("triplej-00000", "Mornings with Zan 2012-02-07")
    assert found[0].entries[1] == Entry("", "Muph & Plutonic", "The Day Off")
