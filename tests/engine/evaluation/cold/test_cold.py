"""Cold tracks in a small world: playlists of one style each, two artists a style, titles that tell the style."""

import json
from dataclasses import replace

import numpy as np
import pytest

from engine.evaluation.cold import ColdPlan, evaluate_cold
from engine.evaluation.cold.ask import draw_cold, questions, without
from engine.evaluation.cold.space import Space, draw_taught, features_of
from engine.evaluation.cold.ways import centres, cold_scores, warm_rankings
from indexers.catalog.corpus import build_corpus, build_vocabulary
from indexers.catalog.playlists.entry import Entry, Playlist
from indexers.encoders.playlist.settings import Item2VecSettings
from indexers.errors import InputError
from rankers.recommend.directions import unit

N_STYLES = 6
PLAN = ColdPlan(share=0.2, n_seeds=3, n_resamples=200, item2vec=Item2VecSettings(dim=16, epochs=30, sample=0.0))


class StyleReader:
    """Encodes a name by the style its title names, with some noise of its own."""

    name = "style-reader"
    fingerprint = "0"
    dim = N_STYLES + 4

    def __init__(self):
        self.read = []

    def encode(self, texts):
        self.read += texts
        rows = []
        for text in texts:
            noise = np.random.default_rng(sum(text.encode())).normal(scale=0.3, size=4)
            rows.append(np.concatenate([np.eye(N_STYLES)[int(text.split()[1])], noise]))
        return unit(np.array(rows, dtype=np.float32))


def playlists(n, seed, first=0):
    """Playlists of 8 of the 20 tracks of a style; even tracks by one artist, odd ones each by their own."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(first, first + n):
        style = number % N_STYLES
        tracks = rng.choice(20, 8, replace=False)
        artists = [f"band {style}" if track % 2 == 0 else f"solo {style} {track}" for track in tracks]
        entries = [Entry(artist=a, title=f"style {style} number {t}") for a, t in zip(artists, tracks, strict=True)]
        made.append(Playlist(f"list {number}", tuple(entries), given_id=str(number), source="made"))
    return made


@pytest.fixture(scope="module")
def sides():
    return playlists(180, 0), playlists(60, 1, first=1000)


@pytest.fixture(scope="module")
def found(sides):
    return evaluate_cold(*sides, StyleReader(), PLAN)


def test_prediction_beats_chance_and_overlap(found):
    recall = {name: arm["ndcg_500"] for name, arm in found["arms"].items()}
    assert set(recall) == {"random", "artist_overlap", "artist_mean", "names", "predicted_from_names", "predicted"}
    assert recall["predicted"] > recall["random"] + 0.3
    assert recall["predicted"] > recall["artist_overlap"]
    new = found["arms_new_artists"]
    assert new["predicted"]["ndcg_500"] > new["artist_overlap"]["ndcg_500"] + 0.2
    assert new["predicted"]["ndcg_500"] == pytest.approx(new["predicted_from_names"]["ndcg_500"])
    assert found["predictor"]["alone"]["cosine"] > 0.5
    assert found["warm"]["item2vec"]["ndcg_500"] > 0.5


def test_the_document_is_whole_and_repeats_itself(sides, found):
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    counts = found["counts"]
    assert counts["cold_tracks"] == 24
    assert counts["cold_tracks"] + counts["warm_tracks"] == 120
    assert counts["queries"] == found["arms"]["random"]["n_queries"] == counts["groups"]
    assert {one["against"] for one in found["comparisons"]} == set(found["arms"]) - {"predicted"}
    low, high = found["arms"]["predicted"]["intervals"]["recall_100"]
    assert low <= found["arms"]["predicted"]["recall_100"] <= high
    assert evaluate_cold(*sides, StyleReader(), PLAN) == found
    assert evaluate_cold(*sides, StyleReader(), replace(PLAN, seed=5))["arms"] != found["arms"]


def test_without_text_the_artists_are_left(sides):
    told = []
    found = evaluate_cold(*sides, None, PLAN, lambda *step: told.append(step))
    assert set(found["arms"]) == {"random", "artist_overlap", "artist_mean", "predicted"}
    assert [name for name, _, _ in told] == ["learning without the cold tracks", "measuring"]


@pytest.fixture(scope="module")
def space(sides):
    vocabulary = build_vocabulary(sides[0])
    vectors = unit(np.random.default_rng(2).normal(size=(len(vocabulary), 5)).astype(np.float32))
    cold = draw_cold(len(vocabulary), PLAN)
    vectors[cold] = 0.0
    return Space(vocabulary, vectors, np.empty((len(vocabulary), 0), dtype=np.float32), cold)


def test_cold_tracks_leave_every_training_playlist(sides):
    corpus = build_corpus(sides[0], build_vocabulary(sides[0]))
    cold = draw_cold(120, PLAN)
    assert len(set(cold)) == 24
    left = without(corpus, cold)
    for rows, before in zip(left.lists, corpus.lists, strict=True):
        assert rows.tolist() == [row for row in before if row not in cold]
    assert left.counts[cold].sum() == 0 < corpus.counts[cold].min()


def test_questions_by_hand(sides):
    corpus = build_corpus(sides[1][:1], build_vocabulary(sides[0]))
    rows = corpus.lists[0].tolist()
    vectors = np.ones((120, 2), dtype=np.float32)
    cold = np.array(sorted([rows[0], rows[4]]))
    vectors[[*cold, rows[1]]] = 0.0  # rows[1] is known, but no training playlist taught anything of it
    (asked,) = questions(corpus, vectors, cold, 3)
    assert asked.seeds.tolist() == [rows[2], rows[3], rows[5]]
    assert asked.cold.tolist() == [rows[0], rows[4]]
    assert asked.warm.tolist() == rows[6:]
    vectors[rows] = 0.0
    with pytest.raises(InputError, match="no test playlist holds a warm track and one of 2 cold ones"):
        questions(corpus, vectors, cold, 3)


def test_ways_by_brute_force(sides, space):
    asked = questions(build_corpus(sides[1], space.vocabulary), space.vectors, space.cold, 3)
    predictor = space.fit(draw_taught(space.vectors, PLAN), np.random.default_rng(0))
    scores = dict(cold_scores(space, asked, predictor, np.random.default_rng(0)))
    first, artists = asked[0], space.vocabulary.artist_of()
    for column, row in enumerate(space.cold[:10]):
        shared = sum(artists[seed] == artists[row] for seed in first.seeds)
        assert shared <= scores["artist_overlap"][0, column] < shared + 1
        warm = [other for other in space.warm if artists[other] == artists[row]]
        mean = space.vectors[warm].sum(axis=0) if warm else np.zeros(5)
        wanted = space.vectors[first.seeds].mean(axis=0)
        expected = mean @ wanted / max(np.linalg.norm(mean) * np.linalg.norm(wanted), 1e-12)
        assert scores["artist_mean"][0, column] == pytest.approx(expected, abs=1e-5)
    assert centres(space.vectors, asked).shape == (len(asked), 5)


def test_warm_rankings_leave_seeds_and_cold_tracks_out(sides, space):
    asked = questions(build_corpus(sides[1], space.vocabulary), space.vectors, space.cold, 3)
    ranking = warm_rankings(space, asked)[0]
    assert sorted([*ranking, *asked[0].seeds, *space.cold]) == list(range(120))
    scores = space.vectors[ranking] @ centres(space.vectors, asked)[0]
    assert (np.diff(scores) <= 1e-6).all()


def test_only_needed_names_are_read(space):
    reader = StyleReader()
    features = features_of(space.vocabulary, [np.array([3, 5]), np.array([5, 9])], reader, lambda *_: None)
    assert len(reader.read) == 3
    assert reader.read[0] == f"{space.vocabulary.titles[3]} by {space.vocabulary.artists[3]}"
    assert np.flatnonzero(features.any(axis=1)).tolist() == [3, 5, 9]


@pytest.mark.parametrize("share", [0.0, 1.0, -0.5])
def test_a_share_out_of_range(sides, share):
    with pytest.raises(InputError, match="cannot be cold"):
        evaluate_cold(*sides, None, replace(PLAN, share=share))


def test_playlists_that_share_nothing():
    with pytest.raises(InputError, match="no track is in two training playlists"):
        evaluate_cold(playlists(1, 0), playlists(1, 0), None, PLAN)
