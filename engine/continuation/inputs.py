"""A playlist in any form it may come in, and what all forms come down to."""

import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from indexers.catalog.playlists.entry import Entry, Playlist
from indexers.catalog.playlists.formats import read_playlist_file
from indexers.catalog.playlists.lines import format_of, read_lines
from indexers.errors import PlaylistError

MOST_NAMES = 5  # playlists of a file that an error names


LONGEST = 60  # last letters of an uploaded file's name that are kept: no file system takes any length


@dataclass(frozen=True, slots=True)
class Pasted:
    """Pasted text: "artist - title" or a path a line, or the whole content of a playlist file."""

    text: str


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A playlist file that came without its folder; its name says the format."""

    filename: str
    content: bytes


PlaylistInput: TypeAlias = str | Path | Sequence[str] | Pasted | Uploaded
"""A playlist file, the id or name of one of the library's, tracks by id or path, pasted text, or an uploaded file."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a listener changed about a playlist, as names of tracks: kept ones are seeds, unliked ones never come."""

    keep: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A playlist as it was given, before any track of it is known.

    `called` is what to call it in a message; `named` is whether its name was said, rather than taken from the file's;
    `folder` is what its relative paths start from.
    """

    name: str
    entries: tuple[Entry, ...]
    called: str
    named: bool = True
    folder: str = ""
    date: str = ""
    source: str = ""


def draft_of_text(pasted: Pasted) -> Draft:
    """Read pasted text.

    Raises:
        PlaylistError: it is the content of a playlist file, and damaged; or it holds several playlists.
    """
    called = "the pasted text"
    ending = format_of(pasted.text)
    if not ending:
        return _draft(read_lines(pasted.text), called, stem="")
    stem = "pasted"
    playlist = _only(_read_content(stem + ending, pasted.text.encode(errors="replace")), called, "")
    draft = _draft(playlist, called, stem=stem)
    return draft if draft.named else replace(draft, name="")


def draft_of_upload(uploaded: Uploaded, name: str) -> Draft:
    """Read an uploaded file; `name` chooses one where it holds several.

    Raises:
        PlaylistError: it cannot be read, or holds several playlists and none of this name.
    """
    path = Path(Path(uploaded.filename.replace("\0", "")).name[-LONGEST:] or "playlist")
    playlist = _only(_read_content(path.name, uploaded.content), path.name, name)
    return _draft(playlist, path.name, stem=path.stem)


def draft_of_file(path: Path, name: str) -> Draft:
    """Read a playlist file; `name` chooses one where it holds several.

    Raises:
        PlaylistError: it cannot be read, or holds several playlists and none of this name.
    """
    path = Path(os.path.expanduser(path))  # noqa: PTH111 - Path's own raises for a user who is not there
    playlist = _only(read_playlist_file(path), str(path), name)
    return _draft(playlist, str(path), stem=path.stem, folder=os.path.normpath(path.absolute().parent))


def _draft(playlist: Playlist, called: str, *, stem: str, folder: str = "") -> Draft:
    """A playlist as a draft; a name that is the file's own (`stem`) was not said."""
    name = playlist.curator or playlist.name
    return Draft(name, playlist.entries, called, name != stem, folder, playlist.date, playlist.source)


def _read_content(filename: str, content: bytes) -> tuple[Playlist, ...]:
    """Read a file that is only here in memory."""
    with tempfile.TemporaryDirectory(prefix="segue-playlist-") as folder:
        path = Path(folder) / filename
        path.write_bytes(content)
        try:
            return read_playlist_file(path)
        except PlaylistError as error:
            raise PlaylistError(str(error).replace(f"{folder}{os.sep}", "")) from error


def _only(playlists: Sequence[Playlist], called: str, name: str) -> Playlist:
    """The one playlist of a file, or the one of this id or name among several."""
    if not playlists:
        raise PlaylistError(f"{called} holds no playlist: give an m3u, m3u8, pls, xspf or jspf file, or lines of names")
    if len(playlists) == 1:
        return playlists[0]
    chosen = [playlist for playlist in playlists if name and name in {playlist.given_id, playlist.name}]
    if not chosen:
        some = ", ".join(repr(playlist.name) for playlist in playlists[:MOST_NAMES])
        raise PlaylistError(f"{called} holds {len(playlists)} playlists ({some}, …): say the name or id of one of them")
    return chosen[0]
