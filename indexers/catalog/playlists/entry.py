"""What every playlist format comes down to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a playlist as it was written; what a format does not say is empty, a duration 0."""

    location: str = ""
    artist: str = ""
    title: str = ""
    album: str = ""
    duration_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Playlist:
    """An ordered list of entries; what a file does not say of it is empty.

    `given_id` is the file's own name for it, `curator` who or which show made it, `source` where it was collected and
    `date` when it was made or last changed (ISO, YYYY-MM-DD).
    """

    name: str
    entries: tuple[Entry, ...]
    given_id: str = ""
    curator: str = ""
    source: str = ""
    date: str = ""
