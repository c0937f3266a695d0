"""The words that all rooms share: values that flow between the stages."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Vectors: TypeAlias = npt.NDArray[np.float32]
"""Embeddings or scores, one row each."""

Waveforms: TypeAlias = npt.NDArray[np.float32]
"""Mono sound in [-1, 1], [n_windows, n_samples]."""

Samples: TypeAlias = npt.NDArray[np.float32]
"""Mono sound, [n_samples]."""

Halves: TypeAlias = npt.NDArray[np.float16]
"""Numbers as they are kept, in half precision."""

Rows: TypeAlias = npt.NDArray[np.int64]
"""Row numbers of an index, from 0."""

Bools: TypeAlias = npt.NDArray[np.bool_]
"""Yes or no, one each."""

NAME_BYTES = 200  # of a path shown in one line before it is shortened


class FileState(StrEnum):
    """What became of a file: the ledger's three answers."""

    INDEXED = "indexed"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Window:
    """A span of a track that is analysed, in seconds from its start.

    `padded` is true where the track ended before the window did and silence filled the rest.
    """

    start_s: float
    end_s: float
    padded: bool = False


@dataclass(frozen=True, slots=True)
class Seeds:
    """What is known of a playlist that is to be continued.

    `rows` are its known tracks, each once, in its order; `name` its name, or empty; `day` when it is continued, in days
    since 0001-01-01, or 0 where that is not known; `source` where it was collected, or empty.
    """

    rows: Rows = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    name: str = ""
    day: int = 0
    source: str = ""


@dataclass(frozen=True, slots=True)
class Laid:
    """Where the clips of some tracks lie, track after track and in order of time.

    `times_s` [n_clips, 2] is the start and end of each in its track; clips of track t are starts[t]:starts[t + 1], at
    least one; `durations_s` [n_tracks] is how long each track is, 0 where that is not known.
    """

    times_s: Vectors
    starts: Rows
    durations_s: Vectors


@dataclass(frozen=True, slots=True)
class TextReading:
    """A text as a joint encoder reads it, sentence by sentence.

    `sentences` [n_sentences, dim] are unit rows, the whole text may be one of them; `weights` [n_sentences] is what
    each counts for, summing to one; `whole` [dim] is the unit vector of all of it. `sharpness` is how much a sentence
    keeps to the clips that fit it best, `balance` the share of the whole in the fused score, in [0, 1].
    """

    sentences: Vectors
    weights: Vectors
    whole: Vectors
    sharpness: float
    balance: float
