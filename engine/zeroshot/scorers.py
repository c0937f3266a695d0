"""How well labels fit what was heard: by the taggram, in a joint space, or by several such ways together."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from indexers.base import JointEncoder
from indexers.encoders.music import unit
from indexers.encoders.prompts import Prompts, mean_vectors
from indexers.encoders.taggram import TAG_ENCODERS, Taggram, TagNorm, clip_evidence, standardise
from indexers.schema import Vectors

Heard = Mapping[str, Mapping[str, Vectors]]
"""Sound encoder to output to [n_clips, dim]."""

LEAST_SPREAD = 1e-6  # of scores over labels, by which they are divided


class Scorer(Protocol):
    """Scores clips by labels."""

    @property
    def name(self) -> str:
        """What it is asked for by."""

    @property
    def unit(self) -> str:
        """What one of its scores is."""

    @property
    def hears(self) -> tuple[str, ...]:
        """The sound encoders whose outputs it needs; the first one's windows are its clips."""

    def clips(self, prompts: Sequence[Prompts], heard: Heard) -> Vectors:
        """Score clips, [n_clips, n_labels]; higher is better."""

    def file(self, prompts: Sequence[Prompts], heard: Heard) -> Vectors:
        """Score all that was heard of one file, [n_labels]."""


class TaggramScorer:
    """Scores by the tags heard: each label as weights over classes.

    The inner product of weights and standardised tags, divided by the length of the weights. Tags of independent
    classes vary by one, so this is how unusual the label's share of what was heard is, in standard deviations, however
    many classes it is spread over. It is taken times the share of the label that the classes know, by the prompt they
    know best: a label that has nothing to do with sound scores near 0. docs/zero-shot.md says how this was chosen.
    """

    unit = "standard deviations above what is usual"

    def __init__(self, taggram: Taggram, norm: TagNorm, hears: Sequence[str] = TAG_ENCODERS) -> None:
        self.name, self.hears = "taggram", tuple(hears)
        self._taggram, self._norm = taggram, norm
        self._known: dict[tuple[str, ...], Vectors] = {}

    def clips(self, prompts: Sequence[Prompts], heard: Heard) -> Vectors:
        """See `Scorer.clips`."""
        return standardise(clip_evidence(heard), self._norm) @ self._weights(prompts).T

    def file(self, prompts: Sequence[Prompts], heard: Heard) -> Vectors:
        """The mean over the clips, as a library pools them."""
        return np.asarray(self.clips(prompts, heard).mean(axis=0), dtype=np.float32)

    def _weights(self, prompts: Sequence[Prompts]) -> Vectors:
        new = [one.plain for one in prompts if one.plain not in self._known]
        if new:
            rows = self._taggram.mean_weights(new)
            self._known |= dict(zip(new, rows.sum(axis=1, keepdims=True) * unit(rows), strict=True))
        return np.stack([self._known[one.plain] for one in prompts])


class JointScorer:
    """Scores by cosine in the space of an encoder that learnt texts and sounds together."""

    unit = "cosine"

    def __init__(self, encoder: JointEncoder) -> None:
        self.name, self.hears = encoder.name, tuple(encoder.hears)
        self._encoder = encoder
        self._known: dict[tuple[str, ...], Vectors] = {}

    def clips(self, prompts: Sequence[Prompts], heard: Heard) -> Vectors:
        """See `Scorer.clips`."""
        return np.asarray(self._encoder.clips(heard) @ self._vectors(prompts).T, dtype=np.float32)

    def file(self, prompts: Sequence[Prompts], heard: Heard) -> Vectors:
        """The cosine with the mean of the clips."""
        track = unit(self._encoder.clips(heard).mean(axis=0, keepdims=True))[0]
        return np.asarray(self._vectors(prompts) @ track, dtype=np.float32)

    def _vectors(self, prompts: Sequence[Prompts]) -> Vectors:
        new = [one.texts for one in prompts if one.texts not in self._known]
        if new:
            self._known |= dict(zip(new, mean_vectors(self._encoder.encode, new), strict=True))
        return np.stack([self._known[one.texts] for one in prompts])


class BlendScorer:
    """The mean of several scorers, each standardised over the labels: their scores are of different kinds."""

    unit = "standard deviations among the labels"

    def __init__(self, scorers: Sequence[Scorer]) -> None:
        """Take at least one scorer; the first one's clips say where a label fits most."""
        self._scorers = tuple(scorers)
        self.name = "+".join(scorer.name for scorer in scorers)
        self.hears = tuple(dict.fromkeys(name for scorer in scorers for name in scorer.hears))

    def clips(self, prompts: Sequence[Prompts], heard: Heard) -> Vectors:
        """The clips of the first scorer."""
        return self._scorers[0].clips(prompts, heard)

    def file(self, prompts: Sequence[Prompts], heard: Heard) -> Vectors:
        """See `Scorer.file`."""
        scores = [standard(scorer.file(prompts, heard)) for scorer in self._scorers]
        return np.asarray(np.mean(scores, axis=0), dtype=np.float32)


def standard(scores: Vectors) -> Vectors:
    """Scores [n_labels] less their mean, over their standard deviation; equal scores give zeros."""
    return np.asarray((scores - scores.mean()) / max(float(scores.std()), LEAST_SPREAD), dtype=np.float32)
