"""What a learned ranker looks at: facts of tracks, of the playlist, and of the two together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from indexers.catalog.corpus import Corpus
from indexers.schema import Rows, Seeds, Vectors
from rankers.recommend.item_knn import ItemKnn
from rankers.recommend.item_vectors import ItemVectors

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

TRACK = ("log_playlists", "log_artist_playlists", "days_since_last", "days_since_first")
PAIR = (
    "seeds_of_artist",
    "seeds_of_album",
    "likeness_most",
    "likeness_least",
    "likeness_first",
    "likeness_last",
    "shared_most",
    "shared_seeds",
    "shared_last",
    "popularity_against_seeds",
)
PLAYLIST = (
    "n_seeds",
    "seeds_log_playlists",
    "seeds_coherence",
    "seeds_days_since_last",
    "artists_per_seed",
    "known_name",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts of every track, and what pairs are compared by."""

    counts: Rows  # playlists that hold each track, [n_tracks]
    artist_of: Rows
    artist_counts: Rows  # playlists' listings of each artist
    album_of: Rows  # equal numbers for one album of one artist; a number of its own where none is said
    first_day: Rows
    last_day: Rows
    days: Rows  # of the playlists, sorted
    names: frozenset[str]
    vectors: Vectors  # [n_tracks, dim], unit rows
    similarity: "csr_matrix"  # [n_tracks, n_tracks]

    @classmethod
    def fit(cls, corpus: Corpus, vectors: ItemVectors, neighbours: ItemKnn) -> "Facts":
        """Count them."""
        artist_of = corpus.vocabulary.artist_of()
        first_day, last_day = _days(corpus)
        return cls(
            corpus.counts,
            artist_of,
            np.bincount(artist_of, weights=corpus.counts, minlength=1).astype(np.int64),
            _albums(corpus, artist_of),
            first_day,
            last_day,
            np.sort(corpus.days[corpus.days > 0]),
            frozenset(corpus.names),
            vectors.vectors,
            neighbours.similarity,
        )

    def table(self, seeds: Seeds, rows: Rows) -> Mapping[str, Vectors]:
        """The facts of candidate rows beside these seeds, each [n_candidates]."""
        today = self._today(seeds.day)
        popularity = np.log1p(self.counts[rows])
        tracks = (
            popularity,
            np.log1p(self.artist_counts[self.artist_of[rows]]),
            today - self.last_day[rows],
            today - self.first_day[rows],
        )
        playlist = self._playlist(seeds, today)
        pairs = self._pairs(seeds.rows, rows)
        spread = (np.full(len(rows), value) for value in playlist)
        columns = (*tracks, *pairs, popularity - playlist[1], *spread)
        names = (*TRACK, *PAIR, *PLAYLIST)
        return {name: np.asarray(column, dtype=np.float32) for name, column in zip(names, columns, strict=True)}

    def _today(self, day: int) -> int:
        """The newest playlist's day that is not after a day; of all where the day is not known."""
        if not len(self.days):
            return 0
        at = int(np.searchsorted(self.days, day, side="right")) if day else len(self.days)
        return int(self.days[max(at - 1, 0)])

    def _playlist(self, seeds: Seeds, today: int) -> tuple[float, ...]:
        known = float(seeds.name in self.names)
        if not len(seeds.rows):
            return (0.0, np.nan, np.nan, np.nan, np.nan, known)
        middle = self.vectors[seeds.rows].mean(axis=0)
        artists = len(np.unique(self.artist_of[seeds.rows])) / len(seeds.rows)
        age = float(np.mean(today - self.last_day[seeds.rows]))
        popularity = float(np.log1p(self.counts[seeds.rows]).mean())
        return (float(len(seeds.rows)), popularity, float(np.linalg.norm(middle)), age, artists, known)

    def _pairs(self, seeds: Rows, rows: Rows) -> Sequence[npt.NDArray[np.generic]]:
        if not len(seeds):
            return [np.full(len(rows), np.nan) for _ in PAIR[:-1]]
        artists = np.bincount(self.artist_of[seeds], minlength=len(self.artist_counts))[self.artist_of[rows]]
        albums = np.isin(self.album_of[rows], self.album_of[seeds]).astype(np.float32)
        likeness = self.vectors[rows] @ self.vectors[seeds].T
        shared = self.similarity[seeds][:, rows].toarray()
        return (
            artists,
            albums,
            likeness.max(axis=1),
            likeness.min(axis=1),
            likeness[:, 0],
            likeness[:, -1],
            shared.max(axis=0),
            (shared > 0).sum(axis=0),
            shared[-1],
        )


def _days(corpus: Corpus) -> tuple[Rows, Rows]:
    """The first and the last day on which each track was listed; 0 where that is not known."""
    n_tracks = len(corpus.vocabulary)
    far = np.iinfo(np.int64).max
    first, last = np.full(n_tracks, far), np.zeros(n_tracks, dtype=np.int64)
    for rows, day in zip(corpus.lists, corpus.days.tolist(), strict=True):
        if day:
            first[rows] = np.minimum(first[rows], day)
            last[rows] = np.maximum(last[rows], day)
    return np.where(first == far, 0, first), last


def _albums(corpus: Corpus, artist_of: Rows) -> Rows:
    numbers: dict[object, int] = {}
    albums = zip(corpus.vocabulary.albums, artist_of.tolist(), strict=True)
    named = ((album.casefold(), artist) if album else (row,) for row, (album, artist) in enumerate(albums))
    return np.array([numbers.setdefault(name, len(numbers)) for name in named], dtype=np.int64)
