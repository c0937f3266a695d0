"""Pairs as numbers: frames of sound and sentence vectors, side by side."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexers.base import TextEncoder
from indexers.encoders.clap.frames import HEARS, N_FEATURES, N_FRAMES, frames_of
from indexers.encoders.clap.listening import Span, open_caches
from indexers.encoders.learning.cards import read_tensors, write_tensors
from indexers.errors import PairsError
from indexers.schema import Rows, Vectors

Halves = npt.NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Examples:
    """Clips and what is said of them.

    `frames` is [n_clips, N_FRAMES, N_FEATURES], of clip c the first `counts[c]` are there. The sentence vectors of clip
    c are `sentences[starts[c]:starts[c + 1]]`, its caption first, then its rewrites.
    """

    frames: Halves
    counts: Rows
    sentences: Vectors
    starts: Rows

    def __len__(self) -> int:
        """How many clips there are."""
        return len(self.counts)

    @property
    def captions(self) -> Vectors:
        """The sentence vector of each clip's caption, [n_clips, 384]."""
        return self.sentences[self.starts[:-1]]


def gather_examples(
    spans: Sequence[Span], texts: Sequence[Sequence[str]], folder: Path, encoder: TextEncoder
) -> Examples:
    """Put what was heard of spans and what is said of them side by side.

    Args:
        spans: All heard by `listen` into `folder`.
        texts: Of each span its caption and its rewrites.
        folder: Of the cache.
        encoder: Of sentences.

    Raises:
        PairsError: a span was not heard.
    """
    frames, counts = _frames(spans, folder)
    starts = np.concatenate([[0], np.cumsum([len(own) for own in texts])]).astype(np.int64)
    return Examples(frames, counts, _sentences([text for own in texts for text in own], folder, encoder), starts)


def _frames(spans: Sequence[Span], folder: Path) -> tuple[Halves, Rows]:
    places: dict[str, list[int]] = {}
    for row, span in enumerate(spans):
        places.setdefault(span.key, []).append(row)
    heard: dict[str, dict[str, dict[str, Vectors]]] = {}
    frames = np.zeros((len(spans), N_FRAMES, N_FEATURES), dtype=np.float16)
    counts = np.zeros(len(spans), dtype=np.int64)
    for name, cache in open_caches(folder).items():
        for entry in cache.entries(HEARS[name]):
            if entry.track_id not in places:
                continue
            parts = heard.setdefault(entry.track_id, {})
            parts[name] = {output: np.asarray(rows, dtype=np.float32) for output, rows in entry.outputs.items()}
            if len(parts) == len(HEARS):
                made = frames_of(heard.pop(entry.track_id))
                for row in places[entry.track_id]:
                    frames[row, : len(made)], counts[row] = made, len(made)
    if not counts.all():
        raise PairsError(f"{int((counts == 0).sum())} of {len(spans)} clips were not heard: run the training again")
    return frames, counts


def _sentences(texts: Sequence[str], folder: Path, encoder: TextEncoder) -> Vectors:
    """Encode every distinct text once, texts of like length together: the shorter are padded to the longest.

    What was encoded is kept in the folder, for another training on the same texts.
    """
    distinct = sorted(set(texts), key=lambda text: (len(text), text))
    digest = hashlib.sha256(json.dumps([encoder.fingerprint, distinct]).encode()).hexdigest()
    path = folder / f"sentences-{digest[:24]}.safetensors"
    if not path.exists():
        write_tensors(path, {"sentences": encoder.encode(distinct)})
    vectors = read_tensors(path, f"delete {path.name}")["sentences"]
    rows = {text: row for row, text in enumerate(distinct)}
    return np.asarray(vectors[[rows[text] for text in texts]], dtype=np.float32)
