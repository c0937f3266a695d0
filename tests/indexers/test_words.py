import json
import math

import numpy as np
import polars as pl
import pytest

from indexers.errors import QueryError, ShapeError, StaleIndexError
from indexers.words import WordIndex, track_texts, words_of

TEXTS = ["01_-_Ezer_Ev", "Für Elise\nBeethoven", "", "McCartney Let It Be the", "the the 東京 Don't"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("01_-_Ezer_Ev.ogg", ["01", "ezer", "ev", "ogg"]),
        ("Für ELISE", ["fur", "elise"]),
        ("LetItBe2", ["let", "it", "be", "letitbe", "2"]),
        ("ABBAGold", ["abba", "gold", "abbagold"]),
        ("don't, don’t", ["dont", "dont"]),
        ("Straße", ["strasse"]),
        ("東京x", ["東", "京", "x"]),
        ("...", []),
    ],
)
def test_words_are_folded_and_split(text, words) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("text", "rows"),
    [("ezer ev", [0]), ("fur elise", [1]), ("mccartney", [3]), ("dont", [4]), ("the", [4, 3]), ("zzz", []), ("", [])],
)
def test_only_tracks_that_share_a_word_answer(text, rows) -> None:
    assert WordIndex.build(TEXTS).search(text, 5)[0].tolist() == rows


def test_a_score_is_bm25_over_the_querys_idf() -> None:
    index = WordIndex.build(["red blue", "red", "green grey"])
    idf = {1: math.log(1 + 2.5 / 1.5), 2: math.log(1 + 1.5 / 2.5), 0: math.log(1 + 3.5 / 0.5)}
    mean_length = 5 / 3
    of_blue = idf[1] / (1 + 1.5 * (0.25 + 0.75 * 2 / mean_length))
    _, scores = index.search("blue", 1)
    assert scores[0] == pytest.approx(of_blue / idf[1], rel=1e-5)
    _, scores = index.search("blue unheard", 1)
    assert scores[0] == pytest.approx(of_blue / (idf[1] + idf[0]), rel=1e-5)


def test_filters_before_it_searches() -> None:
    index = WordIndex.build(["rain"] * 3 + ["sun"] + ["rain"] * 3)
    rows, scores = index.search("rain", 2, allowed=np.array([3, 4, 5, 6]))
    assert rows.tolist() == [4, 5]
    assert scores.shape == (2,)
    assert index.search("rain", 2, allowed=np.empty(0, dtype=np.int64))[0].tolist() == []


@pytest.mark.parametrize("texts", [[], ["", "..."], TEXTS])
def test_is_the_same_after_saving(texts, tmp_path) -> None:
    index = WordIndex.build(texts)
    index.save(tmp_path)
    assert not [path for path in tmp_path.iterdir() if path.suffix not in (".npy", ".json")]
    loaded = WordIndex.load(tmp_path)
    assert loaded.size == len(texts)
    for query in ("the elise", "ev", ""):
        for before, after in zip(index.search(query, 3), loaded.search(query, 3), strict=True):
            np.testing.assert_array_equal(before, after)


def test_refuses_what_does_not_fit(tmp_path) -> None:
    index = WordIndex.build(TEXTS)
    with pytest.raises(QueryError, match="k = 0"):
        index.search("the", 0)
    with pytest.raises(ShapeError, match="5 tracks"):
        index.search("the", 1, allowed=np.array([5]))
    index.save(tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps({**manifest, "format": 9}))
    with pytest.raises(StaleIndexError, match="9"):
        WordIndex.load(tmp_path)


def test_texts_come_from_tags_and_the_end_of_the_path() -> None:
    tracks = pl.DataFrame(
        {
            "path": ["/very/far/Rainy Days/cd1/01_-_Ezer_Ev.ogg", "/x.mp3"],
            "title": [None, "Sun"],
            "genre": ["folk", None],
            "year": [1980, None],
        }
    )
    first, second = (set(words_of(text)) for text in track_texts(tracks))
    assert {"rainy", "days", "ezer", "ev", "folk"} <= first
    assert not first & {"very", "far", "ogg", "1980"}
    assert second == {"x", "sun"}
