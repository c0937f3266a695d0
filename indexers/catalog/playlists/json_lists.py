"""JSPF, slices of the Million Playlist Dataset, and JSON lines."""

import gzip
import json
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from indexers.catalog.playlists.entry import Entry, Playlist
from indexers.catalog.playlists.m3u import decode
from indexers.errors import PlaylistError

Json = Mapping[str, Any]
ARTIST, TITLE = ("artist", "artist_name", "creator"), ("title", "track_name", "track")
ALBUM, LOCATION = ("album", "album_name"), ("location", "path", "file", "identifier")


def read_jspf(path: Path) -> tuple[Playlist, ...]:
    """Read a JSPF file.

    Raises:
        PlaylistError: it is not JSON, or no playlist.
    """
    try:
        document = json.loads(decode(path.read_bytes()))
    except (ValueError, RecursionError) as error:
        raise PlaylistError(f"playlist {path} is not valid JSON ({error}): export it again") from error
    found = _from_document(document, path)
    if not found:
        raise PlaylistError(f"playlist {path} has no `playlist` with a list of `track`: export it again")
    return found


def read_json(path: Path) -> tuple[Playlist, ...]:
    """Read a JSON file that may be a JSPF playlist or a slice of the Million Playlist Dataset; others give none."""
    try:
        document = json.loads(decode(path.read_bytes()))
    except (ValueError, RecursionError):
        return ()  # JSON of any other use lies in music folders too
    return _from_document(document, path)


def read_jsonl(path: Path) -> tuple[Playlist, ...]:
    """Read playlists, one a line, whose `tracks` holds [artist, title] pairs or objects; other JSON lines give none.

    Raises:
        PlaylistError: a later line is not a playlist.
    """
    playlists: list[Playlist] = []
    opener = gzip.open if path.suffix.lower() == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8-sig", errors="replace") as stream:
            for number, line in enumerate(stream, start=1):
                if not line.strip():
                    continue
                found = _from_line(line, f"{path.stem} {number}")
                if not found and not playlists:
                    return ()
                if not found:
                    raise PlaylistError(f"playlist {path}, line {number} is not a JSON object with `tracks`: mend it")
                playlists += found
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise PlaylistError(f"playlist {path} is not a whole gzip file ({error}): fetch it again") from error
    return tuple(playlists)


def _from_line(line: str, name: str) -> tuple[Playlist, ...]:
    try:
        table = json.loads(line)
    except (ValueError, RecursionError):
        return ()
    if not isinstance(table, dict) or not isinstance(table.get("tracks"), list):
        return ()
    return (_playlist(table, table["tracks"], name, str(table.get("playlist_id", ""))),)


def _from_document(document: object, path: Path) -> tuple[Playlist, ...]:
    if not isinstance(document, dict):
        return ()
    jspf, mpd = document.get("playlist"), document.get("playlists")
    if isinstance(jspf, dict) and isinstance(jspf.get("track"), list):
        return (_playlist(jspf, jspf["track"], path.stem, ""),)
    slices = [table for table in mpd if isinstance(table, dict)] if isinstance(mpd, list) else []
    return tuple(
        _playlist(table, table["tracks"], f"{path.stem} {row}", f"mpd-{table['pid']}" if "pid" in table else "")
        for row, table in enumerate(slices)
        if isinstance(table.get("tracks"), list)
    )


def _playlist(table: Json, tracks: list[Any], name: str, given_id: str) -> Playlist:
    curator, source, date = (_first(table, (key,)) for key in ("curator", "source", "date"))
    name = _first(table, ("name", "title")) or f"{curator} {date}".strip() or name
    entries = tuple(_entry(track) for track in tracks)
    return Playlist(name, entries, given_id, curator, source, _iso_day(table, date))


def _iso_day(table: Json, date: str) -> str:
    """Read a day: `date` (YYYY-MM-DD…), or `modified_at` in seconds since 1970, the Million Playlist Dataset's way."""
    modified = table.get("modified_at")
    try:
        if date:
            return datetime.fromisoformat(date).date().isoformat()
        if isinstance(modified, int | float):
            return datetime.fromtimestamp(modified, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        pass  # a day that cannot be read is a day that is not said
    return ""


def _entry(track: object) -> Entry:
    if isinstance(track, str):
        return Entry(location=track)
    if isinstance(track, list):
        artist, title = [*(str(part or "").strip() for part in track[:2]), "", ""][:2]
        return Entry(artist=artist, title=title)
    if not isinstance(track, dict):
        return Entry()
    return Entry(_first(track, LOCATION), _first(track, ARTIST), _first(track, TITLE), _first(track, ALBUM), _s(track))


def _first(table: Json, names: tuple[str, ...]) -> str:
    """Give the first of these that is said; JSPF says a location as a list."""
    for name in names:
        value = table.get(name)
        value = value[0] if isinstance(value, list) and value else value
        if isinstance(value, str | int) and str(value).strip():
            return str(value).strip()
    return ""


def _s(track: Json) -> float:
    """Read a length in seconds: `duration_s`, or milliseconds as both JSON formats have it."""
    for name, per_second in (("duration_s", 1), ("duration_ms", 1000), ("duration", 1000)):
        value = track.get(name)
        if isinstance(value, int | float) and value > 0:
            return float(value) / per_second
    return 0.0
