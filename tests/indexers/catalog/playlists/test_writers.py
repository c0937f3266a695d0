"""Written playlists, read by our readers and by others."""

import json
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

from indexers.catalog.playlists.entry import Entry, Playlist
from indexers.catalog.playlists.formats import read_playlist_file
from indexers.catalog.playlists.writers import relative_to, render_playlist, write_playlist
from indexers.errors import PlaylistError, StorageError

SPACE = "{http://xspf.org/ns/0/}"
NAMES = ("one.mp3", "deep/Käse & Brot #1.mp3", "deep/100%20 sure?.mp3", "#hash.mp3", "a:b;c.mp3", "日本/曲.flac")


def playlist(folder: Path) -> Playlist:
    """Names that every format has to quote in its own way."""
    entries = [Entry(str(folder / name), f"Ann <{row}>", f"T & {row}", "", 61.5) for row, name in enumerate(NAMES)]
    return Playlist("Evening & <rain>", tuple(entries))


def m3u_paths(content: bytes) -> list[str]:
    """A reader of its own: what a player would play."""
    lines = content.decode("utf-8").split("\n")
    assert lines[0] == "#EXTM3U"
    assert lines[-1] == ""
    return [line for line in lines[:-1] if not line.startswith("#")]


def xspf_paths(content: bytes) -> list[str]:
    root = ElementTree.fromstring(content)  # noqa: S314 - we wrote it
    assert root.tag == f"{SPACE}playlist"
    assert root.get("version") == "1"
    return [unquote(location.text) for location in root.findall(f"{SPACE}trackList/{SPACE}track/{SPACE}location")]


def jspf_paths(content: bytes) -> list[str]:
    return [unquote(track["location"][0]) for track in json.loads(content)["playlist"]["track"]]


OTHERS = {".m3u8": m3u_paths, ".m3u": m3u_paths, ".xspf": xspf_paths, ".jspf": jspf_paths}


@pytest.mark.parametrize("ending", sorted(OTHERS))
def test_another_program_finds_every_file_from_the_playlists_folder(tmp_path: Path, ending: str) -> None:
    lists = tmp_path / "music" / "lists"
    path = lists / f"x{ending}"
    write_playlist(path, playlist(tmp_path / "music"))
    found = OTHERS[ending](path.read_bytes())
    assert [(lists / relative).resolve() for relative in found] == [tmp_path / "music" / name for name in NAMES]
    assert str(tmp_path) not in path.read_text(encoding="utf-8")  # no machine path
    assert [file.name for file in lists.iterdir()] == [path.name]  # nothing is left beside it


@pytest.mark.parametrize("ending", sorted(OTHERS))
def test_our_own_reader_gives_it_back(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"x{ending}"
    write_playlist(path, playlist(tmp_path))
    (found,) = read_playlist_file(path)
    assert found.name == "Evening & <rain>"
    assert [(entry.artist, entry.title) for entry in found.entries] == [(f"Ann <{n}>", f"T & {n}") for n in range(6)]
    lengths = {62.0} if ending.startswith(".m3u") else {61.5}
    assert {entry.duration_s for entry in found.entries} == lengths


def test_the_lines_of_an_m3u8() -> None:
    entries = (
        Entry("/music/a/one.mp3", "Ann", "One\nmore", "First", 61.4),
        Entry("", "Bob", "Nowhere"),
        Entry("/other/#2.mp3", "", "Two"),
    )
    content = render_playlist(Playlist("My\tlist", entries), "m3u8", Path("/other"))
    assert content.decode() == (
        "#EXTM3U\n#PLAYLIST:My list\n"
        "#EXTINF:61,Ann - One more\n#EXTALB:First\n../music/a/one.mp3\n"
        "#EXTINF:-1,Two\n./#2.mp3\n"
    )


def test_names_without_a_file_stay_in_xspf_and_jspf() -> None:
    alone = Playlist("", (Entry("", "Bob", "Nowhere\x00\x0b"),))
    root = ElementTree.fromstring(render_playlist(alone, "xspf", Path("/m")))  # noqa: S314 - so too
    (track,) = root.iter(f"{SPACE}track")
    assert [(part.tag.removeprefix(SPACE), part.text) for part in track] == [("title", "Nowhere�"), ("creator", "Bob")]
    document = json.loads(render_playlist(alone, "jspf", Path("/m")))
    assert document["playlist"]["track"] == [{"title": "Nowhere\x00", "creator": "Bob"}]


def test_a_linked_folder_is_left_by_its_real_way_up(tmp_path: Path) -> None:
    music, real = tmp_path / "music", tmp_path / "disk" / "lists"
    music.mkdir()
    real.mkdir(parents=True)
    (music / "one.mp3").touch()
    (tmp_path / "lists").symlink_to(real)
    relative = relative_to(str(music / "one.mp3"), tmp_path / "lists")
    assert (tmp_path / "lists" / relative).samefile(music / "one.mp3")
    assert relative_to(str(tmp_path / "lists" / "in.mp3"), tmp_path / "lists") == "in.mp3"


def test_a_file_that_is_there_stays_unless_told(tmp_path: Path) -> None:
    path = tmp_path / "x.m3u8"
    path.write_text("mine")
    with pytest.raises(PlaylistError, match=r"is there already.*--force"):
        write_playlist(path, playlist(tmp_path))
    assert path.read_text() == "mine"
    write_playlist(path, playlist(tmp_path), overwrite=True)
    assert path.read_text().startswith("#EXTM3U")


@pytest.mark.parametrize("name", ["two\nlines.mp3", "end .mp3 ", "u\u2028.mp3"])
def test_a_path_that_is_no_line_is_refused_before_anything_is_written(tmp_path: Path, name: str) -> None:
    odd = Playlist("x", (Entry(str(tmp_path / name), "Ann", "One"),))
    with pytest.raises(PlaylistError, match="cannot stand in an m3u8") as caught:
        write_playlist(tmp_path / "x.m3u8", odd)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())
    write_playlist(tmp_path / "x.xspf", odd)
    assert xspf_paths((tmp_path / "x.xspf").read_bytes()) == [name]


def test_other_endings_and_closed_folders_are_clear_lines(tmp_path: Path) -> None:
    with pytest.raises(PlaylistError, match=r"no playlist format 'txt'.*m3u8"):
        write_playlist(tmp_path / "x.txt", playlist(tmp_path))
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot write"):
        write_playlist(tmp_path / "file" / "x.m3u8", playlist(tmp_path))
