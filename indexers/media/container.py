"""Opening a media file with FFmpeg: local files only, known containers only, one clear line when it refuses."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from indexers.errors import MediaError, NoAudioError
from indexers.schema import NAME_BYTES

# Playlists (hls, dash, concat) are left out: they would open other files, or the network, in a music file's name.
CONTAINERS = (
    "aac,ac3,aiff,amr,ape,asf,au,avi,caf,dsf,dts,eac3,flac,flv,iff,matroska,mov,mp3,mpc,mpc8,mpeg,mpegts,mxf,nut,ogg,"
    "rm,tak,tta,voc,w64,wav,wv,xwma"
)
NOT_MOVING = ("attached_pic", "still_image", "timed_thumbnails")  # covers and chapter pictures
MAX_RATE_HZ = 768_000
MAX_CHANNELS = 64


def shown(path: Path) -> str:
    """A file's name on one line: control characters escaped, shortened past NAME_BYTES."""
    name = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in path.name)
    return name if len(name) <= NAME_BYTES else f"{name[: NAME_BYTES - 1]}…"


@contextmanager
def media_errors(path: Path) -> Iterator[None]:
    """Turn what FFmpeg and the operating system raise while reading `path` into one clear line.

    Raises:
        MediaError: any of it.
    """
    import av

    try:
        yield
    except UnicodeEncodeError as error:
        raise MediaError(f"{shown(path)}: the name is not valid UTF-8; rename the file") from error
    except (av.FFmpegError, OSError) as error:
        raise MediaError(f"{shown(path)}: {_reason(path, error)}") from error


@contextmanager
def open_container(path: Path) -> Iterator[Any]:
    """Open a media file as a PyAV container and close it again.

    Raises:
        MediaError: it is missing, empty, not permitted or no media file.
    """
    import av

    options = {"protocol_whitelist": "file", "format_whitelist": CONTAINERS}
    with media_errors(path):
        container = av.open(f"file:{path}", container_options=options, metadata_errors="replace")
    with container:
        yield container


def audio_stream(container: Any, path: Path) -> Any:
    """The first audio stream of a container, set to decode on the calling thread, all other streams left unread.

    Raises:
        NoAudioError: it has none.
        MediaError: its sample rate or channel count is missing or absurd.
    """
    if not container.streams.audio:
        raise NoAudioError(f"{shown(path)}: it has no sound in it, only {_kinds(container)}")
    stream = container.streams.audio[0]
    for other in container.streams:
        if other.index != stream.index:
            other.discard = type(other.discard).all
    codec = stream.codec_context
    if codec is None:
        raise MediaError(f"{shown(path)}: FFmpeg has no decoder for its sound; convert it to FLAC")
    check_shape(path, codec.sample_rate, codec.layout.nb_channels)
    codec.thread_count = 1
    return stream


def has_moving_picture(container: Any) -> bool:
    """Whether a container holds video, covers and chapter pictures left aside."""
    still = [_is_still(stream.disposition) for stream in container.streams.video]
    return not all(still)


def check_shape(path: Path, sample_rate_hz: int, channels: int) -> None:
    """Refuse rates and channel counts that no music has: they would ask for gigabytes of memory.

    Raises:
        MediaError: one is out of range.
    """
    if sample_rate_hz <= 0 or channels <= 0:
        raise MediaError(f"{shown(path)}: no sound was recognised in it; it may be damaged or of another kind")
    if sample_rate_hz > MAX_RATE_HZ or channels > MAX_CHANNELS:
        raise MediaError(
            f"{shown(path)}: {channels} channels at {sample_rate_hz} Hz; "
            f"up to {MAX_CHANNELS} channels and {MAX_RATE_HZ} Hz are read"
        )


def _is_still(disposition: Any) -> bool:
    return any(disposition & getattr(type(disposition), name) for name in NOT_MOVING)


def _kinds(container: Any) -> str:
    return " and ".join(sorted({stream.type for stream in container.streams})) or "an empty container"


def _reason(path: Path, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, PermissionError):
        return "reading it is not permitted; change its permissions"
    if path.is_dir():
        return "it is a folder"
    if path.stat().st_size == 0:
        return "the file is empty (0 bytes)"
    said = getattr(error, "strerror", None) or str(error)
    return f"not a media file that can be read ({said})"
