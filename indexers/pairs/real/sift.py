"""Dropping captions that fit their sound no better than captions of other sounds do."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from indexers.base import JointEncoder, TextEncoder
from indexers.encoders.clap.sounds.frames import HEARS
from indexers.encoders.music import unit
from indexers.encoders.taggram import (
    TAG_ENCODERS,
    Taggram,
    TagNorm,
    class_names,
    class_texts,
    content_words,
    standardise,
)
from indexers.errors import ConfigError
from indexers.pairs.real.hearing.heard import Sounding
from indexers.schema import Vectors

QUANTILE = 0.6  # of the scores of other sounds for the same text, which a caption's own sound must exceed
FEWEST = 20  # sounds to compare with; with fewer nothing is dropped
Scorer = Callable[[Sequence[str], Sequence[Sounding], TagNorm], Vectors]  # to [n_texts, n_sounds], higher is better


def tag_scorer(encoder: TextEncoder) -> Scorer:
    """Score texts by the classes they name, on what was heard in standard deviations of what is usual."""
    known = Remembering(encoder)
    taggram = Taggram(known, class_names(TAG_ENCODERS), vectors=known.encode(class_texts(TAG_ENCODERS)))
    return partial(_by_tags, taggram, known)


def joint_scorer(joint: JointEncoder) -> Scorer:
    """Score texts by their cosine with the sounds in a joint space.

    Raises:
        ConfigError: the encoder does not hear by what the taggers hear.
    """
    if not all(set(outputs) <= set(HEARS.get(name, ())) for name, outputs in joint.hears.items()):
        raise ConfigError(f"{joint.name} hears for itself, and cannot filter: give towers of `segue train clap`")
    return partial(_by_cosine, joint)


class Remembering:
    """A text encoder that encodes every text once: captions of one kind share most of their words."""

    def __init__(self, encoder: TextEncoder) -> None:
        self.name, self.fingerprint, self.dim = encoder.name, encoder.fingerprint, encoder.dim
        self._encoder = encoder
        self._vectors: dict[str, Vectors] = {}

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts into [n_texts, dim]; see `TextEncoder.encode`. Those of like length are encoded together."""
        if not texts:
            return self._encoder.encode([])
        new = sorted(set(texts) - set(self._vectors), key=lambda text: (len(text), text))
        self._vectors.update(zip(new, self._encoder.encode(new), strict=True))
        return np.stack([self._vectors[text] for text in texts])


def _by_tags(
    taggram: Taggram, known: Remembering, texts: Sequence[str], soundings: Sequence[Sounding], norm: TagNorm
) -> Vectors:
    known.encode([*texts, *(word for text in texts for word in content_words(text))])
    heard = standardise(np.stack([one.pooled for one in soundings]), norm)
    return np.asarray(taggram.weights(texts) @ heard.T, dtype=np.float32)


def _by_cosine(joint: JointEncoder, texts: Sequence[str], soundings: Sequence[Sounding], _: TagNorm) -> Vectors:
    means = [joint.clips(one.outputs).mean(axis=0) for one in soundings]
    return np.asarray(joint.encode(texts) @ unit(np.stack(means)).T, dtype=np.float32)


def fitting(scores: Vectors, owners: Sequence[int], quantile: float = QUANTILE) -> list[bool]:
    """Say of each text whether its own sound fits it better than a share of all other sounds do.

    The threshold is each text's own, since long and plain texts score higher than others whatever sounds: a text is
    kept where at least `quantile` of the other sounds have lower scores than its own sound has.

    Args:
        scores: [n_texts, n_sounds], higher is better.
        owners: The column of each text's own sound.
        quantile: Of the other sounds, 0 to 1; with 0 nothing is dropped. Fewer than `FEWEST` sounds drop nothing.
    """
    n_texts, n_sounds = scores.shape
    if n_sounds < FEWEST:
        return [True] * n_texts
    own = scores[np.arange(n_texts), list(owners)]
    below = (scores < own[:, None]).sum(axis=1) / (n_sounds - 1)
    return [bool(share >= quantile) for share in below]
