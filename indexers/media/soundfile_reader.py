"""Reading through libsndfile: wav, flac, Ogg Vorbis, aiff, au and caf, where its seeking is bit-exact."""

import os
from pathlib import Path

import numpy as np

from indexers.errors import MediaError
from indexers.media.container import check_shape, shown
from indexers.media.reader import mix
from indexers.schema import Samples

HEAD_BYTES = 64
MAGIC = (b"fLaC", b"caff", b".snd")
CHUNKED = ((b"RIFF", b"WAVE"), (b"RF64", b"WAVE"), (b"FORM", b"AIFF"), (b"FORM", b"AIFC"))


def takes(path: Path) -> bool:
    """Whether libsndfile is the better reader of a file, by its first bytes.

    Not of mp3, where its decoder writes notes to the error stream that nothing can silence, and not of opus, where
    it takes twice FFmpeg's time and starts 0.007 off after a seek.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
    except OSError:
        return False  # the other reader says why
    if head.startswith(b"OggS"):
        return b"\x01vorbis" in head
    return head.startswith(MAGIC) or (head[:4], head[8:12]) in CHUNKED


class SoundfileReader:
    """A file that libsndfile has open; see `Reader`."""

    def __init__(self, path: Path) -> None:
        """Open a file.

        Raises:
            MediaError: libsndfile refuses it, or it holds no samples.
        """
        import soundfile

        self._path = path
        self._errors = (soundfile.SoundFileError, OSError, RuntimeError)
        try:
            self._file = soundfile.SoundFile(os.fsencode(path))
        except self._errors as error:
            raise MediaError(f"{shown(path)}: not a sound file that can be read ({error})") from error
        self.sample_rate_hz: int = self._file.samplerate
        self._check()

    def _check(self) -> None:
        try:
            check_shape(self._path, self.sample_rate_hz, self._file.channels)
            if self._file.frames == 0:
                raise MediaError(f"{shown(self._path)}: it holds no samples")
        except MediaError:
            self.close()
            raise

    def read(self, start: int, n_samples: int) -> Samples:
        """Mono samples from `start`; see `Reader.read`."""
        n_samples = min(n_samples, self._file.frames - start)
        if n_samples <= 0:
            return np.empty(0, dtype=np.float32)
        try:
            if self._file.tell() != start:
                self._file.seek(start)
            found = self._file.read(n_samples, dtype="float32", always_2d=True)
        except self._errors as error:
            raise MediaError(f"{shown(self._path)}: decoding failed at sample {start} ({error})") from error
        return mix(found.T)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
