import numpy as np
import pytest

from indexers.catalog.corpus import Corpus, build_corpus, build_vocabulary
from indexers.catalog.playlists.entry import Entry, Playlist
from indexers.errors import ShapeError
from indexers.schema import Seeds
from indexers.testing import FakeTextEncoder, RecommenderContract, unit_rows
from rankers.recommend.als import Als, AlsSettings
from rankers.recommend.common import fading, strongest, sum_of_rows
from rankers.recommend.item_knn import ItemKnn, ItemKnnSettings
from rankers.recommend.item_vectors import ItemVectors
from rankers.recommend.names import Names
from rankers.recommend.playlist_neighbours import NeighbourSettings, PlaylistNeighbours, lent
from rankers.recommend.popularity import Popularity
from rankers.recommend.session_knn import SessionKnn, SessionKnnSettings

LISTS = (("abc", "2020-01-01"), ("abd", "2020-01-11"), ("ce", "2020-01-21"), ("de", "2020-01-31"), ("ef", "2020-01-31"))
NAMES = ("rain songs", "slow rain", "party", "party night", "party")


def corpus() -> Corpus:
    playlists = [
        Playlist(name, tuple(Entry("", "X", letter) for letter in letters), str(number), date=day)
        for number, ((letters, day), name) in enumerate(zip(LISTS, NAMES, strict=True))
    ]
    return build_corpus(playlists, build_vocabulary(playlists, min_playlists=1))


def seeds(letters: str, **said) -> Seeds:
    return Seeds(np.array(["abcdef".index(letter) for letter in letters], dtype=np.int64), **said)


class Means:
    """Encodes a playlist as the mean of one-hot tracks."""

    name, fingerprint, dim = "means", "0", 6

    def encode(self, lists):
        return unit_rows(np.array([np.eye(6)[rows].sum(axis=0) for rows in lists]).reshape(-1, 6).astype(np.float32))


class TestPopularity(RecommenderContract):
    def build(self, corpus):
        return Popularity.fit(corpus, 30.0)


class TestCosine(RecommenderContract):
    def build(self, corpus):
        return ItemKnn.fit(corpus.matrix, "cosine", ItemKnnSettings())


class TestBm25(RecommenderContract):
    def build(self, corpus):
        return ItemKnn.fit(corpus.matrix, "bm25", ItemKnnSettings())


class TestSessionKnn(RecommenderContract):
    def build(self, corpus):
        return SessionKnn.fit(corpus, SessionKnnSettings())


class TestItemVectors(RecommenderContract):
    def build(self, corpus):
        return ItemVectors.fit(np.eye(len(corpus.vocabulary), 4, dtype=np.float32) + 0.1)


class TestPlaylistNeighbours(RecommenderContract):
    def build(self, corpus):
        class Ones:
            name, fingerprint, dim = "ones", "0", 2

            def encode(self, lists):
                return np.array([[1.0, 0.0] if len(rows) else [0.0, 0.0] for rows in lists], dtype=np.float32)

        return PlaylistNeighbours.fit(corpus, Ones(), NeighbourSettings())


class TestNames(RecommenderContract):
    def build(self, corpus):
        return Names.fit(corpus, FakeTextEncoder())


class TestAls(RecommenderContract):
    def build(self, corpus):
        return Als.fit(corpus.matrix, AlsSettings(factors=4, iterations=3))


def test_popularity_counts_what_is_recent_more():
    scores = Popularity.fit(corpus(), 10.0).score(seeds("", day=0))
    # ages in days: 30, 20, 10, 0, 0 → weights 1/8, 1/4, 1/2, 1, 1
    np.testing.assert_allclose(scores, [0.375, 0.375, 0.625, 1.25, 2.5, 1.0], rtol=1e-6)


def test_popularity_does_not_look_ahead():
    day = int(corpus().days[1])
    scores = Popularity.fit(corpus(), 10.0).score(seeds("", day=day))
    np.testing.assert_allclose(scores, [1.5, 1.5, 0.5, 1.0, 0.0, 0.0], rtol=1e-6)


def test_cosine_neighbours_are_those_of_a_hand_count():
    scores = ItemKnn.fit(corpus().matrix, "cosine", ItemKnnSettings(10)).score(seeds("a"))
    # a and b share both their playlists; a and c one of 2 and 2; a and d one of 2 and 2
    np.testing.assert_allclose(scores, [0, 1, 0.5, 0.5, 0, 0], atol=1e-6)


def test_few_neighbours_are_the_nearest():
    scores = ItemKnn.fit(corpus().matrix, "cosine", ItemKnnSettings(1)).score(seeds("a"))
    assert np.flatnonzero(scores).tolist() == [1]


def test_session_knn_weighs_rare_tracks_length_and_age():
    settings = SessionKnnSettings(n_neighbours=10, idf_power=1.0, length_power=1.0, half_life_days=10.0, floor=0.0)
    scores = SessionKnn.fit(corpus(), settings).score(seeds("f"))
    rarity = np.log(5 / 1)  # f is in one of five playlists, which has two tracks and is the newest
    np.testing.assert_allclose(scores, [0, 0, 0, 0, rarity / 2, rarity / 2], rtol=1e-6)


def test_als_solves_the_least_squares_of_the_paper():
    model = Als.fit(corpus().matrix, AlsSettings(factors=3, regularization=0.5, alpha=4.0, iterations=5))
    wanted = np.array([1.0, 0, 1, 0, 0, 0])
    confidence = np.diag(np.where(wanted > 0, 4.0, 1.0))
    factors = model.factors.astype(np.float64)
    vector = np.linalg.solve(factors.T @ confidence @ factors + 0.5 * np.eye(3), factors.T @ confidence @ wanted)
    np.testing.assert_allclose(model.score(seeds("ac")), factors @ vector, rtol=1e-3, atol=1e-5)


def test_als_is_the_same_every_time():
    one, two = (Als.fit(corpus().matrix, AlsSettings(factors=3)).factors for _ in range(2))
    np.testing.assert_array_equal(one, two)


def test_vectors_score_by_cosine_around_the_mean():
    model = ItemVectors.fit(np.array([[2.0, 0], [0, 3], [-1, 0], [0, -1], [0, 0]], dtype=np.float32))
    np.testing.assert_allclose(model.score(Seeds(np.array([0, 1]))), [0.5**0.5, 0.5**0.5, -(0.5**0.5), -(0.5**0.5), 0])
    cone = np.array([[10, 1], [10, -1], [0, 0]], dtype=np.float32)  # alike, but for what is left around their mean
    np.testing.assert_allclose(ItemVectors.fit(cone).score(Seeds(np.array([0]))), [1, -1, 0], atol=1e-6)


def test_neighbours_of_the_playlist_lend_their_tracks():
    settings = NeighbourSettings(n_neighbours=1, power=2.0, half_life_days=10.0, floor=1.0)
    model = PlaylistNeighbours.fit(corpus(), Means(), settings)
    assert model.name == "playlist_means"
    cosine_squared = 2 / 3  # {a, b} with {a, b, c} and {a, b, d}: the earlier of equals would do; one lends
    scores = model.score(seeds("ab"))
    assert sorted(np.round(scores[scores > 0], 5).tolist()) == pytest.approx([cosine_squared] * 3, abs=1e-4)


def test_unlike_playlists_lend_nothing():
    matrix = corpus().matrix
    cosines = np.array([-1, 0, 0.5, 0, 0], dtype=np.float32)
    ages = np.ones(5, dtype=np.float32)
    scores = lent(cosines, matrix, ages, NeighbourSettings(10, 1.0, 10.0, 0.0))
    np.testing.assert_allclose(scores, [0, 0, 0.5, 0, 0.5, 0])


def test_a_name_brings_tracks_of_playlists_named_alike():
    scores = Names.fit(corpus(), FakeTextEncoder()).score(Seeds(name="rain"))
    assert set(np.argsort(-scores)[:2].tolist()) == {0, 1}
    known = Names.fit(corpus(), FakeTextEncoder()).score(Seeds(name="party"))
    assert int(np.argmax(known)) == 4


def test_without_a_name_nothing_is_said():
    assert not Names.fit(corpus(), FakeTextEncoder()).score(seeds("a")).any()


def test_weights_fade_by_half():
    days = np.array([100, 90, 0, 110])
    np.testing.assert_allclose(fading(days, 100, 10.0), [1, 0.5, 0.5, 0])
    np.testing.assert_allclose(fading(days, 0, 10.0), [0.5, 0.25, 0.25, 1])
    np.testing.assert_allclose(fading(days, 50, 10.0), np.ones(4))
    np.testing.assert_allclose(fading(np.zeros(3, dtype=np.int64), 100, 10.0), np.ones(3))


def test_sums_of_sparse_rows_are_those_of_dense_ones():
    rng = np.random.default_rng(0)
    dense = (rng.random((30, 20)) < 0.2) * rng.random((30, 20))
    from scipy.sparse import csr_matrix

    rows, weights = np.array([3, 3, 29, 0]), np.array([1.0, 2.0, 0.5, 0.25], dtype=np.float32)
    expected = weights @ dense[rows]
    np.testing.assert_allclose(sum_of_rows(csr_matrix(dense), rows, weights), expected, rtol=1e-5)
    assert not sum_of_rows(csr_matrix(dense), rows[:0], weights[:0]).any()


def test_strongest_are_positive():
    assert strongest(np.array([0.0, 3, -1, 2, 5], dtype=np.float32), 2).tolist() == [1, 4]
    assert strongest(np.array([0.0, 3], dtype=np.float32), 9).tolist() == [1]


def test_a_seed_that_does_not_exist_is_refused():
    with pytest.raises(ShapeError, match="seeds reach row 6, there are 6 tracks"):
        Popularity.fit(corpus(), 10.0).score(Seeds(np.array([6])))
