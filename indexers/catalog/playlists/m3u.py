"""M3U, M3U8 and PLS: one location a line, with a few words beside it."""

import re
from pathlib import Path

from indexers.catalog.playlists.entry import Entry, Playlist

EXTINF = re.compile(r"^#EXTINF:\s*(-?\d+(?:\.\d+)?)?(?:\s+[\w-]+=\"[^\"]*\")*\s*,?(.*)$", re.IGNORECASE)
PLS_LINE = re.compile(r"^(File|Title|Length)(\d+)\s*=(.*)$", re.IGNORECASE)


def read_m3u(path: Path) -> tuple[Playlist, ...]:
    """Read an M3U file; EXTINF, EXTALB, EXTART and PLAYLIST lines are understood, other comments passed over."""
    name, entries = path.stem, []
    said: dict[str, str] = {}
    for line in map(str.strip, decode(path.read_bytes()).splitlines()):
        directive, _, value = line.partition(":")
        if found := EXTINF.match(line):
            said |= {"seconds": found.group(1) or "", "text": found.group(2)}
        elif directive.upper() == "#PLAYLIST":
            name = value.strip() or name
        elif directive.upper() in {"#EXTALB", "#EXTART"}:
            said[directive.upper()] = value.strip()
        elif line and not line.startswith("#"):
            entries.append(_entry(line, said))
            said = {}
    return (Playlist(name, tuple(entries)),)


def read_pls(path: Path) -> tuple[Playlist, ...]:
    """Read a PLS file; entries come in the order of their numbers."""
    numbered: dict[int, dict[str, str]] = {}
    for line in map(str.strip, decode(path.read_bytes()).splitlines()):
        if found := PLS_LINE.match(line):
            numbered.setdefault(int(found.group(2)), {})[found.group(1).lower()] = found.group(3).strip()
    entries = [
        _entry(said["file"], {"seconds": said.get("length", ""), "text": said.get("title", "")})
        for _, said in sorted(numbered.items())
        if said.get("file")
    ]
    return (Playlist(path.stem, tuple(entries)),)


def decode(content: bytes) -> str:
    """Read text that does not say how it is encoded: by its mark, as UTF-8, or else as Windows wrote it."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _entry(location: str, said: dict[str, str]) -> Entry:
    artist, dash, title = said.get("text", "").strip().partition(" - ")
    if not dash:
        artist, title = "", artist
    artist = artist or said.get("#EXTART", "")
    return Entry(location, artist.strip(), title.strip(), said.get("#EXTALB", ""), _seconds(said.get("seconds", "")))


def _seconds(text: str) -> float:
    """Read a length; -1 and nonsense mean that it is not known."""
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else 0.0
