"""What the text tower takes of a text: its sentence vector, and where its clauses lie in time."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexers.base import TextEncoder
from indexers.encoders.clap.texts.clauses import Clause, clauses_of
from indexers.encoders.learning.cards import read_tensors, write_tensors
from indexers.schema import Halves, Rows, Vectors

TEXT_DIM = 384  # of a sentence vector
READ_DIM = 2 * TEXT_DIM  # of a text as it was read
READ_AT_ONCE = 20_000  # texts; a training cut short has lost no more


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts as they were read, in groups of one meaning: group g is `read[starts[g]:starts[g + 1]]`.

    `read` is [n_texts, READ_DIM], `starts` is [n_groups + 1]; a group may be empty.
    """

    read: Vectors
    starts: Rows

    def __len__(self) -> int:
        """How many groups there are."""
        return len(self.starts) - 1

    @property
    def first(self) -> Vectors:
        """The first text of each group, [n_groups, READ_DIM]; no group may be empty."""
        return self.read[self.starts[:-1]]

    def draw(self, rng: np.random.Generator, first: float | None = None) -> tuple[Rows, Rows]:
        """The row of a text for every group: with the probability `first` its first, else one of the others.

        Args:
            rng: Draws.
            first: None draws from all texts of a group alike.

        Returns:
            Rows, [n_groups], and how many texts each group has: a group of none gets a row that means nothing.
        """
        counts = np.diff(self.starts)
        if first is None:
            return np.asarray(self.starts[:-1] + (rng.random(len(counts)) * counts).astype(np.int64)), counts
        another = (rng.random(len(counts)) >= first) & (counts > 1)
        chosen = 1 + (rng.random(len(counts)) * np.maximum(counts - 1, 1)).astype(np.int64)
        return np.asarray(self.starts[:-1] + np.where(another, chosen, 0)), counts


def read_texts(texts: Sequence[str], encode: Callable[[Sequence[str]], Vectors]) -> Vectors:
    """Read texts: beside each text's vector the moment of its clauses, the mean of place times vector.

    Places are centred, so that what all clauses have in common is not in the moment. A text that tells of no order has
    a moment of zeros.

    Args:
        texts: Any number of texts.
        encode: Turns texts into [n_texts, TEXT_DIM].

    Returns:
        [n_texts, READ_DIM].
    """
    clauses = [clauses_of(text) for text in texts]
    distinct = sorted({*texts, *(clause.words for own in clauses for clause in own)}, key=lambda one: (len(one), one))
    vectors = encode(distinct)
    row_of = {text: row for row, text in enumerate(distinct)}
    read = np.zeros((len(texts), READ_DIM), dtype=np.float32)
    for row, (text, own) in enumerate(zip(texts, clauses, strict=True)):
        read[row, :TEXT_DIM] = vectors[row_of[text]]
        if own:
            read[row, TEXT_DIM:] = _moment(own, vectors, row_of)
    return read


def _moment(clauses: Sequence[Clause], vectors: Vectors, row_of: Mapping[str, int]) -> Vectors:
    places = np.array([clause.place for clause in clauses], dtype=np.float32)
    own = vectors[[row_of[clause.words] for clause in clauses]]
    return np.asarray((places - places.mean()) @ own / len(clauses), dtype=np.float32)


def group_texts(groups: Sequence[Sequence[str]], folder: Path, encoder: TextEncoder) -> Texts:
    """Read groups of texts, every distinct text once; what was read is kept in the folder for other trainings.

    Raises:
        ModelError: what was kept there is damaged.
        StorageError: the disk refused.
    """
    path = folder / f"texts-{encoder.fingerprint[:24]}.safetensors"
    distinct = sorted({text for own in groups for text in own}, key=lambda text: (len(text), text))
    names = [hashlib.sha256(text.encode()).digest() for text in distinct]
    known, rows = _kept(path)
    owed = [(name, text) for name, text in zip(names, distinct, strict=True) if name not in known]
    for at in range(0, len(owed), READ_AT_ONCE):
        block = owed[at : at + READ_AT_ONCE]
        read = read_texts([text for _, text in block], encoder.encode).astype(np.float16)
        known |= {name: len(rows) + place for place, (name, _) in enumerate(block)}
        rows = np.concatenate([rows, read])
        write_tensors(path, {"names": np.frombuffer(b"".join(known), dtype=np.uint8), "read": rows})
    row_of = {text: known[name] for name, text in zip(names, distinct, strict=True)}
    chosen = np.array([row_of[text] for own in groups for text in own], dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum([len(own) for own in groups])]).astype(np.int64)
    return Texts(rows[chosen].astype(np.float32), starts)


def _kept(path: Path) -> tuple[dict[bytes, int], Halves]:
    """The row of each text that was read before, by its SHA-256, and the rows, [n_texts, READ_DIM]."""
    if not path.exists():
        return {}, np.empty((0, READ_DIM), dtype=np.float16)
    tensors = read_tensors(path, f"delete {path}")
    names, size = tensors["names"].tobytes(), hashlib.sha256().digest_size
    return {names[at : at + size]: at // size for at in range(0, len(names), size)}, tensors["read"]


def join_texts(several: Sequence[Texts]) -> Texts:
    """Put groups of texts behind one another."""
    ends = np.cumsum([0, *(len(one.read) for one in several)])
    starts = [one.starts[:-1] + end for one, end in zip(several, ends[:-1], strict=True)]
    read = np.concatenate([np.empty((0, READ_DIM), dtype=np.float32), *(one.read for one in several)])
    return Texts(read, np.concatenate([*starts, ends[-1:]]).astype(np.int64))
