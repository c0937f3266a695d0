"""The clips of tracks, and tracks as a whole, in a joint space."""

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from indexers.base import JointEncoder, TrackEncoder
from indexers.encoders.music import music_track
from indexers.schema import Laid, Vectors


def in_tracks(
    encoder: JointEncoder, outputs: Mapping[str, Mapping[str, Vectors]], laid: Laid
) -> tuple[Vectors, Vectors]:
    """Make clip vectors and track vectors, as a `TrackEncoder` places them; else a track is the mean of its clips.

    Args:
        encoder: The joint encoder.
        outputs: Encoder to output to [n_clips, dim], at least those in its `hears`.
        laid: Where the clips are.

    Returns:
        [n_clips, dim] and [n_tracks, dim], unit rows.
    """
    clips = encoder.clips(outputs)
    if isinstance(encoder, TrackEncoder):
        return encoder.place(clips, laid)
    tracks = [music_track(clips[start:stop]) for start, stop in pairwise(laid.starts.tolist())]
    return clips, np.stack(tracks) if tracks else np.empty((0, encoder.dim), dtype=np.float32)


def alone(n_sounds: int, window_s: float) -> Laid:
    """Lay out sounds of one window each, every one a track of its own."""
    times_s = np.tile(np.array([0.0, window_s], dtype=np.float32), (n_sounds, 1))
    return Laid(times_s, np.arange(n_sounds + 1), np.full(n_sounds, window_s, dtype=np.float32))
