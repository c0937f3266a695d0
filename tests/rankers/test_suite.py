from dataclasses import dataclass

import numpy as np
import pytest

from indexers.catalog.corpus import build_corpus, build_vocabulary
from indexers.catalog.playlists.entry import Entry, Playlist
from indexers.errors import InputError, ModelError, ShapeError
from indexers.schema import Seeds
from rankers.blend import Blend, standardised
from rankers.facts import FACTS, PAIR, Facts
from rankers.learned import LearnedRanker, LearnedSettings, Lesson
from rankers.recommend.item_knn import ItemKnn, ItemKnnSettings
from rankers.recommend.item_vectors import ItemVectors
from rankers.suite import Suite, best_rows, fact_names, fact_table, pool_of, score_all

SMALL = LearnedSettings(n_trees=30, n_leaves=4, leaf_candidates=2, threads=1)


@dataclass(frozen=True)
class Told:
    """An arm that says what it was told to."""

    name: str
    scores: tuple[float, ...]

    @property
    def n_tracks(self):
        return len(self.scores)

    def score(self, seeds):
        return np.array(self.scores, dtype=np.float32)


def corpus():
    days = ("2020-01-01", "2020-01-03", "")
    albums = {"a": "One", "b": "One", "c": "Two"}
    playlists = [
        Playlist(
            f"list {n}", tuple(Entry("", "X" if t in "ab" else "Y", t, albums.get(t, "")) for t in tracks), date=day
        )
        for n, (tracks, day) in enumerate(zip(("abc", "abd", "cd"), days, strict=True))
    ]
    return build_corpus(playlists, build_vocabulary(playlists, min_playlists=1))


def facts():
    vectors = ItemVectors(np.array([[1, 0], [0, 1], [0.6, 0.8], [-1, 0]], dtype=np.float32), "item2vec")
    return Facts.fit(corpus(), vectors, ItemKnn.fit(corpus().matrix, "cosine", ItemKnnSettings()))


def test_facts_are_those_of_a_hand_count():
    table = facts().table(Seeds(np.array([0, 2]), "list 0", 0), np.array([1, 3]))
    assert tuple(table) == FACTS
    np.testing.assert_allclose(table["log_playlists"], np.log1p([2, 2]), rtol=1e-6)
    np.testing.assert_allclose(table["log_artist_playlists"], np.log1p([4, 4]), rtol=1e-6)
    np.testing.assert_allclose(table["days_since_last"], [0, 0])
    np.testing.assert_allclose(table["days_since_first"], [2, 0])
    np.testing.assert_allclose(table["seeds_of_artist"], [1, 1])
    np.testing.assert_allclose(table["seeds_of_album"], [1, 0])
    np.testing.assert_allclose(table["likeness_most"], [0.8, -0.6], rtol=1e-6)
    np.testing.assert_allclose(table["likeness_first"], [0, -1], atol=1e-6)
    np.testing.assert_allclose(table["shared_seeds"], [2, 2])
    np.testing.assert_allclose(table["shared_most"], [1.0, 0.5], rtol=1e-6)
    np.testing.assert_allclose(table["n_seeds"], [2, 2])
    np.testing.assert_allclose(table["artists_per_seed"], [1, 1])
    np.testing.assert_allclose(table["log_listed_7_days"], np.log1p([2, 1]), rtol=1e-6)  # the third list has no day
    np.testing.assert_allclose(table["log_listed_by_name"], np.log1p([1, 0]), rtol=1e-6)
    np.testing.assert_allclose(table["playlists_of_name"], [1, 1])


def test_without_seeds_what_compares_with_them_is_not_known():
    table = facts().table(Seeds(day=int(corpus().days[0])), np.array([1, 3]))
    assert all(np.isnan(table[name]).all() for name in PAIR)
    np.testing.assert_allclose(table["days_since_last"], [-2, -2])  # on that day they were still to come


def test_best_rows_leave_out_seeds_and_what_nothing_is_said_for():
    scores = np.array([5, 0, 3, 0, 4, 3], dtype=np.float32)
    assert best_rows(scores, 9, np.array([4])).tolist() == [0, 2, 5]
    assert best_rows(scores, 2, np.array([4])).tolist() == [0, 2]
    assert best_rows(np.zeros(3, dtype=np.float32), 2, np.array([], dtype=np.int64)).tolist() == []


def test_the_pool_holds_the_best_of_every_arm_in_the_blends_order():
    raw = np.array([[0, 9, 0, 0], [0, 0, 0, 1]], dtype=np.float32)
    blended = np.array([0.0, 1, 3, 2], dtype=np.float32)
    assert pool_of(blended, raw, np.array([2])).tolist() == [3, 1]


def suite(ranker=None):
    arms = (Told("one", (1, 2, 3, 0)), Told("two", (3, 0, 0, 1)))
    return Suite(arms, facts(), Blend(("one", "two"), {0: (1.0, 0.5)}), ranker)


def test_without_a_ranker_the_blend_ranks():
    seeds = Seeds(np.array([2]))
    ranked = suite().rank(seeds, 2)
    standard = score_all(suite().arms, seeds).standard
    blended = standard[0] + 0.5 * standard[1]
    expected = [row for row in np.argsort(-blended, kind="stable") if row != 2][:2]
    assert ranked.rows.tolist() == expected
    np.testing.assert_allclose(ranked.shares.sum(axis=0), ranked.scores, rtol=1e-5)


def lessons(names):
    """Candidates of which the second arm's favourites were held."""
    rng = np.random.default_rng(3)
    column = names.index("score_two")
    made = []
    for _ in range(40):
        table = rng.normal(size=(20, len(names))).astype(np.float32)
        made.append(Lesson(table, table[:, column] > 0.8))
    return made


def test_the_ranker_learns_what_tells_and_survives_being_written():
    names = fact_names(("one", "two"))
    ranker = LearnedRanker.fit(lessons(names), names, SMALL)
    assert max(ranker.gains().items(), key=lambda gain: gain[1])[0] == "score_two"
    again = LearnedRanker.from_texts(ranker.texts(), names)
    table = lessons(names)[0].facts
    np.testing.assert_array_equal(again.score(table), ranker.score(table))
    assert again.names == names


def test_the_ranker_reorders_the_pool():
    names = fact_names(("one", "two"))
    ranker = LearnedRanker.fit(lessons(names), names, SMALL)
    seeds = Seeds(np.array([2]))
    one = suite(ranker)
    scored = one.score(seeds)
    blended = one.weigh(scored, seeds)
    pool = pool_of(blended, scored.raw, seeds.rows)
    judged = standardised(ranker.score(fact_table(("one", "two"), one.facts, seeds, scored.take(pool), blended[pool])))
    judged += 0.4 / 25**2 * standardised(blended[pool])  # one seed
    assert one.rank(seeds, 3).rows.tolist() == pool[np.argsort(-judged, kind="stable")].tolist()
    assert np.all(np.diff(one.rank(seeds, 3).scores) <= 0)


def test_lessons_that_teach_nothing_are_refused():
    with pytest.raises(InputError, match="no held-out playlist"):
        LearnedRanker.fit([Lesson(np.zeros((3, 2), dtype=np.float32), np.zeros(3, dtype=bool))], ("a", "b"), SMALL)
    with pytest.raises(ShapeError, match="the 1 facts that are named"):
        LearnedRanker.fit([Lesson(np.zeros((3, 2), dtype=np.float32), np.ones(3, dtype=bool))], ("a",), SMALL)


def test_a_ranker_that_cannot_be_read_is_told():
    with pytest.raises(ModelError, match="learned ranker cannot be read"):
        LearnedRanker.from_texts({"lambdarank": "tree\nversion=none\n"}, ("a",))


def test_a_ranker_that_looks_at_other_facts_is_told():
    names = fact_names(("one", "two"))
    texts = LearnedRanker.fit(lessons(names), names, SMALL).texts()
    with pytest.raises(ModelError, match="other facts"):
        LearnedRanker.from_texts(texts, names[1:])


def test_both_forests_are_heard():
    names = fact_names(("one", "two"))
    ranker = LearnedRanker.fit(lessons(names), names, SMALL)
    table = lessons(names)[0].facts
    alone = [LearnedRanker.from_texts({name: text}, names).score(table) for name, text in ranker.texts().items()]
    assert not np.allclose(alone[0], alone[1])
    np.testing.assert_allclose(ranker.score(table), (alone[0] + alone[1]) / 2, rtol=1e-5, atol=1e-6)
