"""Playlists as people paste them: a track a line, or the whole content of a playlist file."""

import re

from indexers.catalog.playlists.entry import Entry, Playlist

NUMBERED = re.compile(r"^\s*(?:#?\d{1,5}\s*[.):\t]\s*|[-*•]\s+)(?=\S)")
COMMENT = re.compile(r"#(?!\d{1,5}\s*[.):])")
DASH = re.compile(r"\s+[-–—―]\s+|\s*\t\s*")
CLOCK = re.compile(r"\s*[\[(]?\b\d{1,2}:\d{2}(?::\d{2})?[\])]?\s*$")
PATH = re.compile(
    r"^(?:file://|/|~/|\.{1,2}/|[a-zA-Z]:[\\/])|[\\/].*\.\w{2,5}$|^\S+\.(?:mp3|flac|ogg|opus|m4a|wav)$", re.I
)
SIGNS = (("<", ".xspf"), ("{", ".json"), ("[playlist]", ".pls"), ("#EXTM3U", ".m3u8"), ("#EXTINF", ".m3u8"))


def format_of(text: str) -> str:
    """The ending of the playlist format that a text is written in; empty where it is plain lines."""
    start = text.lstrip("\ufeff \t\r\n")[:20].upper()
    return next((ending for sign, ending in SIGNS if start.startswith(sign.upper())), "")


def read_lines(text: str, name: str = "") -> Playlist:
    """Read "artist - title" or a path a line; numbers, bullets and lengths around them, and comments, are passed over.

    A line without a dash is a title, which is known only where its artist does not matter.
    """
    lines = (line.strip() for line in text.lstrip("\ufeff").splitlines())
    return Playlist(name, tuple(_entry(line) for line in lines if line and not COMMENT.match(line)))


def _entry(line: str) -> Entry:
    if PATH.search(line):
        return Entry(location=line)
    bare = CLOCK.sub("", NUMBERED.sub("", line)) or line
    artist, *rest = DASH.split(bare, maxsplit=1)
    return Entry(artist=artist.strip(), title=rest[0].strip()) if rest else Entry(title=bare)
