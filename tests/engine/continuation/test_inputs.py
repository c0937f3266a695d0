"""A playlist in any form comes down to the same entries."""

import json

import pytest

from engine.continuation.inputs import Pasted, Uploaded, draft_of_file, draft_of_text, draft_of_upload
from indexers.catalog.playlists.entry import Entry
from indexers.errors import PlaylistError

M3U = "#EXTM3U\n#EXTINF:10,Ann - Café\na/one.mp3\n"
ONE = (Entry("a/one.mp3", "Ann", "Café", "", 10.0),)
SEVERAL = {"playlists": [{"name": "Rain", "pid": 1, "tracks": []}, {"name": "Sun", "pid": 2, "tracks": ["a.mp3"]}]}


def test_pasted_lines_and_pasted_files_have_no_name_of_their_own():
    lines = draft_of_text(Pasted("Ann - Café\nBob - Two"))
    assert lines.entries == (Entry("", "Ann", "Café"), Entry("", "Bob", "Two"))
    file = draft_of_text(Pasted(M3U))
    assert file.entries == ONE
    assert (lines.name, lines.named, file.name, file.named) == ("", False, "", False)
    assert draft_of_text(Pasted(M3U + "#PLAYLIST:Evening\n")).name == "Evening"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_an_uploaded_file_is_called_by_its_name(encoding):
    draft = draft_of_upload(Uploaded("C/Rainy piano.m3u", M3U.encode(encoding)), "")
    assert (draft.name, draft.named, draft.called, draft.entries) == ("Rainy piano", False, "Rainy piano.m3u", ONE)


def test_a_file_knows_its_folder(tmp_path):
    path = tmp_path / "x.m3u8"
    path.write_text("#PLAYLIST:Evening\n" + M3U)
    draft = draft_of_file(path, "")
    assert (draft.name, draft.named, draft.folder, draft.entries) == ("Evening", True, str(tmp_path), ONE)


def test_one_of_several_is_chosen_by_name_or_id():
    upload = Uploaded("slice.json", json.dumps(SEVERAL).encode())
    assert draft_of_upload(upload, "Sun").entries == (Entry("a.mp3"),)
    assert draft_of_upload(upload, "mpd-2").entries == (Entry("a.mp3"),)
    with pytest.raises(PlaylistError, match=r"slice\.json holds 2 playlists \('Rain', 'Sun'.*say the name"):
        draft_of_upload(upload, "Snow")


@pytest.mark.parametrize(
    ("filename", "content", "message"),
    [
        ("x.xspf", b"<playlist>", r"^playlist x\.xspf is not valid XML"),
        ("x.xspf", b"\xff\x00\x12", r"^playlist x\.xspf is not valid XML"),
        ("x.doc", b"", r"^playlist x\.doc is not one of \.m3u"),
        ("", b"", "^playlist playlist is not one of"),
        ("x.json", b"[]", r"^x\.json holds no playlist"),
        ("y" * 300 + "\0.xspf", b"<playlist>", r"^playlist y{55}\.xspf is not valid XML"),
    ],
)
def test_a_damaged_upload_is_one_line_that_names_it_alone(filename, content, message):
    with pytest.raises(PlaylistError, match=message) as caught:
        draft_of_upload(Uploaded(filename, content), "")
    assert "\n" not in str(caught.value)
    assert "segue-playlist-" not in str(caught.value)
