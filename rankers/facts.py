"""What a learned ranker looks at: facts of tracks, of the playlist, and of the two together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from indexers.catalog.corpus import Corpus
from indexers.schema import Rows, Seeds, Vectors
from rankers.history import BY_NAME, LATELY, History
from rankers.recommend.item_knn import ItemKnn
from rankers.recommend.item_vectors import ItemVectors

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

TRACK = ("log_playlists", "log_artist_playlists", "days_since_last", "days_since_first", *LATELY)
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
    "playlists_of_name",
)
FACTS = (*TRACK, *BY_NAME, *PAIR, *PLAYLIST)


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
    history: History
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
            History.fit(corpus, artist_of),
            vectors.vectors,
            neighbours.similarity,
        )

    def table(self, seeds: Seeds, rows: Rows) -> Mapping[str, Vectors]:
        """The `FACTS` of candidate rows beside these seeds, each [n_candidates]; NaN where one is not known."""
        today = self._today(seeds.day)
        named = self.history.of_name(seeds.name, today)
        popularity = np.log1p(self.counts[rows])
        tracks = (
            popularity,
            np.log1p(self.artist_counts[self.artist_of[rows]]),
            today - self.last_day[rows],
            today - self.first_day[rows],
            *self.history.lately(today, rows).values(),
        )
        playlist = (*self._seeds(seeds.rows, today), float(len(named)))
        pairs = (*self._pairs(seeds.rows, rows), popularity - playlist[1])
        spread = (np.full(len(rows), value) for value in playlist)
        columns = (*tracks, *self.history.by_name(named, today, rows).values(), *pairs, *spread)
        return {name: np.asarray(column, dtype=np.float32) for name, column in zip(FACTS, columns, strict=True)}

    def _today(self, day: int) -> int:
        """The newest playlist's day that is not after a day; of all where the day is not known."""
        if not len(self.days):
            return 0
        at = int(np.searchsorted(self.days, day, side="right")) if day else len(self.days)
        return int(self.days[max(at - 1, 0)])

    def _seeds(self, rows: Rows, today: int) -> tuple[float, ...]:
        """What `PLAYLIST` says of the seeds themselves."""
        if not len(rows):
            return (0.0, *(np.nan for _ in PLAYLIST[2:]))
        middle = self.vectors[rows].mean(axis=0)
        artists = len(np.unique(self.artist_of[rows])) / len(rows)
        age = float(np.mean(today - self.last_day[rows]))
        popularity = float(np.log1p(self.counts[rows]).mean())
        return (float(len(rows)), popularity, float(np.linalg.norm(middle)), age, artists)

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
