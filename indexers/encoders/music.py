"""The music space: vectors in which tracks that sound alike are near each other.

What was compared, on 90 recordings of music and speech and on folds 1-4 of ESC-10 (tests/benchmarks/bench_quality.py
measures the last row again): "kind" is the share of the 3 nearest tracks that are of the same album or genre, averaged
over the kinds; "half" the mean reciprocal rank of a track's second half given its first; "sound" the accuracy of the 5
nearest neighbours on ESC-10.

| parts                                   |  dim | kind  | half  | sound |
|-----------------------------------------|------|-------|-------|-------|
| msd penultimate                         |  200 | 0.897 | 0.816 | 0.762 |
| mtt penultimate                         |  200 | 0.856 | 0.799 | 0.812 |
| msd + mtt mean_pool                     | 1506 | 0.820 | 0.833 | 0.819 |
| yamnet embedding                        | 1024 | 0.947 | 0.816 | 0.950 |
| msd + mtt penultimate                   |  400 | 0.944 | 0.864 | 0.822 |
| the same, centred on a reference        |  400 | 0.876 | 0.864 | 0.850 |
| msd + mtt penultimate + yamnet          | 1424 | 0.965 | 0.861 | 0.928 |
| the same, yamnet projected to 112       |  512 | 0.970 | 0.870 | 0.922 |
| the same, yamnet weighing 1.4 (chosen)  |  512 | 0.970 | 0.860 | 0.944 |
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from indexers.errors import ConfigError
from indexers.schema import Vectors


@dataclass(frozen=True, slots=True)
class Part:
    """One output of one encoder in the music space: `weight` is its length there, `dim` what it is projected to."""

    encoder: str
    output: str
    weight: float = 1.0
    dim: int | None = None


PARTS = (
    Part("musicnn_msd", "penultimate"),
    Part("musicnn_mtt", "penultimate"),
    Part("yamnet", "embedding", 1.4, 112),
    Part("fake", "embedding"),
)


def music_outputs(encoders: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Which outputs of which encoders the music vectors need; empty where none of them gives any."""
    return {part.encoder: (part.output,) for part in PARTS if part.encoder in encoders}


def music_clips(outputs: Mapping[str, Mapping[str, Vectors]]) -> Vectors:
    """Make the clip vectors of one or more tracks.

    Args:
        outputs: Encoder to output to [n_clips, dim]; encoders that are no part of the music space are left out.

    Returns:
        [n_clips, dim], unit rows; dim is 512 for the three default encoders.

    Raises:
        ConfigError: no encoder is a part of the music space.
    """
    parts = [part.weight * _placed(part, outputs[part.encoder]) for part in PARTS if part.encoder in outputs]
    if not parts:
        raise ConfigError(f"none of {', '.join(outputs)} gives music vectors; add {PARTS[0].encoder} to [analysis]")
    return unit(np.concatenate(parts, axis=1))


def music_track(clips: Vectors) -> Vectors:
    """Pool clip vectors [n_clips, dim] of one track, at least one, into a unit vector [dim]."""
    vector: Vectors = unit(clips.mean(axis=0, keepdims=True))[0]
    return vector


def _placed(part: Part, outputs: Mapping[str, Vectors]) -> Vectors:
    rows = unit(outputs[part.output].astype(np.float32))
    return rows if part.dim is None else unit(rows @ _signs(rows.shape[1], part.dim))


@cache
def _signs(n_from: int, n_to: int) -> Vectors:
    """Random signs that keep inner products about as they are, [n_from, n_to], the same on every machine.

    Source: D. Achlioptas, "Database-friendly random projections" (JCSS 2003), theorem 1.1.
    """
    stream = hashlib.shake_256(b"music\x00").digest((n_from * n_to + 7) // 8)
    bits = np.unpackbits(np.frombuffer(stream, dtype=np.uint8))[: n_from * n_to]
    return np.asarray((bits.reshape(n_from, n_to) * 2.0 - 1.0) / np.sqrt(n_to), dtype=np.float32)


def unit(rows: Vectors) -> Vectors:
    """Scale rows to length one, as float32; rows of zeros stay zeros."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), dtype=np.float32)
