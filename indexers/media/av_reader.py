"""Reading through FFmpeg: mp3, opus, m4a, aac, wma, the sound of videos, and what libsndfile refuses."""

from collections import deque
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from indexers.errors import MediaError
from indexers.media.container import audio_stream, media_errors, open_container, shown
from indexers.media.reader import mix
from indexers.schema import Samples

# Container and codec whose samples after a seek equal those of a full decode once so many seconds before them are
# decoded too: mp3 refers back to earlier frames' bytes, opus to its predictor (within 1e-5 then), alac to nothing.
# Everything else is decoded through: AAC fills bands with noise from a generator that runs from the start of the file,
# matroska and asf count in milliseconds, so that a seek lands up to 24 samples off.
PRE_ROLL_S = {("mp3", "mp3"): 0.5, ("ogg", "opus"): 1.0, ("mov", "alac"): 0.1}
SKIP_S = 0.5  # a gap shorter than this is decoded rather than jumped


class AvReader:
    """A file that FFmpeg has open; see `Reader`. Broken packets are passed over."""

    def __init__(self, path: Path) -> None:
        """Open a file.

        Raises:
            NoAudioError: it has no sound.
            MediaError: FFmpeg refuses it.
        """
        self._path = path
        self._open = ExitStack()
        try:
            self._container = self._open.enter_context(open_container(path))
            self._stream = audio_stream(self._container, path)
        except MediaError:
            self._open.close()
            raise
        self.sample_rate_hz: int = self._stream.codec_context.sample_rate
        self._pre_roll_s = PRE_ROLL_S.get(_kind(self._container, self._stream))
        self._samples_per_tick = float(self._stream.time_base * self.sample_rate_hz)  # 2**53 ticks are 20 years of mp3
        self._start: int = self._stream.start_time or 0
        self._frames = self._decoded()
        self._kept: deque[tuple[int, Samples]] = deque()
        self._end = 0  # of what has been decoded

    def read(self, start: int, n_samples: int) -> Samples:
        """Mono samples from `start`; see `Reader.read`."""
        while self._kept and self._kept[0][0] + len(self._kept[0][1]) <= start:
            self._kept.popleft()
        if self._pre_roll_s is not None:
            self._jump(start - int(self._pre_roll_s * self.sample_rate_hz))
        self._decode_until(start, start + n_samples)
        found = np.zeros(max(0, min(n_samples, self._end - start)), dtype=np.float32)
        for position, samples in self._kept:
            skip, into = max(0, start - position), max(0, position - start)
            part = samples[skip : skip + max(0, len(found) - into)]
            found[into : into + len(part)] = part
        return found

    def close(self) -> None:
        """Close the file."""
        self._frames.close()
        self._open.close()

    def _decode_until(self, start: int, end: int) -> None:
        with media_errors(self._path):
            while self._end < end:
                frame = next(self._frames, None)
                if frame is None:
                    break
                self._keep(*frame, start)
        if self._end == 0:
            raise MediaError(f"{shown(self._path)}: none of its sound can be decoded; the file is broken")

    def _keep(self, position: int, frame: Any, start: int) -> None:
        """Note how far decoding came, and keep a frame's samples if any of them lies past `start`."""
        self._end = position + frame.samples
        if self._end > start:
            self._kept.append((position, _mono(frame)))

    def _jump(self, target: int) -> None:
        """Seek forwards to `target`, where that skips anything; back to the start where FFmpeg lands behind it."""
        if target <= self._end + SKIP_S * self.sample_rate_hz:
            return
        if not self._lands(target) and not self._lands(0):
            raise MediaError(f"{shown(self._path)}: none of its sound can be decoded; the file is broken")

    def _lands(self, target: int) -> bool:
        import av

        self._frames.close()
        self._kept.clear()
        offset = self._start + int(target / self._samples_per_tick)
        try:
            self._container.seek(offset, stream=self._stream, backward=True)
            self._frames = self._decoded()
            first = next(self._frames, None)
        except (av.FFmpegError, OSError):
            return False
        if first is None or first[0] > target:
            return False
        self._keep(*first, target)
        return True

    def _decoded(self) -> Generator[tuple[int, Any], None, None]:
        """Frames with their positions: by their own times where seeking is exact, else by counting."""
        position = 0
        for packet in self._container.demux(self._stream):
            for frame in _frames_of(packet):
                if frame.sample_rate != self.sample_rate_hz:
                    raise MediaError(f"{shown(self._path)}: the sample rate changes midway; convert it to FLAC")
                if self._pre_roll_s is not None and frame.pts is not None:
                    position = round((frame.pts - self._start) * self._samples_per_tick)
                yield position, frame
                position += frame.samples


def _kind(container: Any, stream: Any) -> tuple[str, str]:
    return container.format.name.split(",")[0], stream.codec_context.codec.canonical_name


def _frames_of(packet: Any) -> list[Any]:
    import av

    try:
        return list(packet.decode())
    except av.InvalidDataError:
        return []  # cut or broken: the next packet may be whole


def _mono(frame: Any) -> Samples:
    samples = frame.to_ndarray()
    if not frame.format.is_planar:
        samples = samples.reshape(-1, frame.layout.nb_channels).T
    return mix(_floats(samples))


def _floats(samples: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Scale integers to [-1, 1)."""
    if samples.dtype.kind == "f":
        return samples.astype(np.float32, copy=False)
    if samples.dtype == np.uint8:
        return (samples.astype(np.float32) - 128.0) / 128.0
    return samples.astype(np.float32) / -float(np.iinfo(samples.dtype).min)
