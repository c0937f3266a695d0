"""What a file holds, read from its packets without decoding them."""

import hashlib
import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from indexers.errors import MediaError
from indexers.media.ape import sound_end
from indexers.media.container import audio_stream, has_moving_picture, media_errors, open_container, shown

HASH_BYTES = 16
RAW = ("mp3", "aac")  # without a container to say where the sound ends
LIE_S = 0.5  # a header that is further off the packets than this is not believed


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


@dataclass(slots=True)
class _Tally:
    """What the packets add up to; times in the stream's time base."""

    total: int = 0
    first: int | None = None
    last: int = 0

    def add(self, packet: Any) -> None:
        """Count one packet."""
        duration = packet.duration or 0
        self.total += duration
        if packet.pts is not None:
            self.first = packet.pts if self.first is None else min(self.first, packet.pts)
            self.last = max(self.last, packet.pts + duration)

    def length(self, start: int | None) -> int:
        """From `start` (or the first packet) to the end of the last; the sum where packets carry no times."""
        if self.first is None:
            return self.total
        return self.last - (self.first if start is None else max(start, self.first))


def probe(path: Path) -> Probe:
    """Read what a file holds; nothing is decoded.

    Raises:
        NoAudioError: the file is readable and has no sound.
        MediaError: the file is empty, cannot be opened or is no media file.
    """
    with open_container(path) as container:
        stream = audio_stream(container, path)
        digest = hashlib.blake2b(_head(stream), digest_size=HASH_BYTES)
        tally = _Tally()
        with media_errors(path):
            end = sound_end(path) if container.format.name in RAW else math.inf
            for packet in container.demux(stream):
                if packet.pos is None or packet.pos < end:
                    digest.update(packet)
                    tally.add(packet)
        return Probe(
            content_hash=digest.hexdigest(),
            duration_s=_duration_s(path, stream, tally),
            sample_rate_hz=stream.codec_context.sample_rate,
            channels=stream.codec_context.layout.nb_channels,
            codec=stream.codec_context.codec.canonical_name,
            container=container.format.name.split(",")[0],
            has_video=has_moving_picture(container),
        )


def _head(stream: Any) -> bytes:
    """What the bytes mean, where they do not say it themselves: raw samples need their rate and channels."""
    codec = stream.codec_context
    name = codec.codec.canonical_name
    if "pcm" not in name:
        return f"{name}\n".encode()
    return f"{name} {codec.sample_rate} {codec.layout.nb_channels}\n".encode()


def _duration_s(path: Path, stream: Any, tally: _Tally) -> float:
    """The declared length, or the counted one where the header lies (cut files, guesses from the bit rate).

    Raises:
        MediaError: there is nothing to play.
    """
    time_base = stream.time_base or Fraction(0)
    counted_s = float(tally.length(stream.start_time) * time_base)
    declared_s = float((stream.duration or 0) * time_base)
    if counted_s <= 0 and (tally.total <= 0 or declared_s <= 0):
        raise MediaError(f"{shown(path)}: it holds no sound that can be played (no complete audio packet)")
    return declared_s if declared_s > 0 and abs(declared_s - counted_s) <= LIE_S else counted_s
