"""Playlists and paths over a library that was really scanned and built, by the engine and by the command line."""

import json
import shutil
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from engine import Engine, Pasted, Uploaded
from engine.cli import app
from indexers.errors import PlaylistError, QueryError

HIGH = "high\\whistle.wav\nC:\\Music\\high\\whistle again.wav\nhigh/Café.mp3\n"
LOW = "#EXTM3U\n#PLAYLIST:low rain\n../low/deep tone.wav\n../low/deep tone.wav\n"


@pytest.fixture(scope="module")
def root(music, tmp_path_factory):
    """A folder of sounds and two playlists: one of Windows, in its encoding, and one in a folder of its own."""
    folder = tmp_path_factory.mktemp("listed") / "music"
    shutil.copytree(music, folder)
    (folder / "high tones.m3u").write_bytes(HIGH.encode("cp1252"))
    (folder / "lists").mkdir()
    (folder / "lists" / "low.m3u8").write_text(LOW)
    return folder


@pytest.fixture(scope="module")
def engine(root, tmp_path_factory):
    library = tmp_path_factory.mktemp("listed-library")
    (library / "segue.toml").write_text(
        "format = 1\n[scan]\nworkers = 1\n[continuation]\nrelevance = 1.0\n"
        '[analysis]\nencoders = ["fake"]\ntext = "fake-text"\nwindows = 3\nworkers = 1\n'
    )
    engine = Engine.open(library)
    engine.scan([root])
    engine.rebuild()
    return engine


def segue(engine, *words):
    return CliRunner().invoke(app, [*(str(word) for word in words), "--library", str(engine.library.root)])


def titles(answer):
    return [track.title for track in answer.tracks]


def test_a_playlist_of_the_library_by_name_and_by_id(engine):
    table = engine.playlists()
    assert table.select("name", "n_tracks", "n_matched").rows() == [("high tones", 3, 2), ("low rain", 2, 2)]
    answer = engine.continue_playlist("LOW rain", 2)
    assert [(seed.title, seed.tier) for seed in answer.seeds] == [("deep tone", "path")]
    assert titles(answer) == ["deeper tone", "rain on a roof"]
    assert answer.name == "low rain"
    assert titles(engine.continue_playlist(table["playlist_id"][1], 2)) == titles(answer)


def test_a_windows_playlist_in_its_own_encoding(engine, root):
    answer = engine.continue_playlist(root / "high tones.m3u", 1)
    assert [seed.title for seed in answer.seeds] == ["whistle", "whistle again"]
    assert [(entry.written, entry.reason) for entry in answer.unmatched] == [("high/Café.mp3", "unmatched")]
    assert titles(answer) == ["shrill whistle"]
    assert answer.tracks[0].nearest_seed in {"whistle", "whistle again"}
    upload = Uploaded("high tones.m3u", HIGH.encode("cp1252"))
    assert titles(engine.continue_playlist(upload, 1)) == ["shrill whistle"]


def test_every_form_of_one_playlist_is_continued_alike(engine, root):
    track_id = next(seed.track_id for seed in engine.continue_playlist("low rain").seeds)
    forms = ([track_id], [track_id[:8]], [str(root / "low" / "deep tone.wav")], Pasted("low/deep tone.wav"))
    found = [engine.continue_playlist(form, 5, name="low rain") for form in forms]
    assert {tuple(titles(answer)) for answer in found} == {tuple(titles(engine.continue_playlist("low rain", 5)))}
    assert len(found[0].tracks) == 5


def test_a_name_alone_and_an_empty_playlist(engine, tmp_path):
    assert titles(engine.continue_playlist((), 1, name="rain on a roof")) == ["rain on a roof"]
    empty = tmp_path / "whistle again.m3u8"
    empty.write_text("#EXTM3U\n")
    assert titles(engine.continue_playlist(empty, 1)) == ["whistle again"]  # the file's name says it
    (tmp_path / "xyzzy.m3u8").write_text("#EXTM3U\nnowhere.mp3\n")
    with pytest.raises(PlaylistError, match=r"none of the 1 tracks of .*xyzzy\.m3u8 is in the library"):
        engine.continue_playlist(tmp_path / "xyzzy.m3u8")


def test_no_to_a_track_and_again(engine):
    first = engine.continue_playlist("low rain", 5)
    refused = first.tracks[0].track_id
    again = engine.continue_playlist("low rain", 5, unlike=[refused])
    assert refused not in {track.track_id for track in again.tracks}
    assert len(again.tracks) == 4
    kept = engine.continue_playlist("low rain", 5, keep=[refused])
    assert [seed.track_id for seed in kept.seeds][-1] == refused


def test_the_map_and_the_neighbours_of_a_playlist(engine):
    ids = [seed.track_id for seed in engine.continue_playlist("high tones").seeds]
    assert engine.playlist_neighbours(ids)[0].name == "high tones"
    assert engine.playlist_neighbours(ids, 1)[0].shared == 2
    assert engine.playlist_map(ids)["kind"].to_list() == ["library", "library", "this"]


def test_a_scan_brings_new_playlists_without_a_rebuild(library, music):
    engine = Engine.open(library)
    assert engine.playlists().is_empty()
    assert engine.playlist_map().is_empty()
    added = library.parent / "lists"
    added.mkdir()
    (added / "new.m3u8").write_text(f"{music / 'low' / 'deep tone.wav'}\n")
    engine.scan([added])
    assert engine.playlists()["name"].to_list() == ["new"]
    assert titles(engine.continue_playlist("new", 1)) == ["deeper tone"]


def played(path: Path) -> list[Path]:
    """What a player that is not ours would play: the files of a playlist, from its own folder."""
    if path.suffix == ".m3u8":
        names = [line for line in path.read_text("utf-8").split("\n") if line and not line.startswith("#")]
    elif path.suffix == ".xspf":
        space = "{http://xspf.org/ns/0/}"
        root = ElementTree.fromstring(path.read_bytes())  # noqa: S314 - we wrote it
        names = [unquote(location.text) for location in root.iter(f"{space}location")]
    else:
        names = [unquote(track["location"][0]) for track in json.loads(path.read_text())["playlist"]["track"]]
    return [(path.parent / name).resolve() for name in names]


@pytest.mark.parametrize("ending", [".m3u8", ".xspf", ".jspf"])
def test_the_round_trip(engine, root, tmp_path, ending):
    """From m3u8 to a continued playlist, which another program plays and which we read as it was meant."""
    out = root / "lists" / f"continued{ending}"
    result = segue(engine, "continue", root / "lists" / "low.m3u8", "--k", 2, "--out", out)
    assert result.exit_code == 0, result.stderr
    files = played(out)
    assert [file.name for file in files] == ["deep tone.wav", "deeper tone.flac", "rain on a roof.wav"]
    assert all(file.is_file() for file in files)
    assert str(root) not in out.read_text("utf-8")
    again = engine.continue_playlist(out, 3)
    assert [seed.path for seed in again.seeds] == [str(file) for file in files]
    assert {seed.tier for seed in again.seeds} == {"path"}
    assert again.unmatched == ()
    assert again.name == "low rain"
    out.unlink()


def test_only_what_is_new_is_written_where_asked(engine, root, tmp_path):
    out = tmp_path / "new.m3u8"
    result = segue(engine, "continue", "low rain", "-k", 1, "--out", out, "--only-new", "--json")
    document = json.loads(result.stdout)
    assert [file.name for file in played(out)] == ["deeper tone.flac"]
    assert document["out"] == str(out)
    assert document["tracks"][0]["title"] == "deeper tone"
    assert set(document["tracks"][0]) >= {"rank", "path", "arms", "brought_by", "nearest_seed"}


def test_an_export_is_for_the_music_folder(engine, root):
    answer = engine.continue_playlist("low rain", 1)
    assert engine.music_folder() == root
    assert engine.export_playlist(answer).decode().splitlines()[-1] == "low/deeper tone.flac"
    only = engine.export_playlist([answer.tracks[0].track_id], "xspf", name="Mine", folder=root / "low")
    assert b"<location>deeper%20tone.flac</location>" in only
    with pytest.raises(QueryError, match="no track 'none'"):
        engine.export_playlist(["none"])


def test_a_file_that_is_there_is_not_replaced_unless_forced(engine, tmp_path):
    out = tmp_path / "mine.m3u8"
    out.write_text("mine")
    refused = segue(engine, "continue", "low rain", "--out", out)
    assert refused.exit_code == 1
    assert "is there already" in refused.stderr
    assert out.read_text() == "mine"
    assert segue(engine, "continue", "low rain", "--out", out, "--force").exit_code == 0
    assert len(played(out)) == 6


def test_continue_for_people(engine, root):
    result = segue(engine, "continue", root / "high tones.m3u", "-k", 1)
    assert "segue: unmatched: high/Café.mp3" in result.stderr
    assert "shrill whistle" in result.stdout
    assert "sounds alike; nearest to whistle" in result.stdout
    assert "1 tracks after 2 seeds, 1 unmatched" in result.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("continue", "nothing of this name"),
            "no playlist 'nothing of this name': give a file, or one of the library's",
        ),
        (("continue", "gone.xspf"), "No such file"),
        (("continue",), "the playlist holds no tracks"),
        (("continue", "low rain", "--k", "0"), "k = 0 is out of range"),
        (("continue", "low rain", "--unlike", "ffffffff"), "no track 'ffffffff'"),
        (("continue", "low rain", "--out", "x.txt"), "no playlist format 'txt'"),
    ],
)
def test_what_cannot_be_continued_is_one_line(engine, words, message):
    result = segue(engine, *words)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert message in result.stderr


def test_a_broken_xspf_is_one_line(engine, tmp_path):
    (tmp_path / "x.xspf").write_text("<playlist><trackList><track>")
    result = segue(engine, "continue", tmp_path / "x.xspf")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "is not valid XML" in result.stderr


def test_a_path_by_the_command_line(engine, root, tmp_path):
    low, high = root / "low" / "deeper tone.flac", root / "high" / "shrill whistle.flac"
    out = tmp_path / "way.m3u8"
    document = json.loads(segue(engine, "path", low, high, "--k", 4, "--out", out, "--json").stdout)
    steps = document["path"]
    assert [step["rank"] for step in steps] == [1, 2, 3, 4]
    assert (steps[0]["title"], steps[-1]["title"]) == ("deeper tone", "shrill whistle")
    assert len({step["track_id"] for step in steps}) == 4
    assert steps[0]["likeness"] == 1.0
    assert [str(file) for file in played(out)] == [step["path"] for step in steps]
    assert "deeper tone" in segue(engine, "path", low, high, "--k", 2).stdout


@pytest.mark.parametrize(
    ("ends", "k", "message"),
    [
        (("low/deep tone.wav", "high/whistle.wav"), 1, "k = 1 is out of range"),
        (("low/deep tone.wav", "high/whistle.wav"), 7, "no path of 7 tracks: there are 6 recordings"),
        (("low/deep tone.wav", "low/deep tone.wav"), 3, "same recording"),
        (("low/deep tone.wav", "low/none.wav"), 3, "no track"),
    ],
)
def test_what_cannot_be_walked_is_one_line(engine, root, ends, k, message):
    result = segue(engine, "path", *(root / end for end in ends), "--k", k)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert message in result.stderr
