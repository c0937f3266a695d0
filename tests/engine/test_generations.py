"""Any published generation answers beside the serving one, by the encoders that its own manifest names."""

import json
import shutil

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from engine import Engine, Query, answering
from engine.cli import app
from indexers.errors import LibraryError, QueryError, StaleIndexError

JOINTS = {"fake-joint", "fake-track"}


@pytest.fixture
def engine(two):
    return Engine.open(two)


def test_both_answer_from_their_own_spaces(two, engine):
    query = Query(text="band0 band1")
    serving, earlier = engine.search(query, 5), engine.search(query, 5, generation=1)
    assert (serving.generation, earlier.generation) == (2, 1)
    assert set(serving.confidence) - set(earlier.confidence) == JOINTS
    assert set(earlier.confidence) == {"taggram", "words"}
    assert engine.search(query, 5, generation=2).as_json()["results"] == serving.as_json()["results"]
    assert (two / "current").read_text().strip() == "2"
    engine.rollback()
    assert engine.search(query, 5).as_json()["results"] == earlier.as_json()["results"]
    assert engine.search(query, 5, generation=2).as_json()["results"] == serving.as_json()["results"]


def test_a_track_is_looked_for_where_it_is_asked(engine):
    hum = engine.search(Query(text="hum"), 1).results[0].track_id
    assert engine.search(Query(like=(hum,)), 2).results
    with pytest.raises(QueryError, match=rf"no track '{hum}' in the generation asked"):
        engine.search(Query(like=(hum,)), 2, generation=1)


def test_a_sound_is_heard_as_the_tracks_it_is_compared_with_were(engine, tmp_path, monkeypatch):
    sound = tmp_path / "query.wav"
    soundfile.write(sound, 0.3 * np.sin(np.arange(160_000) / 7), 16_000)
    heard, listen = [], answering.listen
    monkeypatch.setattr(answering, "listen", lambda *given: heard.append(given[-1]) or listen(*given))
    for number in (1, 2):
        assert engine.search(Query(sound=sound), 3, generation=number).results
    assert heard == [3, 2]


def test_there_are_no_others_than_those_published(two, engine):
    with pytest.raises(LibraryError, match=r"no generation 7; there are \[1, 2\]"):
        engine.search(Query(text="rain"), generation=7)
    assert engine.search(Query(text="rain"), generation=1).results
    shutil.rmtree(two / "generations" / "1")
    with pytest.raises(LibraryError, match=r"no generation 1; there are \[2\]"):
        engine.search(Query(text="rain"), generation=1)


def test_an_encoder_that_is_not_the_one_it_was_built_by_is_told_of_that_generation_alone(two, engine):
    manifest = two / "generations" / "1" / "manifest.json"
    told = json.loads(manifest.read_text())
    told["text"]["fingerprint"] = "0" * 64
    manifest.write_text(json.dumps(told))
    with pytest.raises(
        StaleIndexError, match=r"generation 1 was built by encoder fake-text 0{12}, this is \w{12}: run"
    ):
        engine.search(Query(text="rain"), generation=1)
    assert engine.search(Query(text="rain"), generation=2).results
    assert engine.search(Query(like=(engine.map()["track_id"][0],)), generation=1).results  # needs no text


def test_what_was_asked_of_it_is_logged_with_its_number(two):
    settings = two / "segue.toml"
    settings.write_text(settings.read_text() + "log = true\n")
    Engine.open(two).search(Query(text="rain"), 3, generation=1)
    assert json.loads((two / "queries.jsonl").read_text())["generation"] == 1


def test_the_command_line_asks_any_generation(two):
    def asked(*words):
        return CliRunner().invoke(app, ["search", "rain", *words, "--library", str(two)])

    assert json.loads(asked("--generation", "1", "--json").stdout)["generation"] == 1
    assert json.loads(asked("--json").stdout)["generation"] == 2
    refused = asked("--generation", "3")
    assert refused.exit_code == 1
    assert refused.stderr == "segue: no generation 3; there are [1, 2]\n"
