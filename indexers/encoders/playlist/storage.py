"""A trained playlist encoder on disk: weights, a card and the vocabulary, in one folder."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from indexers.catalog.corpus import Vocabulary
from indexers.catalog.storage import read_table, write_table
from indexers.encoders.learning.cards import Tensors, digest_of, read_card, read_tensors, write_tensors
from indexers.errors import ModelError
from indexers.files import write_text
from indexers.schema import Rows

FORMAT = 1
WEIGHTS, CARD, VOCABULARY = "weights.safetensors", "card.json", "vocabulary.parquet"
COLUMNS: dict[str, pl.DataType] = {
    "artist": pl.String(),
    "title": pl.String(),
    "album": pl.String(),
    "artist_key": pl.String(),
    "title_key": pl.String(),
}
REMEDY = "train it again with `segue train playlist --fresh`"


@dataclass(frozen=True, slots=True)
class Stored:
    """Everything that an encoder is made from again."""

    kind: str
    settings: Mapping[str, Any]
    vocabulary: Vocabulary
    tensors: Tensors
    about: Mapping[str, Any] = field(default_factory=dict)  # the rest of the card: data, figures, limits, command

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of kind, settings, vocabulary and weights."""
        told = f"{FORMAT} {self.kind} {json.dumps(self.settings, sort_keys=True)}"
        return digest_of(told + vocabulary_digest(self.vocabulary), self.tensors)


def write_folder(folder: Path, stored: Stored) -> None:
    """Write an encoder into a folder; the card comes last, so that a folder with a card is whole.

    Raises:
        StorageError: the disk refused.
    """
    (folder / CARD).unlink(missing_ok=True)
    write_tensors(folder / WEIGHTS, stored.tensors)
    write_vocabulary(folder / VOCABULARY, stored.vocabulary)
    card = {
        "format": FORMAT,
        "kind": stored.kind,
        "fingerprint": stored.fingerprint,
        "settings": stored.settings,
        **stored.about,
    }
    write_text(folder / CARD, json.dumps(card, indent=2) + "\n")


def read_folder(folder: Path) -> Stored:
    """Read an encoder from its folder.

    Raises:
        ModelError: there is none, it is of a newer format, or a file is damaged or not the one the card tells of.
        LibraryError: its vocabulary is damaged.
    """
    card = _card_of(folder)
    about = {name: value for name, value in card.items() if name not in ("format", "kind", "fingerprint", "settings")}
    vocabulary = read_vocabulary(folder / VOCABULARY, REMEDY)
    try:
        stored = Stored(card["kind"], card["settings"], vocabulary, read_tensors(folder / WEIGHTS, REMEDY), about)
        said = card["fingerprint"]
    except KeyError as error:
        raise ModelError(f"{folder / CARD} does not say {error}: {REMEDY}") from error
    if stored.fingerprint != said:
        raise ModelError(f"{folder} is not what its card tells of: {REMEDY}")
    return stored


def vocabulary_digest(vocabulary: Vocabulary) -> str:
    """The SHA-256 of a vocabulary's keys, in order."""
    return hashlib.sha256(json.dumps(vocabulary.keys).encode()).hexdigest()


def lists_digest(vocabulary: Vocabulary, lists: Sequence[Rows]) -> str:
    """The SHA-256 of playlists, as rows of a vocabulary."""
    digest = hashlib.sha256(vocabulary_digest(vocabulary).encode())
    for rows in lists:
        digest.update(len(rows).to_bytes(8, "little") + rows.astype("<i8").tobytes())
    return digest.hexdigest()


def write_vocabulary(path: Path, vocabulary: Vocabulary) -> None:
    """Write a vocabulary as a table.

    Raises:
        StorageError: the disk refused.
    """
    columns = {
        "artist": vocabulary.artists,
        "title": vocabulary.titles,
        "album": vocabulary.albums,
        "artist_key": [artist for artist, _ in vocabulary.keys],
        "title_key": [title for _, title in vocabulary.keys],
    }
    write_table(path, pl.DataFrame(columns, schema=COLUMNS))


def read_vocabulary(path: Path, remedy: str) -> Vocabulary:
    """Read what `write_vocabulary` wrote.

    Raises:
        LibraryError: the table is damaged.
    """
    table = read_table(path, COLUMNS, remedy=remedy)
    columns = {name: tuple(table[name].to_list()) for name in COLUMNS}
    keys = tuple(zip(columns["artist_key"], columns["title_key"], strict=True))
    return Vocabulary(keys, columns["artist"], columns["title"], columns["album"])


def _card_of(folder: Path) -> dict[str, Any]:
    if not (folder / CARD).exists():
        raise ModelError(f"no playlist encoder at {folder}: make one with `segue train playlist`")
    return read_card(folder / CARD, FORMAT, REMEDY)
