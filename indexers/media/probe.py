"""What a file holds, read from its packets without decoding them."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Probe:
    """The first audio stream of a file.

    `content_hash` is the identity of the sound: blake2b-128 (32 hex digits) of the coded audio, without tags, pictures
    and container, so moving, renaming and re-tagging leave it as it was.
    """

    content_hash: str
    duration_s: float
    sample_rate_hz: int
    channels: int
    codec: str  # FFmpeg's name, such as "mp3", "vorbis", "pcm_s16le"
    container: str  # FFmpeg's name, such as "mp3", "ogg", "mov"
    has_video: bool  # a moving picture, not a cover


def probe(path: Path) -> Probe:
    """Read what a file holds; nothing is decoded.

    Raises:
        NoAudioError: the file is readable and has no sound.
        MediaError: the file is empty, cannot be opened or is no media file.
    """
    raise NotImplementedError
