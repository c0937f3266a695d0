"""The music space: vectors in which tracks that sound alike are near each other."""

from collections.abc import Mapping

import numpy as np

from indexers.schema import Vectors

PARTS = (("musicnn_msd", "penultimate"), ("musicnn_mtt", "penultimate"), ("fake", "embedding"))


def music_outputs(encoders: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Which outputs of which encoders the music vectors need."""
    return {encoder: (output,) for encoder, output in PARTS if encoder in encoders}


def music_clips(outputs: Mapping[str, Mapping[str, Vectors]]) -> Vectors:
    """Make the clip vectors of one or more tracks.

    Args:
        outputs: Encoder to output to [n_clips, dim].

    Returns:
        [n_clips, dim], unit rows.
    """
    parts = [_unit(outputs[encoder][output].astype(np.float32)) for encoder, output in PARTS if encoder in outputs]
    return _unit(np.concatenate(parts, axis=1))


def music_track(clips: Vectors) -> Vectors:
    """Pool clip vectors [n_clips, dim] of one track into a unit vector [dim]."""
    vector: Vectors = _unit(clips.mean(axis=0, keepdims=True))[0]
    return vector


def _unit(rows: Vectors) -> Vectors:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), dtype=np.float32)
