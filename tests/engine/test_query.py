"""What may be asked, and the JSON of an answer."""

import json
from pathlib import Path

import pytest

from engine.query import Answer, Confidence, Evidence, Query, Result, Span
from indexers.errors import QueryError


def test_a_query_needs_something_to_go_by():
    for empty in (Query(), Query(text="  "), Query(unlike=("abc123",)), Query(where="year < 1980")):
        with pytest.raises(QueryError, match="nothing to look for"):
            empty.check(20)
    for full in (Query(text="rain"), Query(sound="a.wav"), Query(like=("abc123",)), Query(tags=("rain",))):
        full.check(20)


def test_an_empty_tag_is_refused():
    with pytest.raises(QueryError, match="a tag is empty"):
        Query(text="rain", tags=("harp", " ")).check(20)


@pytest.mark.parametrize("k", [0, -1, 1001])
def test_k_has_limits(k):
    with pytest.raises(QueryError, match=f"k = {k} is out of range: ask for 1 to 1000"):
        Query(text="rain").check(k)


def test_the_answer_as_json():
    result = Result(
        rank=1,
        track_id="ab",
        path="/a.ogg",
        title="A",
        artist=None,
        album=None,
        genre="rock",
        year=1999,
        duration_s=61.5,
        score=0.03,
        arms={"taggram": 0.02, "words": 0.01},
        evidence={"taggram": Evidence(1, 0.5), "words": Evidence(4, 0.2)},
        why=(("guitar", 0.4),),
        match=Span(3.0, 6.008),
        duplicates=("/b.ogg",),
    )
    confidence = {"taggram": Confidence(0.5, 0.1)}
    answer = Answer(Query("rain", Path("x.wav"), like=("ab",)), (result,), False, 7, 12.3456, confidence, {"rrf_k": 60})
    document = json.loads(json.dumps(answer.as_json()))
    asked = {"text": "rain", "sound": "x.wav", "like": ["ab"], "unlike": [], "where": None, "tags": []}
    assert document["query"] == asked
    assert document["results"][0]["arms"] == {"taggram": 0.02, "words": 0.01}
    assert document["results"][0]["evidence"]["words"] == {"rank": 4, "score": 0.2}
    assert document["results"][0]["match"] == {"start_s": 3.0, "end_s": 6.008}
    assert document["results"][0]["why"] == [["guitar", 0.4]]
    assert document["results"][0]["year"] == 1999
    assert document["generation"] == 7
    assert document["abstained"] is False
    assert document["latency_ms"] == 12.346
    assert document["confidence"] == {"taggram": {"best": 0.5, "threshold": 0.1}}
    assert document["settings"] == {"rrf_k": 60}


@pytest.mark.parametrize(
    ("best", "threshold", "sure"), [(0.5, 0.5, True), (0.4, 0.5, False), (None, None, False), (0.1, None, True)]
)
def test_an_arm_is_sure_from_its_threshold_on(best, threshold, sure):
    assert Confidence(best, threshold).sure is sure
