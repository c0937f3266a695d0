"""Playlists as sequences of tracks: what playlist encoders and recommenders learn from."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from indexers.catalog.playlists.entry import Entry, Playlist
from indexers.schema import Rows

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

MIN_PLAYLISTS = 2  # a track that fewer playlists hold is not known: nothing can be learnt about it

Key = tuple[str, str]
"""A track by its name: artist and title, each folded."""


def fold(text: str) -> str:
    """Fold a name to its letters and digits, in lower case; a name that has none stays as it is, stripped."""
    return "".join(letter for letter in text.casefold() if letter.isalnum()) or text.strip().casefold()


def key_of(entry: Entry) -> Key:
    """The name of an entry's track; ("", "") where the entry names none."""
    return (fold(entry.artist), fold(entry.title))


def day_of(text: str) -> int:
    """The day of an ISO date as days since 0001-01-01; 0 where none is said."""
    try:
        return date.fromisoformat(text[:10]).toordinal()
    except ValueError:
        return 0


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The known tracks: row r is keys[r]; artist, title and album as they were first written.

    `artist_of` numbers the artists, so that tracks of one artist can be told without comparing names.
    """

    keys: tuple[Key, ...]
    artists: tuple[str, ...]
    titles: tuple[str, ...]
    albums: tuple[str, ...]

    def __len__(self) -> int:
        """How many tracks are known."""
        return len(self.keys)

    def row_of(self) -> dict[Key, int]:
        """Each track's row."""
        return {key: row for row, key in enumerate(self.keys)}

    def artist_of(self) -> Rows:
        """A number per artist, [n_tracks]: equal for tracks of one artist, from 0 in order of first appearance."""
        numbers: dict[str, int] = {}
        return np.array([numbers.setdefault(artist, len(numbers)) for artist, _ in self.keys], dtype=np.int64)


@dataclass(frozen=True)
class Corpus:
    """Playlists over one vocabulary.

    `lists[p]` holds the rows of playlist p's known tracks, each once, in the order of first appearance; a playlist none
    of whose tracks is known has no rows. `days` are as `day_of` gives them. `names` is what a listener would call each:
    its curator's or show's name where one is said, else the playlist's own.
    """

    vocabulary: Vocabulary
    lists: tuple[Rows, ...]
    ids: tuple[str, ...]
    names: tuple[str, ...]
    sources: tuple[str, ...]
    days: Rows

    @cached_property
    def counts(self) -> Rows:
        """How many playlists hold each track, [n_tracks]."""
        flat = np.concatenate([np.empty(0, dtype=np.int64), *self.lists])
        return np.bincount(flat, minlength=len(self.vocabulary)).astype(np.int64)

    @cached_property
    def matrix(self) -> "csr_matrix":
        """Which playlist holds which track: [n_playlists, n_tracks] of float32 ones."""
        from scipy.sparse import csr_matrix

        ends = np.cumsum([0, *(len(rows) for rows in self.lists)])
        columns = np.concatenate([np.empty(0, dtype=np.int64), *self.lists])
        ones = np.ones(len(columns), dtype=np.float32)
        return csr_matrix((ones, columns, ends), shape=(len(self.lists), len(self.vocabulary)))

    def select(self, rows: Iterable[int]) -> "Corpus":
        """Some of the playlists, in the order given, over the same vocabulary."""
        chosen = [int(row) for row in rows]
        return Corpus(
            self.vocabulary,
            tuple(self.lists[row] for row in chosen),
            tuple(self.ids[row] for row in chosen),
            tuple(self.names[row] for row in chosen),
            tuple(self.sources[row] for row in chosen),
            self.days[chosen] if chosen else self.days[:0],
        )


def build_vocabulary(
    playlists: Sequence[Playlist], *, min_playlists: int = MIN_PLAYLISTS, always: Iterable[Entry] = ()
) -> Vocabulary:
    """Find the tracks that at least `min_playlists` playlists hold, in order of first appearance.

    Args:
        playlists: What to learn from.
        min_playlists: The least number of playlists.
        always: Tracks that are known however few playlists hold them, such as those of a library; they come first.
    """
    written: dict[Key, Entry] = {}
    held: Counter[Key] = Counter()
    kept: dict[Key, Entry] = {}
    for entry in always:
        if all(key := key_of(entry)):
            kept.setdefault(key, entry)
    for playlist in playlists:
        named = {key: entry for entry in reversed(playlist.entries) if all(key := key_of(entry))}
        for key in reversed(named):  # in the playlist's own order
            written.setdefault(key, named[key])
        held.update(named.keys())
    for key, entry in written.items():
        if held[key] >= min_playlists:
            kept.setdefault(key, entry)
    entries = kept.values()
    return Vocabulary(
        tuple(kept), *(tuple(getattr(entry, part) for entry in entries) for part in ("artist", "title", "album"))
    )


def build_corpus(playlists: Sequence[Playlist], vocabulary: Vocabulary) -> Corpus:
    """Read playlists as rows of a vocabulary; tracks that it does not have are left out."""
    row_of = vocabulary.row_of()
    return Corpus(
        vocabulary,
        tuple(known_rows(playlist.entries, row_of) for playlist in playlists),
        tuple(playlist.given_id for playlist in playlists),
        tuple(playlist.curator or playlist.name for playlist in playlists),
        tuple(playlist.source for playlist in playlists),
        np.array([day_of(playlist.date) for playlist in playlists], dtype=np.int64),
    )


def known_rows(entries: Sequence[Entry], row_of: Mapping[Key, int]) -> Rows:
    """The rows of the known tracks among entries, each once, in the order of first appearance."""
    rows = dict.fromkeys(row_of[key] for entry in entries if (key := key_of(entry)) in row_of)
    return np.array(list(rows), dtype=np.int64)
