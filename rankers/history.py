"""When and under which names tracks were listed: what is played now, and what a show or a list usually plays."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from indexers.catalog.corpus import Corpus
from indexers.schema import Rows, Vectors
from rankers.recommend.common import sum_of_rows

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

WINDOWS_DAYS = (7, 30, 90, 365)
ARTIST_WINDOW_DAYS = 30
LATELY = (*(f"log_listed_{days}_days" for days in WINDOWS_DAYS), f"log_artist_listed_{ARTIST_WINDOW_DAYS}_days")
BY_NAME = ("log_listed_by_name", "log_artist_listed_by_name", "days_since_listed_by_name")


@dataclass(frozen=True, slots=True)
class History:
    """The playlists with their days and names, ready to be counted."""

    matrix: "csr_matrix"  # [n_playlists, n_tracks]
    days: Rows
    artist_of: Rows  # [n_tracks]
    lists_of: Mapping[str, Rows]  # name to its playlists; those without a name are left out

    @classmethod
    def fit(cls, corpus: Corpus, artist_of: Rows) -> "History":
        """Sort the playlists by their names."""
        rows_of: dict[str, list[int]] = {}
        for row, name in enumerate(corpus.names):
            if name.strip():
                rows_of.setdefault(name, []).append(row)
        lists_of = {name: np.array(rows, dtype=np.int64) for name, rows in rows_of.items()}
        return cls(corpus.matrix, corpus.days, artist_of, lists_of)

    def lately(self, today: int, rows: Rows) -> dict[str, Vectors]:
        """How many playlists of the last days hold each of some tracks, and its artist: `LATELY`, each [n_rows].

        Args:
            today: The last day that counts; playlists without a day never do.
            rows: Of the tracks.
        """
        counts = {window: self._counts(self._between(today - window, today)) for window in WINDOWS_DAYS}
        artists = self._by_artist(counts[ARTIST_WINDOW_DAYS])[self.artist_of[rows]]
        columns = (*(np.log1p(listed[rows]) for listed in counts.values()), np.log1p(artists))
        return dict(zip(LATELY, columns, strict=True))

    def of_name(self, name: str, today: int) -> Rows:
        """The playlists of just this name that are not still to come; those without a day are among them."""
        lists = self.lists_of.get(name, np.empty(0, dtype=np.int64))
        return lists[self.days[lists] <= today]

    def by_name(self, lists: Rows, today: int, rows: Rows) -> dict[str, Vectors]:
        """How often and how lately some playlists held each of some tracks, and its artist: `BY_NAME`, each [n_rows].

        Args:
            lists: Those of one name, as `of_name` gives them.
            today: The day that ages count from; NaN where no dated one of the playlists holds the track.
            rows: Of the tracks.
        """
        counts = self._counts(lists)
        last = np.zeros(len(counts), dtype=np.int64)
        for row in lists[np.argsort(self.days[lists], kind="stable")].tolist():
            last[self.matrix.indices[self.matrix.indptr[row] : self.matrix.indptr[row + 1]]] = self.days[row]
        ages = np.where(last[rows] > 0, today - last[rows], np.nan)
        artists = self._by_artist(counts)[self.artist_of[rows]]
        return dict(zip(BY_NAME, (np.log1p(counts[rows]), np.log1p(artists), ages), strict=True))

    def _between(self, after: int, until: int) -> Rows:
        return np.flatnonzero((self.days > max(after, 0)) & (self.days <= until))

    def _counts(self, lists: Rows) -> Vectors:
        return sum_of_rows(self.matrix, lists, np.ones(len(lists), dtype=np.float32))

    def _by_artist(self, counts: Vectors) -> Vectors:
        """Listings of each artist's tracks, [n_artists]."""
        return np.bincount(self.artist_of, weights=counts).astype(np.float32)
