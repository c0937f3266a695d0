from pathlib import Path

import pytest

from indexers.catalog.tags import Tags, read_tags, title_from, year_from


@pytest.mark.parametrize(
    ("stem", "title"),
    [
        ("01 - Name", "Name"),
        ("01. Name", "Name"),
        ("01 Name", "Name"),
        ("12_Name_of_it", "Name of it"),
        ("1-03 Name", "Name"),
        ("7) Name", "Name"),
        ("Some_long__name", "Some long name"),
        ("99 Luftballons", "99 Luftballons"),
        ("1999", "1999"),
        ("7 rings", "7 rings"),
        ("1-100032-A-0", "1-100032-A-0"),
        ("99.9 FM", "99.9 FM"),
        ("01", "01"),
        ("05 -", "05 -"),
        ("___", "___"),
        ("Artist - Title", "Artist - Title"),
        ("06 - 06", "06 - 06"),
    ],
)
def test_a_name_gives_a_title(stem: str, title: str) -> None:
    assert title_from(stem) == title


@pytest.mark.parametrize(
    ("date", "year"),
    [
        ("1999", 1999),
        ("1999-05-01", 1999),
        ("19990501", 1999),
        ("01/05/1999", 1999),
        ("May 1999", 1999),
        (2004, 2004),
        ("", None),
        (None, None),
        ("99", None),
        ("0000", None),
        ("123456", None),
    ],
)
def test_a_year_is_found_in_a_date(date: object, year: int | None) -> None:
    assert year_from(date) == year


def id3(**frames: str) -> bytes:
    """An ID3v2.3 tag with text frames in UTF-16."""
    body = b""
    for name, text in frames.items():
        content = b"\x01" + text.encode("utf-16")
        body += name.encode() + len(content).to_bytes(4, "big") + b"\x00\x00" + content
    size = len(body)
    packed = bytes([size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127])
    return b"ID3\x03\x00\x00" + packed + body


def test_tags_are_read_and_brought_to_one_line(tmp_path: Path) -> None:
    path = tmp_path / "07 - wrong.mp3"
    path.write_bytes(
        id3(
            TIT2="Tïtle\nof two lines",
            TPE1=" Ärtist &quot;Q&quot; &#38; Co;&copy ",
            TALB="Album",
            TCON="Rock",
            TYER="1979",
            TRCK="3/12",
        )
    )
    assert read_tags(path) == Tags("Tïtle of two lines", 'Ärtist "Q" & Co;&copy', "Album", "Rock", 1979, 3)


def test_an_album_artist_stands_in_and_a_name_for_a_title(tmp_path: Path) -> None:
    path = tmp_path / "07 - the_name.mp3"
    path.write_bytes(id3(TPE2="Various", TIT2="  "))
    assert read_tags(path) == Tags(title="the name", artist="Various")


def test_damaged_tags_are_told_and_cost_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "x.flac"
    path.write_bytes(b"fLaC" + b"\x84\xff\xff\xff" + b"\xff" * 10)
    tags = read_tags(path)
    assert tags.title == "x"
    assert tags.artist is None


def test_a_container_without_known_tags_goes_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "02. clip.mkv"
    path.write_bytes(b"\x1aE\xdf\xa3" + b"\x00" * 64)
    assert read_tags(path) == Tags(title="clip")


def test_a_file_that_vanished_is_told(tmp_path: Path) -> None:
    assert "its tags cannot be read" in read_tags(tmp_path / "gone.mp3").problem
