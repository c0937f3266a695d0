"""Playlists as files that other programs read: m3u8, xspf and jspf, with paths relative to the file's own folder."""

import json
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

from indexers.catalog.playlists.entry import Entry, Playlist
from indexers.errors import PlaylistError
from indexers.files import write_atomically

XSPF_NAMESPACE = "http://xspf.org/ns/0/"
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_playlist(path: Path, playlist: Playlist, *, overwrite: bool = False) -> None:
    """Write a playlist file in one step, in the format that its ending names.

    Args:
        path: Ends in .m3u8, .m3u, .xspf or .jspf.
        playlist: Its entries' locations are absolute paths; an entry without one is written by name where the format
            can, which m3u8 cannot.
        overwrite: Whether a file that is there may be replaced.

    Raises:
        PlaylistError: the ending is none of these, the file is there, or a path cannot be written in its format.
        StorageError: the disk refused.
    """
    ending = path.suffix.lower()
    path = path.expanduser().absolute()
    content = render_playlist(playlist, ending.removeprefix("."), path.parent)
    if path.exists() and not overwrite:
        raise PlaylistError(f"{path} is there already: name another file, or say --force to replace it")
    write_atomically(path, lambda temporary: temporary.write_bytes(content))


def render_playlist(playlist: Playlist, form: str, folder: Path) -> bytes:
    """Give the content of a playlist file.

    Args:
        playlist: See `write_playlist`.
        form: "m3u8", "m3u", "xspf" or "jspf".
        folder: The absolute folder that the file is for.

    Raises:
        PlaylistError: there is no such format, or a path cannot be written in it.
    """
    if form not in WRITERS:
        raise PlaylistError(f"no playlist format {form!r} to write; there are {', '.join(WRITERS)}")
    located = [Entry(relative_to(entry.location, folder), *_names(entry)) for entry in playlist.entries]
    return WRITERS[form](_one_line(playlist.name), located).encode("utf-8", "surrogateescape")


def relative_to(location: str, folder: Path) -> str:
    """A path as seen from a folder, with slashes; where the way leads up, past symbolic links; "" for no path."""
    if not location:
        return ""
    inside = os.path.relpath(location, folder)
    if inside.startswith(os.pardir + os.sep) and (real := os.path.realpath(folder)) != str(folder):
        inside = os.path.relpath(os.path.realpath(location), real)
    return inside.replace(os.sep, "/")


def _names(entry: Entry) -> tuple[str, str, str, float]:
    return _one_line(entry.artist), _one_line(entry.title), _one_line(entry.album), entry.duration_s


def _m3u8(name: str, entries: Sequence[Entry]) -> str:
    """Extended M3U: names and lengths as comments, and a path a line."""
    lines = ["#EXTM3U"]
    lines += [f"#PLAYLIST:{name}"] if name else []
    for entry in entries:
        if not entry.location:
            continue
        if entry.location.splitlines() != [entry.location.strip()]:
            raise PlaylistError(f"{entry.location!r} cannot stand in an m3u8 file, a path a line: write .xspf instead")
        seconds = round(entry.duration_s) if entry.duration_s > 0 else -1
        lines.append(f"#EXTINF:{seconds},{' - '.join(part for part in (entry.artist, entry.title) if part)}")
        lines += [f"#EXTALB:{entry.album}"] if entry.album else []
        lines.append(f"./{entry.location}" if entry.location.startswith("#") else entry.location)
    return "\n".join(lines) + "\n"


def _xspf(name: str, entries: Sequence[Entry]) -> str:
    """XSPF, version 1 of its namespace 0."""
    root = ElementTree.Element("playlist", version="1", xmlns=XSPF_NAMESPACE)
    _add(root, "title", name)
    tracks = ElementTree.SubElement(root, "trackList")
    for entry in entries:
        track = ElementTree.SubElement(tracks, "track")
        _add(track, "location", _uri(entry.location))
        _add(track, "title", entry.title)
        _add(track, "creator", entry.artist)
        _add(track, "album", entry.album)
        _add(track, "duration", _milliseconds(entry))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _jspf(name: str, entries: Sequence[Entry]) -> str:
    """JSPF: XSPF in JSON, where a location is a list."""
    tracks = [
        {
            **({"location": [_uri(entry.location)]} if entry.location else {}),
            **{key: text for key, text in (("title", entry.title), ("creator", entry.artist)) if text},
            **({"album": entry.album} if entry.album else {}),
            **({"duration": int(milliseconds)} if (milliseconds := _milliseconds(entry)) else {}),
        }
        for entry in entries
    ]
    return json.dumps({"playlist": {"title": name, "track": tracks}}, indent=2, ensure_ascii=False) + "\n"


WRITERS: dict[str, Callable[[str, Sequence[Entry]], str]] = {
    "m3u8": _m3u8,
    "m3u": _m3u8,
    "xspf": _xspf,
    "jspf": _jspf,
}


def _add(parent: ElementTree.Element, tag: str, text: str) -> None:
    if text:
        ElementTree.SubElement(parent, tag).text = NOT_IN_XML.sub("\ufffd", text)


def _milliseconds(entry: Entry) -> str:
    return str(round(1000 * entry.duration_s)) if entry.duration_s > 0 else ""


def _uri(location: str) -> str:
    return quote(os.fsencode(location))


def _one_line(text: str) -> str:
    return " ".join(text.split())
