"""A query's sound as one vector of the music space."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from indexers.errors import MediaError
from indexers.generation import Generation
from indexers.schema import Rows, Vectors

if TYPE_CHECKING:
    from indexers.base import AudioEncoder

Listeners = Callable[[], "Sequence[AudioEncoder]"]


def listen(generation: Generation, path: Path, encoders: Listeners, n_windows: int) -> tuple[Vectors, Rows]:
    """Turn a sound file into a unit music vector, and find its own recording.

    Args:
        generation: Whose tracks it will be compared with; a file that is one of them is not decoded again.
        path: Any file with sound, a video too.
        encoders: Called only where the sound must be analysed.
        n_windows: How many windows of it to analyse.

    Returns:
        The vector [dim] and the row of the same recording: none or one.

    Raises:
        MediaError: there is no such file, or no sound in it that can be heard.
    """
    from indexers.media.probe import probe

    if not path.is_file():
        raise MediaError(f"no sound file {path}: give the path of a file")
    probed = probe(path)
    own = _own_row(generation, probed.content_hash)
    if len(own):
        return np.asarray(generation.track_vectors("music")[own[0]], dtype=np.float32), own
    return _analysed(path, probed.duration_s, encoders(), n_windows), own


def _own_row(generation: Generation, content_hash: str) -> Rows:
    track_ids = generation.tracks["track_id"]
    place = int(track_ids.search_sorted(content_hash))
    found = place < len(track_ids) and track_ids[place] == content_hash
    return np.array([place] if found else [], dtype=np.int64)


def _analysed(path: Path, duration_s: float, encoders: "Sequence[AudioEncoder]", n_windows: int) -> Vectors:
    from indexers.encoders.music import music_clips, music_track
    from indexers.rebuild.analyse import analyse

    analysis = analyse(path, duration_s, encoders, n_windows)
    if analysis.silent:
        raise MediaError(f"{path} is silent: give a sound to search by")
    return music_track(music_clips(analysis.outputs))
