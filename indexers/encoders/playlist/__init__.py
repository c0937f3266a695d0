"""Playlists become vectors here.

Tracks are words and playlists sentences: every encoder starts from track vectors (`item2vec`) and reads a playlist as
the ordered rows of its vocabulary. Each kind is found by name in one registry; loading one is the only thing that
imports its library.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from indexers.base import PlaylistEncoder
from indexers.errors import ConfigError

if TYPE_CHECKING:
    from indexers.catalog.corpus import Vocabulary
    from indexers.encoders.playlist.storage import Stored


class NamedPlaylistEncoder(PlaylistEncoder, Protocol):
    """A playlist encoder that knows its tracks by name."""

    @property
    def vocabulary(self) -> "Vocabulary":
        """Whose rows it reads: `known_rows(entries, vocabulary.row_of())` gives those of a playlist."""

    def stored(self) -> "Stored":
        """What it is made from again."""


def load_playlist_encoder(folder: Path, *, device: str = "cpu") -> NamedPlaylistEncoder:
    """Load an encoder that was trained.

    Args:
        folder: Where `segue train playlist` put it.
        device: "cpu", "cuda" or "auto"; kinds that have no GPU path run on the CPU.

    Raises:
        ModelError: there is none, or a file is damaged.
        LibraryError: its vocabulary is damaged.
        ConfigError: its kind, or the device, does not exist.
    """
    from indexers.encoders.playlist.storage import read_folder

    stored = read_folder(folder)
    return PLAYLIST_ENCODERS[check_kind(stored.kind)](stored, device)


def check_kind(kind: str) -> str:
    """Give a kind back if there is such a one.

    Raises:
        ConfigError: there is none; the message names those there are.
    """
    if kind not in PLAYLIST_ENCODERS:
        raise ConfigError(f"no playlist encoder {kind!r}; there are {', '.join(PLAYLIST_ENCODERS)}")
    return kind


def _bow(stored: "Stored", device: str) -> NamedPlaylistEncoder:
    from indexers.encoders.playlist.bow import load_bow

    return load_bow(stored, device)


def _sif(stored: "Stored", device: str) -> NamedPlaylistEncoder:
    from indexers.encoders.playlist.sif import load_sif

    return load_sif(stored, device)


def _seq2seq(stored: "Stored", device: str) -> NamedPlaylistEncoder:
    from indexers.encoders.playlist.seq2seq import load_seq2seq

    return load_seq2seq(stored, device)


PLAYLIST_ENCODERS: dict[str, Callable[["Stored", str], NamedPlaylistEncoder]] = {
    "bow": _bow,
    "sif": _sif,
    "seq2seq-uni": _seq2seq,
    "seq2seq-bi": _seq2seq,
}
