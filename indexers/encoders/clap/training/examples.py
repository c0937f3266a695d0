"""Pairs as numbers: frames of sound and sentence vectors, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexers.base import TextEncoder
from indexers.encoders.clap.sounds.frames import HEARS, N_FEATURES, N_FRAMES, frames_of
from indexers.encoders.clap.sounds.listening import Span, open_caches
from indexers.encoders.clap.texts.reading import Texts, group_texts, join_texts
from indexers.errors import PairsError
from indexers.schema import Halves, Rows, Vectors


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a clip, its caption first, what is false of it, and the tune that it is of."""

    texts: Sequence[str]
    false: Sequence[str] = ()
    tune: str = ""


@dataclass(frozen=True, slots=True)
class Examples:
    """Clips, what is said of them and what is false of them.

    `frames` is [n_clips, N_FRAMES, N_FEATURES], of clip c the first `counts[c]` are there. Group c of `texts` is the
    caption of clip c and then its rewrites, group c of `false` the texts that are false of it; `tunes` [n_clips]
    numbers what clips were made of.
    """

    frames: Halves
    counts: Rows
    texts: Texts
    false: Texts
    tunes: Rows

    def __len__(self) -> int:
        """How many clips there are."""
        return len(self.counts)


def gather_examples(spans: Sequence[Span], said: Sequence[Said], folder: Path, encoder: TextEncoder) -> Examples:
    """Put what was heard of spans and what is said of them side by side.

    Args:
        spans: All heard by `listen` into `folder`.
        said: Of each span.
        folder: Of the cache.
        encoder: Of sentences.

    Raises:
        PairsError: a span was not heard.
    """
    frames, counts = _frames(spans, folder)
    texts = group_texts([one.texts for one in said], folder, encoder)
    false = group_texts([one.false for one in said], folder, encoder)
    numbers = {tune: number for number, tune in enumerate(dict.fromkeys(one.tune for one in said))}
    return Examples(frames, counts, texts, false, np.array([numbers[one.tune] for one in said], dtype=np.int64))


def join_examples(several: Sequence[Examples]) -> Examples:
    """Put examples behind one another; tunes of different ones stay different."""
    ends = np.cumsum([0, *(1 + int(one.tunes.max(initial=-1)) for one in several)])
    return Examples(
        np.concatenate([one.frames for one in several]),
        np.concatenate([one.counts for one in several]),
        join_texts([one.texts for one in several]),
        join_texts([one.false for one in several]),
        np.concatenate([one.tunes + end for one, end in zip(several, ends[:-1], strict=True)]),
    )


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
