"""XSPF: playlists in XML."""

import re
from pathlib import Path
from xml.etree import ElementTree

from indexers.catalog.playlists.entry import Entry, Playlist
from indexers.catalog.playlists.m3u import decode
from indexers.errors import PlaylistError

NAMESPACE = re.compile(r"^\{[^}]*\}")
DECLARED = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


def read_xspf(path: Path) -> tuple[Playlist, ...]:
    """Read an XSPF file, with or without its namespace.

    Raises:
        PlaylistError: it is not XML, or declares entities, which could name other files or grow without end.
    """
    text = decode(path.read_bytes())
    if DECLARED.search(text.encode("utf-8")):
        raise PlaylistError(f"playlist {path} declares a document type: export it again as plain XSPF")
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - entities were refused above
    except ElementTree.ParseError as error:
        raise PlaylistError(f"playlist {path} is not valid XML ({error}): export it again") from error
    tracks = [element for element in root.iter() if _name(element) == "track"]
    return (Playlist(_text(root, "title") or path.stem, tuple(_entry(track) for track in tracks)),)


def _entry(track: ElementTree.Element) -> Entry:
    milliseconds = _text(track, "duration")
    return Entry(
        location=_text(track, "location"),
        artist=_text(track, "creator"),
        title=_text(track, "title"),
        album=_text(track, "album"),
        duration_s=int(milliseconds) / 1000 if milliseconds.isdecimal() else 0.0,
    )


def _text(element: ElementTree.Element, name: str) -> str:
    return next(((child.text or "").strip() for child in element if _name(child) == name), "")


def _name(element: ElementTree.Element) -> str:
    return NAMESPACE.sub("", element.tag)
