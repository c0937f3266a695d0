"""What `segue train collap` made, as the joint encoder of a library: clips in their track, sentences in their text."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np

from indexers.base import JointEncoder
from indexers.encoders.collap.forward import Weights, in_context, pooled
from indexers.encoders.collap.places import clip_places, sentence_places
from indexers.encoders.collap.storage import Stored, read_base, read_stored
from indexers.encoders.collap.texts.sentences import split_sentences
from indexers.errors import ModelError
from indexers.schema import Laid, Rows, TextReading, Vectors

HOTTEST = 100.0  # as in the network


class CollapEncoder:
    """See `TrackEncoder` for its promises. It computes in numpy; what was learnt is read when it is first needed."""

    def __init__(self, name: str, folder: Path, base: JointEncoder) -> None:
        """Take the folder of what was learnt and the towers it was learnt over.

        Raises:
            ModelError: there is nothing in the folder, or it was learnt over other towers.
        """
        fingerprint, below = read_base(folder)
        if below.fingerprint != base.fingerprint:
            raise ModelError(
                f"{folder} was learnt over other towers than {base.name} is now: "
                f"run `segue train collap --clap {base.name} --fresh`"
            )
        self.name, self.fingerprint, self.languages = name, f"{fingerprint}-{base.fingerprint}", base.languages
        self.hears: Mapping[str, tuple[str, ...]] = base.hears
        self._folder, self._base = folder, base

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return self._stored.settings.base_dim

    @cached_property
    def _stored(self) -> Stored:
        stored = read_stored(self._folder)
        if stored.settings.base_dim != self._base.dim:
            raise ModelError(
                f"{self._folder} is for vectors of {stored.settings.base_dim} numbers, {self._base.name} gives "
                f"{self._base.dim}: run `segue train collap --fresh`"
            )
        return stored

    @cached_property
    def _sides(self) -> dict[str, Weights]:
        stored = self._stored
        return {side: Weights.of(stored.tensors, side, stored.settings.heads) for side in ("audio", "text")}

    def clips(self, outputs: Mapping[str, Mapping[str, Vectors]]) -> Vectors:
        """Make one vector of each window as if it were alone, [n_clips, dim], unit rows; `place` takes them on."""
        return self._base.clips(outputs)

    def place(self, clips: Vectors, laid: Laid) -> tuple[Vectors, Vectors]:
        """Let the clips of each track see one another; see `TrackEncoder.place`."""
        if not len(clips):
            return np.empty((0, self.dim), np.float32), np.empty((0, self.dim), np.float32)
        said, gates = in_context(clips, clip_places(laid), laid.starts, self._sides["audio"])
        return said, pooled(said, gates, laid.starts)

    def read(self, text: str) -> TextReading:
        """Read a text sentence by sentence, all of it first, as one more; see `TrackEncoder.read`."""
        said, gates, starts = self._read([text])
        fused, whole = self._stored.tensors, pooled(said, gates, starts)
        lumped = _sigmoid(fused["lump"])
        return TextReading(
            np.concatenate([whole, said]),
            np.concatenate([[lumped], (1.0 - lumped) * gates]).astype(np.float32),
            whole[0],
            float(min(HOTTEST, np.exp(fused["log_sharpness"][0]))),
            _sigmoid(fused["tilt"]),
        )

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts into [n_texts, dim], unit rows, each the pool of its sentences; no texts give [0, dim]."""
        if not texts:
            return np.empty((0, self.dim), dtype=np.float32)
        said, gates, starts = self._read(texts)
        return pooled(said, gates, starts)

    def _read(self, texts: Sequence[str]) -> tuple[Vectors, Vectors, Rows]:
        """All sentences in their texts: vectors, weights, and where each text begins."""
        split = [split_sentences(text) or [text] for text in texts]  # a text without words is one sentence
        starts = np.concatenate([[0], np.cumsum([len(own) for own in split])]).astype(np.int64)
        vectors = self._base.encode([sentence for own in split for sentence in own])
        places = np.concatenate([sentence_places(len(own)) for own in split])
        said, gates = in_context(vectors, places, starts, self._sides["text"])
        return said, gates, starts


def _sigmoid(logit: Vectors) -> float:
    return float(1.0 / (1.0 + np.exp(-logit[0])))
