"""Ways of scoring texts against tracks: `collap`, its parts, and pools of what the towers below it say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexers.base import JointEncoder, TextEncoder, TrackEncoder
from indexers.encoders.collap.listening import Track
from indexers.encoders.collap.texts.sentences import split_sentences
from indexers.encoders.collap.training.stories import encode_kept
from indexers.encoders.collap.training.views import spread, whole_of
from indexers.encoders.music import unit
from indexers.schema import Laid, Rows, TextReading, Vectors
from rankers.attention import local_scores

FUSED, GLOBAL, LOCAL = "fused", "global alone", "local alone"
MEAN, MAX = "mean pooling", "max over clips"
ARMS = (FUSED, GLOBAL, LOCAL, MEAN, MAX)


@dataclass(frozen=True, slots=True)
class Pool:
    """Tracks to choose from: clips as the towers below make them, and as they are in their tracks.

    `plain` and `placed` are [n_clips, dim], `tracks` [n_tracks, dim].
    """

    plain: Vectors
    placed: Vectors
    tracks: Vectors
    laid: Laid

    @property
    def starts(self) -> Rows:
        """Where each track's clips begin, [n_tracks + 1]."""
        return self.laid.starts


def pool_of(tracks: Sequence[Track], encoder: TrackEncoder, windows: int | None) -> Pool:
    """Lay out tracks by all their windows, or by so many of each, spread evenly as in a library."""
    chosen = [
        np.arange(len(track.clips)) if windows is None else spread(track.times_s, whole_of(track), windows)
        for track in tracks
    ]
    starts = np.concatenate([[0], np.cumsum([len(rows) for rows in chosen])]).astype(np.int64)
    plain = np.concatenate([track.clips[rows] for track, rows in zip(tracks, chosen, strict=True)])
    times_s = np.concatenate([track.times_s[rows] for track, rows in zip(tracks, chosen, strict=True)])
    laid = Laid(times_s, starts, np.array([track.duration_s for track in tracks], dtype=np.float32))
    placed, whole = encoder.place(plain, laid)
    return Pool(plain, placed, whole, laid)


class Remembering:
    """Towers that encode each text once: what is asked in several ways has the same sentences. See `JointEncoder`."""

    def __init__(self, base: JointEncoder) -> None:
        """Take the towers."""
        self.name, self.fingerprint, self.dim = base.name, base.fingerprint, base.dim
        self.hears, self.languages = base.hears, base.languages
        self.clips = base.clips
        self._base = base
        self._known: dict[str, Vectors] = {}

    def remember(self, texts: Iterable[str], folder: Path) -> None:
        """Encode texts, all at once; what was encoded is kept in the folder.

        Raises:
            ModelError: what was kept there is damaged.
            StorageError: the disk refused.
        """
        vectors, rows = encode_kept(texts, folder, self._base)
        self._known |= {text: vectors[row] for text, row in rows.items()}

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts into [n_texts, dim], unit rows; no texts give [0, dim]."""
        missing = list(dict.fromkeys(text for text in texts if text not in self._known))
        self._known |= dict(zip(missing, self._base.encode(missing), strict=True))
        found = [self._known[text] for text in texts]
        return np.stack(found) if found else np.empty((0, self.dim), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Read:
    """Texts as the encoder reads them, and as the towers below do: all of a text at once, and sentence by sentence."""

    readings: tuple[TextReading, ...]
    plain: Vectors  # [n_texts, dim]
    sentences: tuple[Vectors, ...]  # of each text [n_sentences, dim]


def read_texts(texts: Sequence[str], encoder: TrackEncoder, base: TextEncoder) -> Read:
    """Read every text in all ways."""
    split = [split_sentences(text) or [text] for text in texts]
    ends = np.cumsum([len(own) for own in split])[:-1]
    sentences = np.split(base.encode([sentence for own in split for sentence in own]), ends)
    return Read(tuple(encoder.read(text) for text in texts), base.encode(texts), tuple(sentences))


def score_all(pool: Pool, read: Read) -> dict[str, dict[str, Vectors]]:
    """Score every text against every track, [n_texts, n_tracks]: arm to variant to scores.

    Arms that pool what the towers below say have a variant for each way of reading a text; which is the strongest is
    for `figures` to find. "max over clips" takes each track's best clip.
    """
    whole = np.stack([reading.whole for reading in read.readings]) @ pool.tracks.T
    local = np.stack([local_scores(reading, pool.placed, pool.starts) for reading in read.readings])
    balance = np.array([[reading.balance] for reading in read.readings], dtype=np.float32)
    means = unit(np.add.reduceat(pool.plain, pool.starts[:-1], axis=0))
    texts = {
        "the text at once": read.plain,
        "mean of sentences": np.concatenate([unit(own.mean(axis=0, keepdims=True)) for own in read.sentences]),
    }
    best = {name: _best(vectors @ pool.plain.T, pool.starts) for name, vectors in texts.items()}
    each = np.stack([_best(own @ pool.plain.T, pool.starts).mean(axis=0) for own in read.sentences])
    return {
        FUSED: {"": balance * whole + (1.0 - balance) * local},
        GLOBAL: {"": whole},
        LOCAL: {"": local},
        MEAN: {name: vectors @ means.T for name, vectors in texts.items()},
        MAX: {**best, "each sentence its own": each},
    }


def _best(cosines: Vectors, starts: Rows) -> Vectors:
    return np.asarray(np.maximum.reduceat(cosines, starts[:-1], axis=1), dtype=np.float32)
