"""A trained playlist encoder on disk: weights, a card and the vocabulary, in one folder."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from indexers.catalog.corpus import Vocabulary
from indexers.catalog.storage import read_table, write_table
from indexers.errors import ModelError
from indexers.files import write_atomically, write_text
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

Tensors = Mapping[str, npt.NDArray[Any]]


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
        digest = hashlib.sha256(f"{FORMAT} {self.kind} {json.dumps(self.settings, sort_keys=True)}".encode())
        digest.update(vocabulary_digest(self.vocabulary).encode())
        for name, values in sorted(self.tensors.items()):
            digest.update(f"{name} {values.dtype} {values.shape}".encode())
            digest.update(np.ascontiguousarray(values).tobytes())
        return digest.hexdigest()


def write_folder(folder: Path, stored: Stored) -> None:
    """Write an encoder into a folder; the card comes last, so that a folder with a card is whole.

    Raises:
        StorageError: the disk refused.
    """
    from safetensors.numpy import save_file

    kept = {name: np.ascontiguousarray(values) for name, values in stored.tensors.items()}
    (folder / CARD).unlink(missing_ok=True)
    write_atomically(folder / WEIGHTS, lambda path: save_file(kept, path))
    write_table(folder / VOCABULARY, _table(stored.vocabulary))
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
    card = _read_card(folder)
    about = {name: value for name, value in card.items() if name not in ("format", "kind", "fingerprint", "settings")}
    table = read_table(folder / VOCABULARY, COLUMNS, remedy=REMEDY)
    try:
        stored = Stored(card["kind"], card["settings"], _vocabulary(table), _read_tensors(folder / WEIGHTS), about)
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


def _read_card(folder: Path) -> dict[str, Any]:
    path = folder / CARD
    if not path.exists():
        raise ModelError(f"no playlist encoder at {folder}: make one with `segue train playlist`")
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read ({error}): {REMEDY}") from error
    if not isinstance(card, dict) or not isinstance(card.get("format"), int):
        raise ModelError(f"{path} is not a card: {REMEDY}")
    if card["format"] > FORMAT:
        raise ModelError(f"{path} has format {card['format']}, this Segue reads up to {FORMAT}: upgrade Segue")
    return card


def _read_tensors(path: Path) -> dict[str, npt.NDArray[Any]]:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        return dict(load_file(path))
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{path} is damaged or missing ({error}): {REMEDY}") from error


def _table(vocabulary: Vocabulary) -> pl.DataFrame:
    columns = {
        "artist": vocabulary.artists,
        "title": vocabulary.titles,
        "album": vocabulary.albums,
        "artist_key": [artist for artist, _ in vocabulary.keys],
        "title_key": [title for _, title in vocabulary.keys],
    }
    return pl.DataFrame(columns, schema=COLUMNS)


def _vocabulary(table: pl.DataFrame) -> Vocabulary:
    columns = {name: tuple(table[name].to_list()) for name in COLUMNS}
    keys = tuple(zip(columns["artist_key"], columns["title_key"], strict=True))
    return Vocabulary(keys, columns["artist"], columns["title"], columns["album"])
