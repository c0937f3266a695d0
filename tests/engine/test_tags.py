"""Searching by tags: each by its described prompts, in the arms that hear."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from engine import Engine, Query
from engine.arms import Reading, Request
from engine.arms.taggram import TaggramArm
from engine.cli import app
from engine.tags import prompts_of_tags, tag_notes
from indexers.encoders.prompts import built_in
from indexers.errors import QueryError


def test_a_tag_is_its_descriptions_once():
    first, second = prompts_of_tags(("rain", " bossa  nova", "rain"))
    assert (first.label, second.label) == ("rain", "bossa nova")
    assert first.plain == ("rain", *built_in().find("rain").texts)
    assert tag_notes(("rain",)) == ()
    assert "Nobody described 'xyzzy'" in tag_notes(("xyzzy",))[0]


def test_text_and_tags_count_alike_in_an_arm(shelve):
    shelf = shelve([[3, 0, 0], [0, 3, 0], [0, 0, 3]], np.eye(3))
    axes = {"guitar": [1, 0, 0], "piano": [0, 1, 0], "rain": [0, 0, 1]}
    read = {label: np.array(axis, dtype=np.float32) for label, axis in axes.items()}
    arm = TaggramArm(shelf, Reading(lambda text: read[text], lambda tag: read[tag.label]))
    question = arm.ask(Request(text="guitar", tags=prompts_of_tags(("piano", "rain"))))
    rows, scores = question.retrieve(3, None)
    np.testing.assert_allclose(scores, 1.0, rtol=1e-6)
    assert sorted(rows.tolist()) == [0, 1, 2]
    assert arm.ask(Request(tags=prompts_of_tags(("rain",)))).retrieve(1, None)[0].tolist() == [2]
    assert arm.ask(Request(liked=np.array([0]))) is None


def test_a_tag_is_heard_and_not_read(built):
    """The title "rain on a roof" is found by words; as a tag it says nothing to the arm of words."""
    engine = Engine.open(built)
    by_words, by_tag = engine.search(Query(text="rain")), engine.search(Query(tags=("rain",)))
    assert "words" in by_words.confidence
    assert set(by_tag.confidence) == {"taggram"}
    assert len(by_tag.results) == len(by_words.results)


def test_the_prompts_of_a_tag_are_encoded_once(built, monkeypatch):
    engine = Engine.open(built)
    encoder, asked = engine.models.text("fake-text"), []
    encode = encoder.encode
    monkeypatch.setattr(encoder, "encode", lambda texts: asked.append(len(texts)) or encode(texts))
    for _ in range(3):
        engine.search(Query(tags=("drum",)))
    assert len(asked) == 2  # its words, and its name with the descriptions
    assert sum(asked) > 10


def test_the_score_of_a_tag_is_that_of_its_prompts_together(built):
    from indexers.encoders.taggram import Taggram

    engine = Engine.open(built)
    answer = engine.search(Query(tags=("drums",)), k=6)
    generation = engine.refresh().generation
    taggram = Taggram(engine.models.text("fake-text"), generation.class_names, vectors=generation.class_vectors)
    rows = taggram.weights(("drums", *built_in().find("drums").texts))
    mean = rows.mean(axis=0)
    scores = generation.track_vectors("taggram") @ (mean / mean.sum() * rows.sum(axis=1).max())
    best = answer.results[0]
    assert best.evidence["taggram"].score == pytest.approx(float(scores.max()), rel=1e-4)


def test_tags_on_the_command_line(built):
    done = CliRunner().invoke(
        app, ["search", "--tag", "drum", "--tag", "xyzzy", "--library", str(built), "--json", "-k", "2"]
    )
    assert done.exit_code == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["query"]["tags"] == ["drum", "xyzzy"]
    assert "'xyzzy'" in document["notes"][0]
    assert len(document["results"]) == 2


def test_an_empty_tag_is_one_line(built):
    with pytest.raises(QueryError, match="a tag is empty"):
        Engine.open(built).search(Query(tags=("",)))
