import os
from pathlib import Path

import pytest

from indexers.catalog.walk import Found, walk


def listed(*roots: Path, follow_links: bool = True, ignored: tuple[Path, ...] = ()) -> dict[str, tuple[str, str, str]]:
    """Path under the first root to kind, state and reason."""
    found = walk(roots, follow_links=follow_links, ignored=ignored).found
    return {os.path.relpath(row.path, roots[0]): (row.kind, str(row.state), row.reason) for row in found}


def put(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


INDEXED = ("audio", "indexed", "")


def test_every_file_is_listed_with_its_kind(tmp_path: Path) -> None:
    for name in ("a.MP3", "sub/b.flac", "c.mkv", "d.m3u8", "e.jpg", "README", "sub/deep/f.opus"):
        put(tmp_path / name)
    assert listed(tmp_path) == {
        "README": ("other", "skipped", "not audio: no file name ending"),
        "a.MP3": INDEXED,
        "c.mkv": ("video", "indexed", ""),
        "d.m3u8": ("playlist", "indexed", ""),
        "e.jpg": ("other", "skipped", "not audio: .jpg"),
        "sub/b.flac": INDEXED,
        "sub/deep/f.opus": INDEXED,
    }


def test_rows_are_sorted_and_carry_size_and_time(tmp_path: Path) -> None:
    for name in ("b.mp3", "a/z.mp3", "c.mp3"):
        put(tmp_path / name, b"12345")
    os.utime(tmp_path / "c.mp3", ns=(5, 1_000_000_007))
    found = walk([tmp_path], follow_links=True).found
    assert [row.path for row in found] == [str(tmp_path / name) for name in ("a/z.mp3", "b.mp3", "c.mp3")]
    assert found[2] == Found(str(tmp_path / "c.mp3"), "audio", size_bytes=5, mtime_ns=1_000_000_007)


def test_an_empty_file_fails_and_an_empty_playlist_does_not(tmp_path: Path) -> None:
    put(tmp_path / "a.mp3", b"")
    put(tmp_path / "b.m3u", b"")
    assert listed(tmp_path) == {
        "a.mp3": ("audio", "failed", "empty file (0 bytes)"),
        "b.m3u": ("playlist", "indexed", ""),
    }


def test_hidden_media_and_folders_are_told_and_other_hidden_files_left_out(tmp_path: Path) -> None:
    for name in (".a.mp3", "._b.mp3", ".DS_Store", ".trash/c.mp3"):
        put(tmp_path / name)
    assert listed(tmp_path) == {
        ".a.mp3": ("audio", "skipped", "hidden file"),
        "._b.mp3": ("audio", "skipped", "hidden file"),
        ".trash": ("other", "skipped", "hidden folder, not entered"),
    }


def test_a_hidden_root_is_entered(tmp_path: Path) -> None:
    put(tmp_path / ".music" / "a.mp3")
    assert listed(tmp_path / ".music") == {"a.mp3": INDEXED}


def test_a_loop_of_links_ends_and_is_told(tmp_path: Path) -> None:
    put(tmp_path / "a" / "x.mp3")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    (tmp_path / "0first").symlink_to(tmp_path / "a")  # comes before the folder itself, which keeps its own name
    found = listed(tmp_path)
    assert found["a/x.mp3"] == INDEXED
    assert found["a/loop"] == ("other", "skipped", f"link to a folder scanned as {tmp_path}")
    assert found["0first"] == ("other", "skipped", f"link to a folder scanned as {tmp_path / 'a'}")
    assert len(found) == 3


def test_a_link_out_of_the_folder_is_followed(tmp_path: Path) -> None:
    put(tmp_path / "elsewhere" / "x.mp3")
    (tmp_path / "music").mkdir()
    (tmp_path / "music" / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "music" / "y.mp3").symlink_to(tmp_path / "elsewhere" / "x.mp3")
    assert listed(tmp_path / "music") == {"link/x.mp3": INDEXED, "y.mp3": INDEXED}


def test_links_are_told_where_they_are_not_followed(tmp_path: Path) -> None:
    put(tmp_path / "x.mp3")
    (tmp_path / "y.mp3").symlink_to(tmp_path / "x.mp3")
    reason = "symbolic link; set scan.follow_links to follow it"
    assert listed(tmp_path, follow_links=False) == {"x.mp3": INDEXED, "y.mp3": ("audio", "skipped", reason)}


def test_broken_links_and_links_to_themselves_fail(tmp_path: Path) -> None:
    (tmp_path / "gone.mp3").symlink_to(tmp_path / "nowhere.mp3")
    (tmp_path / "self.mp3").symlink_to(tmp_path / "self.mp3")
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
    found = listed(tmp_path)
    assert found["gone.mp3"][1:] == ("failed", "cannot be read: No such file or directory; mend or delete it")
    assert found["self.mp3"][1] == "failed"
    assert found["gone.txt"] == ("other", "skipped", "not audio: .txt")


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.mp3")
    assert listed(tmp_path) == {"a.mp3": ("audio", "skipped", "not a regular file")}


def test_odd_but_valid_names_are_taken(tmp_path: Path) -> None:
    names = ["a\nb.mp3", "quo'te\".mp3", "Ünï·日本.mp3", " .mp3", "back\\slash.mp3"]
    for name in names:
        put(tmp_path / name)
    assert listed(tmp_path) == dict.fromkeys(names, INDEXED)


def test_names_that_are_not_utf8_fail_readably(tmp_path: Path) -> None:
    for name in (b"\xe9.mp3", b"\xe9.txt", b"f\xe9/x.mp3"):
        put(tmp_path / os.fsdecode(name))
    remedy = "rename it with characters in UTF-8"
    assert listed(tmp_path) == {
        "\\xe9.mp3": ("audio", "failed", f"its name is not valid UTF-8; {remedy}"),
        "\\xe9.txt": ("other", "skipped", "not audio: .txt"),
        "f\\xe9": ("other", "failed", f"folder not entered: its name is not valid UTF-8; {remedy}"),
    }


@pytest.fixture
def not_root() -> None:
    if os.geteuid() == 0:
        pytest.skip("the superuser may read everything")


def test_without_permission_folder_and_file_fail(tmp_path: Path, not_root: None) -> None:
    put(tmp_path / "shut" / "a.mp3")
    put(tmp_path / "b.mp3").chmod(0)
    (tmp_path / "shut").chmod(0)
    try:
        listing = walk([tmp_path], follow_links=True)
    finally:
        (tmp_path / "shut").chmod(0o700)
    assert listing.closed == (str(tmp_path / "shut"),)
    assert [row.reason for row in listing.found] == [
        "no permission to read it; give permission and scan again",
        "folder cannot be read: Permission denied; give permission to read it",
    ]


def test_a_folder_that_refuses_is_told_and_the_rest_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "shut" / "a.mp3")
    put(tmp_path / "open" / "b.mp3")
    allowed = os.scandir

    def scandir(folder: str) -> object:
        if folder.endswith("shut"):
            raise PermissionError(13, "Permission denied", folder)
        return allowed(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    listing = walk([tmp_path], follow_links=True)
    assert listing.closed == (str(tmp_path / "shut"),)
    assert [(row.path, str(row.state)) for row in listing.found] == [
        (str(tmp_path / "open" / "b.mp3"), "indexed"),
        (str(tmp_path / "shut"), "failed"),
    ]


def test_the_librarys_own_files_are_passed_over(tmp_path: Path) -> None:
    put(tmp_path / "lib" / "cache" / "a.mp3")
    put(tmp_path / "b.mp3")
    assert listed(tmp_path, ignored=(tmp_path / "lib" / "cache",)) == {"b.mp3": INDEXED}


def test_a_root_may_be_a_file(tmp_path: Path) -> None:
    path = put(tmp_path / "a.mp3")
    assert [row.path for row in walk([path], follow_links=True).found] == [str(path)]
