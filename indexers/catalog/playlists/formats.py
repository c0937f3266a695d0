"""One reader per playlist format."""

from collections.abc import Callable
from pathlib import Path

from indexers.catalog.playlists.entry import Playlist
from indexers.catalog.playlists.json_lists import read_json, read_jsonl, read_jspf
from indexers.catalog.playlists.m3u import read_m3u, read_pls
from indexers.catalog.playlists.xspf import read_xspf
from indexers.errors import PlaylistError

LIMIT_BYTES = 256 * 1024 * 1024  # of a file that is read whole; a slice of the Million Playlist Dataset has 35 MB

READERS: dict[str, Callable[[Path], tuple[Playlist, ...]]] = {
    ".m3u": read_m3u,
    ".m3u8": read_m3u,
    ".pls": read_pls,
    ".xspf": read_xspf,
    ".jspf": read_jspf,
    ".json": read_json,
    ".jsonl": read_jsonl,
    ".jsonl.gz": read_jsonl,
}


def read_playlist_file(path: Path) -> tuple[Playlist, ...]:
    """Read all playlists of a file; a JSON file that is none of the known formats gives none.

    Raises:
        PlaylistError: the file is of an unknown format, too large, damaged or not readable.
    """
    ending = "".join(path.suffixes[-2:] if path.suffix.lower() == ".gz" else path.suffixes[-1:]).lower()
    if ending not in READERS:
        raise PlaylistError(f"playlist {path} is not one of {', '.join(READERS)}: export it as one of these")
    try:
        if not ending.startswith(".jsonl") and (size := path.stat().st_size) > LIMIT_BYTES:
            raise PlaylistError(f"playlist {path} has {size} bytes, the limit is {LIMIT_BYTES}: split it")
        return READERS[ending](path)
    except OSError as error:
        raise PlaylistError(f"playlist {path} cannot be read ({error.strerror}): mend it") from error
