"""The taggram: what was heard in a track as evidence for classes, and a text as weights over the same classes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from indexers.base import TextEncoder
from indexers.encoders.classes import TAG_ENCODERS, class_names, class_texts, tagging
from indexers.errors import ShapeError
from indexers.schema import Vectors

__all__ = [
    "TAG_ENCODERS",
    "TagNorm",
    "Taggram",
    "class_names",
    "class_texts",
    "clip_evidence",
    "fit_norm",
    "standardise",
    "tagging",
    "track_evidence",
]

FLOOR = 1e-4  # probabilities below it, or above 1 - it, tell nothing more
TEMPERATURE = 0.05
MAX_CLASSES = 64  # of one query: the others weigh nothing, so that a search reads few columns
COSINE_FLOOR = 0.2
SCALE_FLOOR = 0.25


@dataclass(frozen=True, slots=True)
class TagNorm:
    """What is usual for each class: `centre` and `scale` of its evidence, each [n_classes]."""

    centre: Vectors
    scale: Vectors


def clip_evidence(outputs: Mapping[str, Mapping[str, Vectors]]) -> Vectors:
    """Put the tags of encoders side by side as log-odds.

    Args:
        outputs: Encoder to output to [n_clips, dim]; encoders that give no "tags" are left out.

    Returns:
        [n_clips, n_classes], in the order of `class_names`.

    Raises:
        ConfigError: no encoder gives tags.
    """
    tags = np.concatenate([outputs[name]["tags"] for name in tagging(tuple(outputs))], axis=1)
    clipped = np.clip(tags.astype(np.float32), FLOOR, 1 - FLOOR)
    return np.asarray(np.log(clipped / (1 - clipped)), dtype=np.float32)


def track_evidence(evidence: Vectors) -> Vectors:
    """Pool the evidence of a track's clips, [n_clips, n_classes] with at least one row, into [n_classes]."""
    return np.asarray(evidence.mean(axis=0), dtype=np.float32)


def fit_norm(blocks: Iterable[Vectors], encoders: Sequence[str]) -> TagNorm:
    """Find what is usual for each class in a library, from blocks [n_tracks, n_classes] of its tracks' evidence."""
    n, total, squares = 0, np.zeros(len(class_names(encoders))), np.zeros(len(class_names(encoders)))
    for block in blocks:
        wide = block.astype(np.float64)
        n, total, squares = n + len(wide), total + wide.sum(axis=0), squares + (wide**2).sum(axis=0)
    centre = total / max(n, 1)
    scale = np.sqrt(np.maximum(squares / max(n, 1) - centre**2, SCALE_FLOOR**2))
    return TagNorm(centre.astype(np.float32), scale.astype(np.float32))


def standardise(evidence: Vectors, norm: TagNorm) -> Vectors:
    """Tell how unusual evidence is, in standard deviations of the library.

    Args:
        evidence: [n, n_classes], of tracks or of clips.
        norm: From `fit_norm`.

    Raises:
        ShapeError: evidence and norm have different classes.
    """
    if evidence.shape[-1] != len(norm.centre):
        raise ShapeError(f"evidence of {evidence.shape[-1]} classes, norm of {len(norm.centre)}: rebuild the library")
    return np.asarray((evidence - norm.centre) / norm.scale, dtype=np.float32)


class Taggram:
    """Turns texts into weights over classes."""

    def __init__(self, text: TextEncoder, names: Sequence[str], *, vectors: Vectors | None = None) -> None:
        """Take the classes.

        Args:
            text: The encoder of queries.
            names: What `explain` calls the classes, [n_classes].
            vectors: [n_classes, dim] of the classes' texts by the same encoder; None encodes the names.

        Raises:
            ShapeError: not one vector per name, or of another dim.
        """
        self._text, self._names = text, tuple(names)
        self._vectors = text.encode(self._names) if vectors is None else np.asarray(vectors, dtype=np.float32)
        if self._vectors.shape != (len(self._names), text.dim):
            raise ShapeError(f"class vectors are {self._vectors.shape}, not [{len(self._names)}, {text.dim}]")

    def weights(self, texts: Sequence[str]) -> Vectors:
        """Weigh the classes for each text: [n_texts, n_classes], none negative, at most `MAX_CLASSES` above zero.

        A row sums to about the cosine of the text and its nearest classes, less a floor: a text that has nothing to do
        with any class weighs next to nothing, so its scores are low.
        """
        cosines = self._text.encode(texts) @ self._vectors.T
        shares = np.exp((cosines - cosines.max(axis=1, keepdims=True)) / TEMPERATURE)
        shares /= shares.sum(axis=1, keepdims=True)
        weights = shares * np.maximum(cosines - COSINE_FLOOR, 0)
        keep = min(MAX_CLASSES, weights.shape[1])
        smallest = np.partition(weights, -keep, axis=1)[:, -keep, None]
        return np.asarray(np.where(weights >= smallest, weights, 0), dtype=np.float32)

    def explain(self, weights: Vectors, top: int = 3) -> list[tuple[str, float]]:
        """Name the classes that weigh most in one row [n_classes] of `weights`, heaviest first, zeros left out."""
        order = np.argsort(-weights, kind="stable")[:top]
        return [(self._names[row], float(weights[row])) for row in order if weights[row] > 0]
