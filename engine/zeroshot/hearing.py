"""A file as windows that sound encoders heard, as a library hears its tracks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.query import Span
from indexers.base import AudioEncoder
from indexers.errors import MediaError
from indexers.schema import Vectors, Window


@dataclass(frozen=True, slots=True)
class HeardFile:
    """What was heard of one file: encoder to its windows, and to output to [n_windows, dim]."""

    path: Path
    duration_s: float
    windows: Mapping[str, tuple[Window, ...]]
    outputs: Mapping[str, Mapping[str, Vectors]]

    def span(self, encoder: str, scores: Vectors) -> Span:
        """The window of an encoder with the highest of `scores` [n_windows], the earliest of equals.

        A file shorter than a window is all of it, marked as short.
        """
        window = self.windows[encoder][int(np.argmax(scores))]
        if window.padded:
            return Span(0.0, round(self.duration_s, 3), short=True)
        return Span(window.start_s, window.end_s)


def hear_file(path: Path, encoders: Sequence[AudioEncoder], n_windows: int) -> HeardFile:
    """Hear a file by windows spread over it.

    Args:
        path: Any file with sound.
        encoders: At least one.
        n_windows: At most so many; a short file has fewer.

    Raises:
        MediaError: there is no such file, it is no sound, or nothing can be heard in it.
    """
    from indexers.media.probe import probe
    from indexers.rebuild.analyse import analyse

    if not path.is_file():
        raise MediaError(f"no sound file {path}: give the path of a file")
    duration_s = probe(path).duration_s
    analysis = analyse(path, duration_s, encoders, n_windows)
    if analysis.silent:
        raise MediaError(f"{path} is silent: there is nothing to label")
    return HeardFile(path, duration_s, analysis.windows, analysis.outputs)
