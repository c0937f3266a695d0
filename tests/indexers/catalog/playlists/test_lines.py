"""Playlists as people paste them."""

import pytest

from indexers.catalog.playlists.entry import Entry
from indexers.catalog.playlists.lines import format_of, read_lines


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        ("Ann - One", Entry("", "Ann", "One")),
        ("Ann – One (Live)", Entry("", "Ann", "One (Live)")),
        ("Ann - One - Two", Entry("", "Ann", "One - Two")),
        ("1. Ann - One", Entry("", "Ann", "One")),
        ("  12) Ann - One  3:45", Entry("", "Ann", "One")),
        ("#3: Ann - One [1:02:03]", Entry("", "Ann", "One")),
        ("- Ann - One", Entry("", "Ann", "One")),
        ("Ann\tOne", Entry("", "Ann", "One")),
        ("99 - Luftballons", Entry("", "99", "Luftballons")),
        ("AC/DC - Thunderstruck", Entry("", "AC/DC", "Thunderstruck")),
        ("Jay-Z - 99 Problems", Entry("", "Jay-Z", "99 Problems")),
        ("Only a title", Entry("", "", "Only a title")),
        ("/music/a b.mp3", Entry("/music/a b.mp3")),
        ("C:\\Music\\Ann - One.flac", Entry("C:\\Music\\Ann - One.flac")),
        ("albums/Ann - One.ogg", Entry("albums/Ann - One.ogg")),
        ("one.mp3", Entry("one.mp3")),
        ("file:///m/one.mp3", Entry("file:///m/one.mp3")),
    ],
)
def test_a_line_is_a_name_or_a_path(line: str, entry: Entry) -> None:
    (found,) = read_lines(line).entries
    assert found == entry


def test_empty_lines_and_comments_are_passed_over() -> None:
    assert read_lines("\ufeff\n# mine\n\nAnn - One\r\n \nBob - Two", "Mine").entries == (
        Entry("", "Ann", "One"),
        Entry("", "Bob", "Two"),
    )
    assert read_lines(" \n").entries == ()


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        ("#EXTM3U\na.mp3", ".m3u8"),
        ("\ufeff\n#extinf:1,x\na.mp3", ".m3u8"),
        ("[playlist]\nFile1=a", ".pls"),
        ("<?xml version='1.0'?>", ".xspf"),
        (' {"playlist": {}}', ".json"),
        ("Ann - One", ""),
        ("", ""),
    ],
)
def test_the_content_of_a_file_is_known_by_its_beginning(text: str, ending: str) -> None:
    assert format_of(text) == ending
