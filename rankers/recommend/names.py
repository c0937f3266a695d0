"""The playlist's name: playlists with a name of like meaning lend their tracks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from indexers.base import TextEncoder
from indexers.catalog.corpus import Corpus
from indexers.schema import Rows, Seeds, Vectors
from rankers.recommend.common import checked, fading
from rankers.recommend.playlist_neighbours import NeighbourSettings, lent

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

REMEMBERED = 64  # names
LIKE_NAMES = NeighbourSettings(n_neighbours=1_000, power=8.0, half_life_days=180.0, floor=0.1)


@dataclass(frozen=True, slots=True)
class Names:
    """Playlists weighed by a power of the cosine of their names' text vectors, and by their age."""

    encode: Callable[[str], Vectors]  # one name; remembers the last ones, for several arms ask for the same
    vectors: Vectors  # [n_names, dim], unit rows: one per distinct name
    row_of: Mapping[str, int]  # each name's row in `vectors`
    name_of: Rows  # [n_playlists], each playlist's row in `vectors`
    matrix: "csr_matrix"  # [n_playlists, n_tracks]
    days: Rows
    settings: NeighbourSettings = field(default=LIKE_NAMES)
    name: str = "names"

    @classmethod
    def fit(cls, corpus: Corpus, encoder: TextEncoder, settings: NeighbourSettings = LIKE_NAMES) -> "Names":
        """Encode every distinct name once."""
        return cls.of(corpus, encoder, encoder.encode(list(dict.fromkeys(corpus.names))), settings)

    @classmethod
    def of(cls, corpus: Corpus, encoder: TextEncoder, vectors: Vectors, settings: NeighbourSettings) -> "Names":
        """Take the vectors of the distinct names, in order of first appearance, as `fit` found them."""
        distinct = {name: row for row, name in enumerate(dict.fromkeys(corpus.names))}
        name_of = np.array([distinct[name] for name in corpus.names], dtype=np.int64)
        encode = lru_cache(maxsize=REMEMBERED)(lambda name: encoder.encode([name])[0])
        return cls(encode, vectors, distinct, name_of, corpus.matrix, corpus.days, settings)

    def with_settings(self, settings: NeighbourSettings, name: str) -> "Names":
        """The same names, weighed otherwise."""
        return replace(self, settings=settings, name=name)

    @property
    def n_tracks(self) -> int:
        """How many tracks it knows."""
        return int(self.matrix.shape[1])

    def score(self, seeds: Seeds) -> Vectors:
        """Score all tracks, [n_tracks]; see `Recommender`."""
        checked(seeds, self.n_tracks)
        if not seeds.name.strip():
            return np.zeros(self.n_tracks, dtype=np.float32)
        cosines = (self.vectors @ self._vector(seeds.name))[self.name_of]
        return lent(cosines, self.matrix, fading(self.days, seeds.day, self.settings.half_life_days), self.settings)

    def _vector(self, name: str) -> Vectors:
        """A name's vector: that which was learnt where the name is known, so that it is encoded once."""
        row = self.row_of.get(name)
        vector: Vectors = self.encode(name) if row is None else self.vectors[row]
        return vector
