"""Long pairs as numbers: tracks as clip vectors, and what is said of them as sentence vectors."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexers.base import TextEncoder
from indexers.encoders.collap.listening import Track
from indexers.encoders.collap.texts.sections import sections_told, untimed
from indexers.encoders.collap.texts.sentences import split_sentences
from indexers.encoders.learning.cards import read_tensors, write_tensors
from indexers.pairs.manifest import KINDS, Pair
from indexers.schema import Bools, Rows, Vectors

BLOCK = 256  # texts encoded at a time
BLOCKS_KEPT = 8  # blocks after which what was encoded is kept
NAME_BYTES = 16  # of the hash that a sentence is known by


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
    """Stories of long tracks, those of clips, and the vectors [n, dim] of all their sentences by the text tower."""

    stories: tuple[Story, ...]
    clips: tuple[Story, ...]
    vectors: Vectors

    def __len__(self) -> int:
        """How many long tracks there are."""
        return len(self.stories)


def gather_stories(pairs: Sequence[Pair], tracks: Sequence[Track], folder: Path, encoder: TextEncoder) -> Stories:
    """Put tracks, long ones and clips, and what is said of them side by side; sentence vectors are kept in `folder`.

    Raises:
        ModelError: what was kept there is damaged.
        StorageError: the disk refused.
    """
    texts = [[split_sentences(text) for text in (pair.text, *pair.rewrites)] for pair in pairs]
    every = [sentence for own in texts for text in own for sentence in text]
    vectors, rows = encode_kept([*every, *filter(None, map(untimed, every))], folder, encoder)
    stories: dict[str, list[Story]] = {kind: [] for kind in KINDS}
    for pair, track, (caption, *summaries) in zip(pairs, tracks, texts, strict=True):
        spans = spans_of(pair)
        told = sections_told(caption, [(start, end) for start, end in spans.tolist()])
        read = [_text(text, rows) for text in summaries if text]
        stories[pair.kind].append(Story(track, pair.tune, _text(caption, rows), tuple(read), told, spans))
    return Stories(tuple(stories["long"]), tuple(stories["clip"]), vectors)


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


def encode_kept(texts: Iterable[str], folder: Path, encoder: TextEncoder) -> tuple[Vectors, dict[str, int]]:
    """Encode every distinct text that is not kept in the folder yet, texts of like length together, and keep it.

    Returns:
        Vectors [n_texts, dim], and the row of each text.

    Raises:
        ModelError: what was kept there is damaged.
        StorageError: the disk refused.
    """
    distinct = sorted(set(texts), key=lambda text: (len(text), text))
    path = folder / f"sentences-{hashlib.sha256(encoder.fingerprint.encode()).hexdigest()[:16]}.safetensors"
    kept = read_tensors(path, f"delete {path.name}") if path.exists() else {}
    vectors = np.asarray(kept.get("vectors", np.empty((0, encoder.dim))), dtype=np.float32)
    names = [name.tobytes() for name in kept.get("names", np.empty((0, NAME_BYTES), dtype=np.uint8))]
    known = set(names)
    missing = [text for text in distinct if _name(text) not in known]
    for at in range(0, len(missing), BLOCK):
        block = missing[at : at + BLOCK]
        vectors = np.concatenate([vectors, encoder.encode(block)])
        names += map(_name, block)
        if at + BLOCK >= len(missing) or at // BLOCK % BLOCKS_KEPT == BLOCKS_KEPT - 1:
            told = np.frombuffer(b"".join(names), dtype=np.uint8).reshape(-1, NAME_BYTES)
            write_tensors(path, {"vectors": vectors, "names": told})
    rows = {name: row for row, name in enumerate(names)}
    chosen = np.array([rows[_name(text)] for text in distinct], dtype=np.int64)
    return vectors[chosen], {text: row for row, text in enumerate(distinct)}


def _name(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=NAME_BYTES).digest()
