"""From what playlists say to seeds: tracks of the library, and tracks that only the recommender knows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from engine.continuation.answer import Seed, Unmatched
from engine.seeds import row_of
from indexers.catalog.corpus import Key, Vocabulary, fold, key_of
from indexers.catalog.playlists.entry import Entry
from indexers.catalog.playlists.matching import Match, Matcher
from indexers.schema import Rows

if TYPE_CHECKING:
    import polars as pl

NEARLY = 1_000  # entries at the end of a playlist that may match names nearly theirs: each is compared with all artists
NAMES = ("artist", "title", "album")


@dataclass(frozen=True, slots=True)
class Recognised:
    """What is known of a playlist's tracks, each once, in its order.

    `rows` are the library's, `known` those of the recommender's vocabulary; either may lack what the other has.
    """

    seeds: tuple[Seed, ...]
    unmatched: tuple[Unmatched, ...]
    rows: Rows
    known: Rows


class Finder:
    """Finds the tracks that entries mean, in one generation's table and in one vocabulary."""

    def __init__(self, tracks: "pl.DataFrame", vocabulary: Vocabulary | None, threshold: float) -> None:
        """Take the tracks.

        Args:
            tracks: The generation's; row r is track r.
            vocabulary: The tracks that the recommender knows; None where none was trained.
            threshold: The least likeness, 0 to 1, of a fuzzy match.
        """
        self._tracks = tracks
        self._vocabulary = vocabulary
        self._threshold = threshold

    @cached_property
    def vocabulary_rows(self) -> Rows:
        """Each library track's row in the vocabulary, [n_known], beside `library_rows`."""
        return self._pairs[1]

    @cached_property
    def library_rows(self) -> Rows:
        """The library tracks that the vocabulary has, [n_known], sorted."""
        return self._pairs[0]

    def entries(self, entries: Sequence[Entry], folder: str) -> Recognised:
        """Recognise entries whose relative paths start from `folder`."""
        far, near = entries[:-NEARLY], entries[-NEARLY:]
        matches = self._matcher.match(far, [folder] * len(far), nearly=False)
        matches += self._matcher.match(near, [folder] * len(near))
        return self._recognise(zip(entries, matches, strict=True))

    def matched(self, entries: "pl.DataFrame") -> Recognised:
        """Recognise the entries of one of the library's playlists, matched when it was scanned; see `PLAYLISTS`."""
        names = ("location", *NAMES, "duration_s", "track_id", "tier")
        return self._recognise((Entry(*row[:5]), Match(*row[5:])) for row in entries.select(names).iter_rows())

    def rows(self, names: Sequence[str]) -> Rows:
        """The library rows of tracks named by id, the beginning of one, or path.

        Raises:
            QueryError: a name fits no track, or several.
        """
        by_id = (self._row_of_id.get(name) for name in names)
        found = (row_of(self._tracks, name) if row is None else row for row, name in zip(by_id, names, strict=True))
        return _array(found)

    def tracks(self, rows: Rows) -> Recognised:
        """Take tracks of the library as they are."""
        ids = self._tracks["track_id"].gather(rows).to_list()
        return self._recognise((Entry(), Match(track_id, "path")) for track_id in ids)

    def rows_named(self, known: Rows) -> Rows:
        """The library tracks that bear the names of some of the vocabulary's, sorted."""
        return self.library_rows[np.isin(self.vocabulary_rows, known)]

    def joined(self, first: Recognised, rows: Rows) -> Recognised:
        """What was recognised, and then these tracks of the library."""
        new = self.tracks(rows[~np.isin(rows, first.rows)])
        known = np.array(list(dict.fromkeys([*first.known.tolist(), *new.known.tolist()])), dtype=np.int64)
        return Recognised((*first.seeds, *new.seeds), first.unmatched, np.concatenate([first.rows, new.rows]), known)

    def without(self, found: Recognised, rows: Rows) -> Recognised:
        """What was recognised, less some tracks of the library."""
        gone = self.tracks(rows)
        ids = {seed.track_id for seed in gone.seeds}
        return Recognised(
            tuple(seed for seed in found.seeds if seed.track_id not in ids),
            found.unmatched,
            found.rows[~np.isin(found.rows, rows)],
            found.known[~np.isin(found.known, gone.known)],
        )

    def _recognise(self, pairs: Iterable[tuple[Entry, Match]]) -> Recognised:
        seeds: list[Seed] = []
        unmatched: dict[Unmatched, None] = {}
        rows: dict[int, None] = {}
        known: dict[int, None] = {}
        for entry, match in pairs:
            row = self._row_of_id.get(match.track_id or "")
            number = self._number_of_row.get(row) if row is not None else self._number_of_key.get(key_of(entry))
            if row is None and number is None:
                unmatched[Unmatched(written(entry), match.tier if match.tier == "ambiguous" else "unmatched")] = None
            elif row is None and number not in known:
                seeds.append(Seed(entry.title, entry.artist, tier="named"))
            elif row is not None and row not in rows:
                seeds.append(self._seed(row, match.tier))
            known |= {} if number is None else {number: None}
            rows |= {} if row is None else {row: None}
        return Recognised(tuple(seeds), tuple(unmatched), _array(rows), _array(known))

    def _seed(self, row: int, tier: str) -> Seed:
        track_id, path, title, artist = self._described[row]
        return Seed(title, artist or "", track_id, path, tier)

    @cached_property
    def _described(self) -> list[tuple[str, str, str, str | None]]:
        return self._tracks.select("track_id", "path", "title", "artist").rows()

    @cached_property
    def _row_of_id(self) -> dict[str, int]:
        return {track_id: row for row, track_id in enumerate(self._tracks["track_id"])}

    @cached_property
    def _number_of_key(self) -> Mapping[Key, int]:
        return self._vocabulary.row_of() if self._vocabulary is not None else {}

    @cached_property
    def _number_of_row(self) -> dict[int, int]:
        return dict(zip(self.library_rows.tolist(), self.vocabulary_rows.tolist(), strict=True))

    @cached_property
    def _pairs(self) -> tuple[Rows, Rows]:
        keys = (_key(artist, title) for artist, title in self._tracks.select("artist", "title").iter_rows())
        numbers = [self._number_of_key.get(key, len(self._number_of_key)) for key in keys] if self._vocabulary else []
        found = np.array(numbers, dtype=np.int64)
        rows = np.flatnonzero(found < len(self._number_of_key)).astype(np.int64)
        return rows, found[rows]

    @cached_property
    def _matcher(self) -> Matcher:
        copies = self._tracks.select("copies", "track_id").explode("copies")
        return Matcher(self._tracks, dict(copies.iter_rows()), self._threshold)


def written(entry: Entry) -> str:
    """An entry as a person would say it: "artist - title", or its location."""
    return " - ".join(part for part in (entry.artist, entry.title) if part) or entry.location or "an empty line"


def _key(artist: str | None, title: str | None) -> Key:
    return (fold(artist or ""), fold(title or ""))


def _array(rows: Iterable[int]) -> Rows:
    return np.array(list(rows), dtype=np.int64)
