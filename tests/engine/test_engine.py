"""The engine over a library that was really scanned and built, from files to answers."""

import io
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine import Engine, Query
from indexers.errors import LibraryError, MediaError, ModelError, QueryError, StaleIndexError
from indexers.library import Library


@pytest.fixture(scope="module")
def engine(built):
    return Engine.open(built)


def titles(answer):
    return [result.title for result in answer.results]


def id_of(engine, title):
    return engine.search(Query(text=title, where=f"title = '{title}'"), 1).results[0].track_id


def test_words_find_titles(engine):
    answer = engine.search(Query(text="rain on a roof"), 3)
    assert titles(answer)[0] == "rain on a roof"
    assert "words" in answer.results[0].arms
    assert answer.generation == 1
    assert answer.latency_ms > 0
    assert answer.settings["rrf_k"] == 60
    assert not answer.abstained


def test_nonsense_is_abstained_and_the_list_is_full(engine):
    answer = engine.search(Query(text="xyzzy plugh"), 4)
    assert answer.abstained
    assert len(answer.results) == 4


def test_a_liked_track_finds_its_kind(engine):
    liked = id_of(engine, "whistle")
    answer = engine.search(Query(like=(liked[:8],)), 2)
    assert set(titles(answer)) == {"whistle again", "shrill whistle"}
    assert set(answer.results[0].arms) == {"sound"}
    assert answer.results[0].match is not None


def test_a_new_sound_finds_its_kind(engine, tmp_path):
    at_s = np.arange(5 * 16_000) / 16_000
    path = tmp_path / "query.ogg"
    soundfile.write(path, 0.3 * np.sin(2 * np.pi * 170 * at_s), 16_000)
    answer = engine.search(Query(sound=path), 2)
    assert set(titles(answer)) == {"deep tone", "deeper tone"}


def test_a_track_of_the_library_as_the_sound_is_not_its_own_answer(engine, music, monkeypatch):
    def loaded(*_):
        raise AssertionError("a sound that the library knows needs no encoder")

    monkeypatch.setattr(engine.models, "listeners", loaded)
    answer = engine.search(Query(sound=music / "low" / "deep tone.wav"), 5)
    assert len(answer.results) == 5
    assert titles(answer)[0] == "deeper tone"
    assert "deep tone" not in titles(answer)


def test_the_filter_is_sql(engine):
    answer = engine.search(Query(text="whistle", where="duration_s > 14.5 AND container = 'wav'"), 5)
    assert titles(answer) == ["whistle again"]
    with pytest.raises(QueryError, match="duration_s"):
        engine.search(Query(text="whistle", where="length < 9"), 5)


def test_what_cannot_be_asked(engine, tmp_path):
    with pytest.raises(QueryError, match="nothing to look for"):
        engine.search(Query())
    with pytest.raises(QueryError, match="k = 1001"):
        engine.search(Query(text="rain"), 1001)
    with pytest.raises(QueryError, match="no track 'abcdef'"):
        engine.search(Query(like=("abcdef",)))
    with pytest.raises(MediaError, match="no sound file"):
        engine.search(Query(sound=tmp_path / "none.wav"))
    silent = tmp_path / "silent.wav"
    soundfile.write(silent, np.zeros(64_000, dtype=np.float32), 16_000)
    with pytest.raises(MediaError, match="is silent"):
        engine.search(Query(sound=silent))


def test_another_encoder_than_the_generation_was_built_by_is_refused(library, monkeypatch):
    engine = Engine.open(library)
    generation = engine.refresh().generation
    monkeypatch.setitem(generation.manifest["text"], "fingerprint", "0" * 64)
    with pytest.raises(StaleIndexError, match=r"built by encoder fake-text 000000000000.*segue rebuild"):
        engine.search(Query(text="rain"))


def test_a_new_generation_is_picked_up(library):
    engine = Engine.open(library)
    assert engine.search(Query(text="rain"), 1).generation == 1
    (library / "segue.toml").write_text((library / "segue.toml").read_text().replace("windows = 3", "windows = 2"))
    other = Engine.open(library)
    assert other.rebuild().status == "published"
    assert engine.search(Query(text="rain"), 1).generation == 2
    assert [(each.number, each.serving) for each in engine.generations()] == [(2, True), (1, False)]
    assert engine.generations()[0].created.startswith("20")
    assert engine.rollback() == 1
    assert engine.search(Query(text="rain"), 1).generation == 1
    engine.promote(2)
    assert engine.search(Query(text="rain"), 1).generation == 2
    with pytest.raises(LibraryError, match="no generation 9"):
        engine.promote(9)


def test_nothing_published_yet(tmp_path):
    engine = Engine.open(tmp_path / "new", create=True)
    assert engine.status().empty
    assert engine.status().serving is None
    with pytest.raises(LibraryError, match="segue rebuild"):
        engine.search(Query(text="rain"))


def test_status_counts(engine):
    status = engine.status()
    assert (status.n_catalogued, status.n_searchable, status.serving, status.empty) == (6, 6, 1, False)


def test_a_track_by_name(engine, music):
    track = engine.track(str(music / "high" / "whistle.wav"))
    assert track["title"] == "whistle"
    assert track["duration_s"] == pytest.approx(12)
    assert "group" not in track


def test_the_map_has_every_track(engine):
    table = engine.map()
    assert len(table) == 6
    assert {"track_id", "title", "x", "y", "top_tags"} <= set(table.columns)


def test_an_excerpt_is_the_sound_itself(engine, music):
    answer = engine.excerpt(id_of(engine, "deep tone"), start_s=2.0, seconds=3.0)
    with wave.open(io.BytesIO(answer)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 44_100)
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    assert len(samples) == pytest.approx(3 * 44_100, abs=2)
    spectrum = np.abs(np.fft.rfft(samples / 32_767))
    assert np.argmax(spectrum) / 3.0 == pytest.approx(200, abs=1)
    assert np.abs(samples).max() / 32_767 == pytest.approx(0.4, abs=0.01)


@pytest.mark.parametrize(("start_s", "seconds"), [(-1, 3), (0, 0), (0, 121)])
def test_an_excerpt_has_limits(engine, start_s, seconds):
    with pytest.raises(QueryError, match="no excerpt"):
        engine.excerpt(id_of(engine, "deep tone"), start_s, seconds)


def test_the_cover_beside_a_file(engine):
    assert engine.cover(id_of(engine, "deep tone")) == b"\xff\xd8 a picture"
    assert engine.cover(id_of(engine, "whistle")) is None


def test_a_file_that_is_gone(library, music, tmp_path):
    engine = Engine.open(library)
    path = music / "low" / "deep tone.wav"
    track_id = id_of(engine, "deep tone")
    path.rename(tmp_path / "away.wav")
    try:
        with pytest.raises(MediaError, match="is not there any more: run `segue scan`"):
            engine.excerpt(track_id)
    finally:
        (tmp_path / "away.wav").rename(path)


def test_missing_weights_name_the_remedy(library, tmp_path, monkeypatch):
    generation = Engine.open(library).refresh().generation
    monkeypatch.setitem(generation.manifest, "text", {"name": "text", "fingerprint": "x"})
    engine = Engine.open(library, models=tmp_path / "no models")
    engine.refresh().generation.manifest["text"] = {"name": "text", "fingerprint": "x"}
    with pytest.raises(ModelError, match="segue models pull text"):
        engine.search(Query(text="rain"))


def test_the_library_may_be_opened_by_text(built):
    assert Engine.open(str(built)).library == Library.open(Path(built))
