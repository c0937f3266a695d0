"""What a player needs of a track: its cover and an excerpt."""

import io
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from indexers.errors import MediaError, QueryError

MAX_SECONDS = 120.0  # of one excerpt: 10 MB of WAV
SAMPLE_RATE_HZ = 44_100
COVER_NAMES = ("cover", "folder", "front", "album")
COVER_KINDS = (".jpg", ".jpeg", ".png", ".webp")
MAX_COVER_BYTES = 8 << 20


def first_existing(paths: Sequence[str]) -> Path:
    """The first of a track's files that is there.

    Raises:
        MediaError: none is.
    """
    for path in paths:
        if Path(path).is_file():
            return Path(path)
    raise MediaError(f"{paths[0]} is not there any more: run `segue scan` on the folder it moved to")


def excerpt(path: Path, start_s: float, seconds: float) -> bytes:
    """Cut a span of a track as a WAV file: mono, 16 bits, 44.1 kHz; shorter where the track ends before it.

    Raises:
        QueryError: the span is negative or longer than two minutes.
        MediaError: the file cannot be decoded.
    """
    if start_s < 0 or not 0 < seconds <= MAX_SECONDS:
        raise QueryError(f"no excerpt of {seconds} s from {start_s} s: start at 0 or later, up to {MAX_SECONDS:.0f} s")
    from indexers.media.decode import read_excerpt

    samples = read_excerpt(path, start_s, seconds, sample_rate_hz=SAMPLE_RATE_HZ)
    pcm = np.round(np.clip(samples, -1.0, 1.0) * 32_767).astype("<i2")
    stream = io.BytesIO()
    with wave.open(stream, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes(pcm.tobytes())
    return stream.getvalue()


def cover(path: Path) -> bytes | None:
    """The picture inside a file, else cover, folder, front or album beside it as jpg, png or webp; None without one."""
    return _inside(path) or _beside(path.parent)


def _inside(path: Path) -> bytes | None:
    from tinytag import TinyTag, TinyTagException

    try:
        image = TinyTag.get(path, tags=True, duration=False, image=True).images.any
    except (TinyTagException, OSError, ValueError):  # a picture that cannot be read is no picture
        return None
    return image.data if image is not None else None


def _beside(folder: Path) -> bytes | None:
    try:
        images = [path for path in folder.iterdir() if path.suffix.lower() in COVER_KINDS]
    except OSError:  # the folder is gone or closed to us: then there is no picture to show
        return None
    for name in COVER_NAMES:
        for path in images:
            if path.stem.lower() == name and path.stat().st_size <= MAX_COVER_BYTES:
                return path.read_bytes()
    return None
