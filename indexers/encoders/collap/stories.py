"""Long pairs as numbers: tracks as clip vectors, and what is said of them as sentence vectors."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexers.base import TextEncoder
from indexers.encoders.collap.listening import Track
from indexers.encoders.collap.sections import sections_told, untimed
from indexers.encoders.collap.sentences import split_sentences
from indexers.encoders.learning.cards import read_tensors, write_tensors
from indexers.pairs.manifest import Pair
from indexers.schema import Bools, Rows, Vectors

BLOCK = 512  # texts encoded at a time


@dataclass(frozen=True, slots=True)
class Text:
    """One text as rows of sentence vectors: `timed` [n] as it is, `bare` [m] without its clocks.

    `kept` [m] says which sentences have anything left without clocks.
    """

    timed: Rows
    bare: Rows
    kept: Rows


@dataclass(frozen=True, slots=True)
class Story:
    """A track, its caption, its summaries, and which sentences are about which section.

    `told` is [n_sentences, n_sections] and `spans_s` [n_sections, 2]; sections are there where the facts tell of them.
    """

    track: Track
    tune: str
    caption: Text
    summaries: tuple[Text, ...]
    told: Bools
    spans_s: Vectors


@dataclass(frozen=True, slots=True)
class Stories:
    """Stories, and the vectors [n, dim] of all their sentences by the text tower."""

    stories: tuple[Story, ...]
    vectors: Vectors

    def __len__(self) -> int:
        """How many there are."""
        return len(self.stories)


def gather_stories(pairs: Sequence[Pair], tracks: Sequence[Track], folder: Path, encoder: TextEncoder) -> Stories:
    """Put tracks and what is said of them side by side; sentence vectors are kept in `folder`.

    Raises:
        ModelError: what was kept there is damaged.
        StorageError: the disk refused.
    """
    texts = [[split_sentences(text) for text in (pair.text, *pair.rewrites)] for pair in pairs]
    every = [sentence for own in texts for text in own for sentence in text]
    vectors, rows = _encoded([*every, *filter(None, map(untimed, every))], folder, encoder)
    stories = []
    for pair, track, (caption, *summaries) in zip(pairs, tracks, texts, strict=True):
        spans = spans_of(pair)
        told = sections_told(caption, [(start, end) for start, end in spans.tolist()])
        read = [_text(text, rows) for text in summaries if text]
        stories.append(Story(track, pair.tune, _text(caption, rows), tuple(read), told, spans))
    return Stories(tuple(stories), vectors)


def spans_of(pair: Pair) -> Vectors:
    """The sections that a pair's facts tell of, [n_sections, 2] in seconds from its start; none where they do not."""
    found = pair.facts.get("sections")
    listed = found if isinstance(found, list) else []
    spans = [(one.get("start_s"), one.get("end_s")) for one in listed if isinstance(one, dict)]
    numbers = [span for span in spans if all(isinstance(at, int | float) and not isinstance(at, bool) for at in span)]
    return np.array(numbers, dtype=np.float32).reshape(-1, 2)


def _text(sentences: Sequence[str], rows: dict[str, int]) -> Text:
    timed = np.array([rows[sentence] for sentence in sentences], dtype=np.int64)
    bare = [(place, rows[said]) for place, sentence in enumerate(sentences) if (said := untimed(sentence))]
    kept = np.array([place for place, _ in bare], dtype=np.int64)
    return Text(timed, np.array([row for _, row in bare], dtype=np.int64), kept)


def _encoded(texts: Iterable[str], folder: Path, encoder: TextEncoder) -> tuple[Vectors, dict[str, int]]:
    """Encode every distinct text once, texts of like length together; what was encoded is kept."""
    distinct = sorted(set(texts), key=lambda text: (len(text), text))
    digest = hashlib.sha256(json.dumps([encoder.fingerprint, distinct]).encode()).hexdigest()
    path = folder / f"sentences-{digest[:24]}.safetensors"
    if not path.exists():
        blocks = [encoder.encode(distinct[at : at + BLOCK]) for at in range(0, len(distinct), BLOCK)]
        write_tensors(path, {"sentences": np.concatenate(blocks)})
    vectors = np.asarray(read_tensors(path, f"delete {path.name}")["sentences"], dtype=np.float32)
    return vectors, {text: row for row, text in enumerate(distinct)}
