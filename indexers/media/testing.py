"""Small real music files for the tests of every room, encoded from known samples. Imported by tests only."""

from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Channels: TypeAlias = npt.NDArray[np.float32]
"""Sound with its channels, [n_samples, n_channels]."""

SOUNDFILE_CODECS = {
    ".wav": ("WAV", "PCM_16"),
    ".aiff": ("AIFF", "PCM_16"),
    ".flac": ("FLAC", "PCM_16"),
    ".ogg": ("OGG", "VORBIS"),
    ".mp3": ("MP3", "MPEG_LAYER_III"),
}
AV_CODECS = {
    ".opus": ("libopus", 48_000, "flt"),
    ".m4a": ("aac", 44_100, "fltp"),
    ".aac": ("aac", 44_100, "fltp"),
    ".wma": ("wmav2", 44_100, "fltp"),
    ".webm": ("libopus", 48_000, "flt"),
    ".alac.m4a": ("alac", 44_100, "s16p"),
}
LOSSLESS = (".wav", ".aiff", ".flac", ".alac.m4a")
FORMATS = (*SOUNDFILE_CODECS, *AV_CODECS)
CHUNK = 4096  # libsndfile's vorbis encoder overflows its stack on long writes


def music(seconds: float, rate_hz: int = 44_100, channels: int = 2, seed: int = 7) -> Channels:
    """A rising tone, clicks and noise, other on each channel."""
    rng = np.random.default_rng(seed)
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    sweep = 0.4 * np.sin(2 * np.pi * (200 * time_s + 1500 * time_s**2 / max(seconds, 1.0)))
    clicks = np.where(np.arange(len(time_s)) % (rate_hz // 3) < 40, 0.3, 0.0)
    noise = rng.normal(0, 0.05, (len(time_s), channels))
    return (sweep[:, None] * np.linspace(1, 0.5, channels) + clicks[:, None] + noise).astype(np.float32)


def write_sound(path: Path, samples: Channels, rate_hz: int = 44_100, *, subtype: str = "") -> Path:
    """Encode samples in the format that the name ends in, one of FORMATS; gives the path back.

    Args:
        path: The file to write.
        samples: [n_samples, n_channels]; two channels for the formats of AV_CODECS.
        rate_hz: Their rate.
        subtype: libsndfile's name of the sample format, such as "PCM_24"; its usual one by default.
    """
    suffix = ".alac.m4a" if path.name.endswith(".alac.m4a") else path.suffix
    if suffix in AV_CODECS:
        _write_av(path, samples, rate_hz, AV_CODECS[suffix])
    else:
        container, usual = SOUNDFILE_CODECS[suffix]
        _write_soundfile(path, samples, rate_hz, (container, subtype or usual))
    return path


def retag(source: Path, target: Path, tags: dict[str, str]) -> Path:
    """Copy the coded sound into a new file with other tags; gives its path back."""
    import av

    with av.open(str(source)) as old, av.open(str(target), "w") as new:
        stream = new.add_stream_from_template(old.streams.audio[0])
        new.metadata.update(tags)
        for packet in old.demux(old.streams.audio[0]):
            if packet.dts is not None:
                packet.stream = stream
                new.mux(packet)
    return target


def _write_soundfile(path: Path, samples: Channels, rate_hz: int, kind: tuple[str, str]) -> None:
    import soundfile

    with soundfile.SoundFile(path, "w", rate_hz, samples.shape[1], format=kind[0], subtype=kind[1]) as file:
        for start in range(0, len(samples), CHUNK):
            file.write(samples[start : start + CHUNK])


def _write_av(path: Path, samples: Channels, rate_hz: int, codec: tuple[str, int, str]) -> None:
    import av

    name, coded_hz, sample_format = codec
    resampler = av.AudioResampler(format=sample_format, layout="stereo", rate=coded_hz)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(name, rate=coded_hz)
        stream.layout, stream.format, stream.bit_rate = "stereo", sample_format, 128_000
        for start in range(0, len(samples), CHUNK):
            part = np.ascontiguousarray(samples[start : start + CHUNK].T)
            frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts = rate_hz, start
            for resampled in resampler.resample(frame):
                container.mux(stream.encode(resampled))
        for resampled in resampler.resample(None):
            container.mux(stream.encode(resampled))
        container.mux(stream.encode(None))
