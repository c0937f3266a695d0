"""How well texts find their clips and clips their texts."""

from collections.abc import Mapping

import numpy as np

from indexers.schema import Rows, Vectors

DEPTHS = (1, 5, 10)


def ranks_of(cosines: Vectors) -> Rows:
    """The rank from 1 of row i's own column i among all columns of [n, n] cosines; ties count for it."""
    own = np.diag(cosines)[:, None]
    return np.asarray(1 + (cosines > own).sum(axis=1), dtype=np.int64)


def retrieval(audio: Vectors, text: Vectors) -> Mapping[str, float]:
    """Recall at 1, 5 and 10 and the median rank, from text to audio and back, in a pool of all rows.

    Args:
        audio: [n, dim], unit rows, at least one.
        text: [n, dim], unit rows; row i is what is said of row i of `audio`.

    Returns:
        "pool", and for "text_to_audio" and "audio_to_text" the recalls (hits over all n queries) and the median rank.
    """
    cosines = text @ audio.T
    found: dict[str, float] = {"pool": len(audio)}
    for way, ranks in (("text_to_audio", ranks_of(cosines)), ("audio_to_text", ranks_of(cosines.T))):
        found |= {f"{way}_recall_{depth}": round(float((ranks <= depth).mean()), 4) for depth in DEPTHS}
        found[f"{way}_median_rank"] = float(np.median(ranks))
    return found
