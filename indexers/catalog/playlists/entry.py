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
    """An ordered list of entries; `given_id` is the file's own name for it, or empty."""

    name: str
    entries: tuple[Entry, ...]
    given_id: str = ""
