"""Made-up playlists: lists of a genre each, whose tracks are of that genre."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from engine.evaluation.probes.task import ProbeSettings
from engine.evaluation.probes.tasks import Sides
from indexers.catalog.corpus import Corpus, Vocabulary
from indexers.schema import Rows, Vectors

N_TRACKS = 120
GENRE_NAMES = ("jazz", "metal", "rock")


def vocabulary(n_tracks: int = N_TRACKS) -> Vocabulary:
    keys = tuple((f"artist{row}", f"title{row}") for row in range(n_tracks))
    return Vocabulary(keys, *(tuple(key[part] for key in keys) for part in (0, 1)), ("",) * n_tracks)


def corpus_of(lists: Sequence[Sequence[int]], names: Sequence[str], sources: Sequence[str]) -> Corpus:
    rows = tuple(np.array(one, dtype=np.int64) for one in lists)
    ids = tuple(f"id{number}" for number in range(len(rows)))
    return Corpus(vocabulary(), rows, ids, tuple(names), tuple(sources), np.zeros(len(rows), dtype=np.int64))


def _made(n_playlists: int, first_list: int, rng: np.random.Generator) -> Corpus:
    lists, names = [], []
    for number in range(n_playlists):
        genre = number % len(GENRE_NAMES)
        own = np.arange(genre, N_TRACKS, len(GENRE_NAMES))
        lists.append(rng.permutation(own)[: int(rng.integers(6, 35))].tolist())
        names.append(f"list {first_list + number // 2}")
    return corpus_of(lists, names, ["radio" if number % 2 else "web" for number in range(n_playlists)])


@pytest.fixture(scope="session")
def sides() -> Sides:
    rng = np.random.default_rng(1)
    genre_of = {row: GENRE_NAMES[row % len(GENRE_NAMES)] for row in range(0, N_TRACKS, 2)}
    genre_of |= dict.fromkeys(range(0, N_TRACKS, 10), "pop")
    return Sides(_made(160, 0, rng), _made(60, 1000, rng), genre_of)


@pytest.fixture(scope="session")
def small() -> ProbeSettings:
    return ProbeSettings(
        n_train=200, n_test=100, n_targets=4, too_frequent=1.0, n_queries=20, k=3, n_draws=50, strengths=(1e-2, 1e-1)
    )


class BagEncoder:
    """The mean of random track vectors: knows tracks, not their order."""

    fingerprint = "bag"
    dim = 48

    def __init__(self, name: str = "bow", decay: float = 1.0) -> None:
        self.name = name
        self.decay = decay  # below 1 the first tracks weigh most
        self.n_encoded = 0
        self._tracks = np.random.default_rng(5).standard_normal((N_TRACKS, self.dim))

    def encode(self, lists: Sequence[Rows]) -> Vectors:
        self.n_encoded += len(lists)
        sums = np.array([(self.decay ** np.arange(len(rows))) @ self._tracks[rows] for rows in lists])
        return (sums / np.linalg.norm(sums, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def bag() -> BagEncoder:
    return BagEncoder()


@pytest.fixture(scope="session")
def encoders() -> tuple[BagEncoder, BagEncoder]:
    return BagEncoder(), BagEncoder("seq2seq-uni", decay=0.7)


@pytest.fixture(scope="session")
def make_corpus() -> Callable[..., Corpus]:
    return corpus_of
