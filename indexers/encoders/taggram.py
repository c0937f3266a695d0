"""The taggram: what was heard in a track as evidence for classes, and a text as weights over the same classes."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from indexers.base import TextEncoder
from indexers.encoders.classes import TAG_ENCODERS, class_names, class_texts, tagging
from indexers.encoders.reference import reference
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

# Chosen on folds 1-4 of ESC-10 and on 41 music queries that no report uses; tests/benchmarks/quality.md has the tables.
FLOOR = 1e-3  # probabilities below it, or above 1 - it, tell nothing more
LEAST_SPREAD = 1.0  # of log-odds, added to what a class varies by: one that never sounds earns no z-score of 7
PRIOR_TRACKS = 20  # how many tracks of a library the built-in reference counts as
TEMPERATURE = 0.05  # of the cosines between a text and the classes
WORDS_SHARE = 0.5  # of a text's weights that its words carry one by one
MAX_WORDS = 16  # of a text that are weighed one by one
KNOWN, KNOWN_WIDTH = 0.5, 0.05  # a text whose best cosine is KNOWN counts half, with a slope of KNOWN_WIDTH
MAX_CLASSES = 32  # of one query: the others weigh nothing, so that a search reads few columns

_EMPTY = (
    "a an and are as at but by for from i in is it its me music my of on or some something song sound sounds "
    "that the this to track with"
)
EMPTY_WORDS = frozenset(_EMPTY.split())


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
    """Pool the evidence of a track's clips, [n_clips, n_classes] with at least one row, into [n_classes].

    The mean: on the queries that chose the parameters the highest clip, or the mean of the highest quarter, did worse.
    """
    return np.asarray(evidence.mean(axis=0), dtype=np.float32)


def fit_norm(blocks: Iterable[Vectors], encoders: Sequence[str]) -> TagNorm:
    """Find what is usual for each class in a library.

    The built-in reference joins in as `PRIOR_TRACKS` tracks, so that a library of three tracks is judged by what is
    usual elsewhere, and one of thousands by itself.

    Args:
        blocks: [n_tracks, n_classes] of the tracks' evidence, any number of times.
        encoders: Whose classes they are.
    """
    usual = reference(encoders)
    n = float(PRIOR_TRACKS)
    total, squares = n * usual.centre, n * (usual.centre**2 + usual.spread**2)
    for block in blocks:
        wide = block.astype(np.float64)
        n, total, squares = n + len(wide), total + wide.sum(axis=0), squares + np.square(wide).sum(axis=0)
    centre = total / n
    variance = np.maximum(squares / n - centre**2, 0.0)
    return TagNorm(centre.astype(np.float32), np.sqrt(variance + LEAST_SPREAD**2).astype(np.float32))


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
        """Weigh the classes for each text.

        Half of a text's weights come from the whole text and half from its words, each as a softmax over the cosines
        with the classes. All of them are scaled by how well the text's nearest class fits, so a text that has nothing
        to do with sound gets a low score from every track.

        Returns:
            [n_texts, n_classes], none negative, at most `MAX_CLASSES` above zero in a row, a row's sum in [0, 1].
        """
        if not texts:
            return np.empty((0, len(self._names)), dtype=np.float32)
        parts = [[text, *content_words(text)[:MAX_WORDS]] for text in texts]
        distinct = list(dict.fromkeys(part for text in parts for part in text))
        cosines = self._encode(distinct, split=len(texts) > 1) @ self._vectors.T
        place = {part: row for row, part in enumerate(distinct)}
        return np.stack([self._weigh(cosines[[place[part] for part in text]]) for text in parts])

    def _encode(self, parts: Sequence[str], *, split: bool) -> Vectors:
        """Encode texts and their words; `split` encodes words apart, as beside texts they would be as slow as these."""
        if not split:
            return self._text.encode(parts)
        single = np.array([" " not in part for part in parts])
        vectors = np.empty((len(parts), self._text.dim), dtype=np.float32)
        for alike in (single, ~single):
            vectors[alike] = self._text.encode([parts[row] for row in np.flatnonzero(alike).tolist()])
        return vectors

    def _weigh(self, cosines: Vectors) -> Vectors:
        """Weigh one text by the cosines [1 + n_words, n_classes] of itself and of its words."""
        shares, known = _softmax(cosines / TEMPERATURE), _known(cosines.max(axis=1))
        whole = shares[0]
        if len(cosines) > 2:
            by_word = known[1:] @ shares[1:] / known[1:].sum()
            whole = (1 - WORDS_SHARE) * whole + WORDS_SHARE * by_word
        return _largest(known[0] * whole, MAX_CLASSES)

    def mean_weights(self, lists: Sequence[Sequence[str]]) -> Vectors:
        """Weigh the classes for lists of texts that stand for one thing each.

        The mean of each list's weights, made as heavy as the heaviest of them: a thing is known as well as the text by
        which the classes know it best.

        Args:
            lists: At least one text in each.

        Returns:
            [n_lists, n_classes], as `weights` gives them.
        """
        distinct = list(dict.fromkeys(text for texts in lists for text in texts))
        rows = dict(zip(distinct, self.weights(distinct), strict=True))
        return np.stack([_joined(np.stack([rows[text] for text in texts])) for texts in lists])

    def explain(self, weights: Vectors, top: int = 3) -> list[tuple[str, float]]:
        """Name the classes that weigh most in one row [n_classes] of `weights`, heaviest first, zeros left out."""
        order = np.argsort(-weights, kind="stable")[:top]
        return [(self._names[row], float(weights[row])) for row in order if weights[row] > 0]


def content_words(text: str) -> list[str]:
    """The words of a text that say something, lower-cased, in order, each once."""
    words = re.findall(r"\w[\w'&-]*", text.lower())
    return list(dict.fromkeys(word for word in words if word not in EMPTY_WORDS))


def _joined(rows: Vectors) -> Vectors:
    """One row of weights [n_classes] of several; see `Taggram.mean_weights`."""
    mean = _largest(rows.mean(axis=0), MAX_CLASSES)
    return np.asarray(mean * (rows.sum(axis=1).max() / max(float(mean.sum()), 1e-12)), dtype=np.float32)


def _softmax(rows: Vectors) -> Vectors:
    shares = np.exp(rows - rows.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), dtype=np.float32)


def _known(cosines: Vectors) -> Vectors:
    return np.asarray(1 / (1 + np.exp((KNOWN - cosines) / KNOWN_WIDTH)), dtype=np.float32)


def _largest(weights: Vectors, n: int) -> Vectors:
    if len(weights) <= n:
        return weights.astype(np.float32)
    kept = np.zeros(len(weights), dtype=np.float32)
    rows = np.argsort(-weights, kind="stable")[:n]
    kept[rows] = weights[rows]
    return kept
