"""What was learnt, said of a library of five tracks: a to d are known, e is not."""

from dataclasses import dataclass

import numpy as np
import pytest

from engine.continuation.learnt import SECOND_STAGE, Learnt
from engine.continuation.model import ColdTracks, ContinuationModel
from indexers.catalog.corpus import build_corpus, build_vocabulary
from indexers.catalog.playlists.entry import Entry, Playlist
from indexers.schema import Seeds
from rankers.blend import Blend, standardised
from rankers.facts import Facts
from rankers.recommend.item_knn import ItemKnn, ItemKnnSettings
from rankers.recommend.item_vectors import ItemVectors
from rankers.suite import Suite, fact_names

VECTORS = np.array([[1, 0], [0, 1], [0.6, 0.8], [-1, 0]], dtype=np.float32)


@dataclass(frozen=True)
class Backwards:
    """A second stage that turns the blend's order round."""

    names: tuple

    def score(self, facts):
        return facts[:, list(self.names).index("rank_blend")]


class Finds:
    """Library rows 1 to 4 are vocabulary rows 3, 2, 1 and 0; library row 0 is not known."""

    library_rows = np.array([1, 2, 3, 4])
    vocabulary_rows = np.array([3, 2, 1, 0])


def learnt(ranker=None, cold=True):
    playlists = [Playlist("p", tuple(Entry("", "X", t) for t in "abcd"), str(n)) for n in range(3)]
    corpus = build_corpus(playlists, build_vocabulary(playlists))
    vectors = ItemVectors(VECTORS, "item2vec")
    facts = Facts.fit(corpus, vectors, ItemKnn.fit(corpus.matrix, "cosine", ItemKnnSettings()))
    suite = Suite((vectors,), facts, Blend(("item2vec",), {0: (0.5,)}), ranker)
    placed = ColdTracks(("e",), np.array([[0, -1]], dtype=np.float32)) if cold else ColdTracks((), VECTORS[:0])
    return Learnt(
        ContinuationModel(suite, corpus.vocabulary, "3 playlists", placed), Finds(), ("e", "d", "c", "b", "a")
    )


def answer(one, seeds, n_seeds):
    scored = one.score(seeds, np.empty(0, dtype=np.int64), 0.5)
    arms = one.of_library(scored, seeds)
    return arms, dict(zip(*one.shares(arms, scored, seeds, n_seeds), strict=True))


def test_scores_go_from_the_vocabulary_to_the_library():
    arms, _ = answer(learnt(cold=False), Seeds(np.array([0])), 1)
    np.testing.assert_allclose(arms["item2vec"], [-1, -1, 0.6, 0, 1], atol=1e-6)


def test_a_cold_track_stands_where_it_was_placed():
    arms, _ = answer(learnt(), Seeds(np.array([1])), 1)
    assert arms["item2vec"][0] == pytest.approx(-1)
    arms, _ = answer(learnt(), Seeds(np.array([0])), 1)
    assert arms["item2vec"][0] == pytest.approx(0)


def test_shares_have_the_spread_of_one_arm_less_where_few_playlists_know_the_seeds():
    arms, shares = answer(learnt(), Seeds(np.array([0])), 1)
    np.testing.assert_allclose(shares["item2vec"], 3 / 5 * standardised(arms["item2vec"]), rtol=1e-5)  # 3 playlists
    assert not shares[SECOND_STAGE].any()
    _, half = answer(learnt(), Seeds(np.array([0])), 2)
    np.testing.assert_allclose(half["item2vec"], shares["item2vec"] / 2, rtol=1e-5)


def test_the_second_stage_moves_known_tracks_among_their_places():
    names = fact_names(("item2vec",))
    _, plain = answer(learnt(), Seeds(np.array([0])), 1)
    _, moved = answer(learnt(Backwards(names)), Seeds(np.array([0])), 1)
    total = moved["item2vec"] + moved[SECOND_STAGE]
    assert total[0] == pytest.approx(plain["item2vec"][0])  # e keeps its place
    assert sorted(total[1:]) == pytest.approx(sorted(plain["item2vec"][1:]))
    assert np.argsort(-total[1:]).tolist() == np.argsort(plain["item2vec"][1:]).tolist()


def test_refused_tracks_are_taken_off_only_where_seeds_matter():
    one = learnt()
    plain = one.score(Seeds(np.array([0])), np.empty(0, dtype=np.int64), 0.5)
    less = one.score(Seeds(np.array([0])), np.array([3]), 0.5)
    np.testing.assert_allclose(less.raw, plain.raw - 0.5 * (VECTORS @ [-1, 0]), atol=1e-6)
