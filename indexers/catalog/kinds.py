"""What a file is, by its name alone."""

from pathlib import PurePath
from typing import Literal

Kind = Literal["audio", "video", "playlist", "other"]

AUDIO = frozenset({".mp3", ".flac", ".wav", ".aiff", ".aif", ".ogg", ".oga", ".opus", ".m4a", ".aac", ".wma"})
VIDEO = frozenset({".mp4", ".m4v", ".webm", ".mkv", ".mov"})
PLAYLISTS = frozenset({".m3u", ".m3u8", ".pls", ".xspf", ".jspf", ".json", ".jsonl"})  # .json where it reads like one
MEDIA: frozenset[Kind] = frozenset({"audio", "video"})


def kind_of(name: str) -> Kind:
    """Tell what a file should be from the ending of its name, whatever its case."""
    ending = PurePath(name).suffix.lower()
    if ending in AUDIO:
        return "audio"
    if ending in VIDEO:
        return "video"
    return "playlist" if ending in PLAYLISTS else "other"


def not_audio(name: str) -> str:
    """Say why a file that is neither sound nor a playlist was skipped."""
    ending = PurePath(name).suffix.lower()
    return f"not audio: {ending}" if ending else "not audio: no file name ending"
