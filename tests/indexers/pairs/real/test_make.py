"""Pairs of real audio end to end, with a hearing that is made up: captions, splits, the filter, and going on."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from indexers.encoders import load_text_encoder
from indexers.encoders.clap.sounds.listening import Span
from indexers.encoders.taggram import TAG_ENCODERS, class_names
from indexers.errors import PairsError
from indexers.models.store import ModelStore
from indexers.pairs.checks import read_checked
from indexers.pairs.collect import Made, collect_pairs
from indexers.pairs.real import make as making
from indexers.pairs.real import takes
from indexers.pairs.real.hearing.heard import Sounding
from indexers.pairs.real.make import AudioOrder, tell_audio
from indexers.pairs.real.sift import tag_scorer
from indexers.pairs.real.sources import Collection
from indexers.pool import Outcome
from indexers.schema import Samples, Vectors

NAMES = class_names(TAG_ENCODERS)
Write = Callable[[str, Samples], Path]


def evidence(*classes: str) -> Vectors:
    found = np.full(len(NAMES), -6.0, dtype=np.float32)
    for name in classes:
        found[len(NAMES) - 1 - NAMES[::-1].index(name)] = 3.0
    return found


def heard_as(span: Span) -> Sounding:
    """What is made up to be heard: a dog in files of dogs, a piano, then a violin, in music; nothing elsewhere."""
    name = span.path.stem
    late = span.start_s >= 60.0
    kinds = ("Dog", "Bark") if "dog" in name else ("Music", "Violin, fiddle" if late else "Piano") * ("song" in name)
    times_s = np.linspace(span.start_s, span.start_s + span.length_s, 4, endpoint=False).astype(np.float32) + 1
    vector = [1.0, 0.0] if late else [0.0, 1.0]
    outputs = {
        "musicnn_msd": {"penultimate": np.tile(np.float32([*vector, 0.1]), (4, 1)), "tags": np.zeros((4, 50))},
        "musicnn_mtt": {"penultimate": np.tile(np.float32([*vector, 0.1]), (4, 1)), "tags": np.zeros((4, 50))},
        "yamnet": {"embedding": np.tile(np.float32([*vector, 0.1]), (4, 1)), "tags": np.zeros((4, 521))},
    }
    return Sounding(times_s, outputs, np.tile(evidence(*kinds), (4, 1)))


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., AudioOrder]:
    """An order over the test's folder, with hearing made up and no other processes."""

    def here(function: Callable[[Any], Any], tasks: Sequence[Any], **_: Any) -> Iterator[Outcome[Any, Any]]:
        for task in list(tasks):
            measured.append(task.path.name)
            yield Outcome(task, function(task), None)

    measured: list[str] = []
    monkeypatch.setattr(takes, "run_tasks", here)
    monkeypatch.setattr(takes, "listen", lambda *_, **__: None)
    monkeypatch.setattr(takes, "read_heard", lambda spans, _: {span.key: heard_as(span) for span in spans})
    monkeypatch.setattr(making, "Vocabulary", lambda *_: {"dog", "song", "hum"})
    monkeypatch.setattr(ModelStore, "path", lambda *_: tmp_path)

    def make(scores: Callable[[int, int], Vectors] = lambda n, m: np.eye(n, m, dtype=np.float32), **more: Any) -> Any:
        collections = (
            Collection(path=tmp_path / "sounds", label="name", licence="CC0"),
            *([Collection(path=tmp_path / "music", genre="classical")] if (tmp_path / "music").exists() else []),
        )
        return AudioOrder(
            collections, ModelStore(tmp_path), lambda texts, heard, _: scores(len(texts), len(heard)), **more
        )

    make.measured = measured  # type: ignore[attr-defined]
    return make


def made(order: AudioOrder, folder: Path) -> Made:
    return collect_pairs(folder, [lambda at, tell: tell_audio(order, at, tell)])


def noise(seconds: float, level: float = 0.1) -> Samples:
    return np.random.default_rng(0).normal(0, level, round(seconds * 16_000)).astype(np.float32)


def test_sounds_and_music_become_pairs(write: Write, order: Any, tmp_path: Path) -> None:
    write("sounds/dog1.wav", noise(1.5))
    write("sounds/zzz.wav", noise(1.0, 0.2))
    write("music/song.wav", noise(120.0))
    found = made(order(), tmp_path / "out")
    assert read_checked(found.manifest) == found.pairs
    dog, *clips, long = found.pairs
    assert (dog.kind, dog.start_s, dog.end_s, dog.source, dog.licence) == ("clip", 0.0, 1.5, "sounds", "CC0")
    assert dog.facts["label"] == "dog"
    assert "dog" in dog.text
    assert len(dog.rewrites) >= 4
    assert [(pair.start_s, pair.end_s) for pair in clips] == [(10.0 * row, 10.0 * row + 10) for row in range(12)]
    assert all("classical" in pair.text.lower() for pair in clips)
    assert "piano" in clips[0].text.lower()
    assert "violin" in clips[-1].text.lower()
    assert (long.kind, long.end_s) == ("long", 120.0)
    assert [round(part["start_s"]) for part in long.facts["sections"]] == [0, pytest.approx(60, abs=3)]
    assert len({pair.split for pair in (*clips, long)}) == 1
    assert "nothing sure to tell of 1 clips" in found.notes


def test_what_was_measured_is_not_measured_again_and_the_same_is_said(write: Write, order: Any, tmp_path: Path) -> None:
    write("sounds/dog1.wav", noise(1.5))
    first = made(order(), tmp_path / "out")
    write("sounds/hum.wav", noise(2.0))
    second = made(order(), tmp_path / "out")
    assert order.measured == ["dog1.wav", "hum.wav"]
    assert second.pairs[0] == first.pairs[0]
    other = made(order(seed=1), tmp_path / "out")
    assert other.pairs[0].rewrites != first.pairs[0].rewrites


def test_the_same_bytes_in_two_files_are_told_once(write: Write, order: Any, tmp_path: Path) -> None:
    for name in ("dog", "hum", "dog_hum"):
        write(f"sounds/{name}.wav", noise(1.5))
    found = made(order(), tmp_path / "out")
    assert [pair.audio.name for pair in found.pairs] == ["dog.wav"]
    assert found.notes.count("left out hum.wav of sounds: the same as dog.wav") == 1
    assert order.measured == ["dog.wav"]


def test_captions_that_do_not_fit_are_dropped_and_counted(write: Write, order: Any, tmp_path: Path) -> None:
    for row in range(25):
        write(f"sounds/dog{row}.wav", noise(0.5, 0.1 + row / 100))

    def scores(n_texts: int, n_sounds: int) -> Vectors:
        found = np.eye(n_texts, n_sounds, dtype=np.float32)
        found[:3] = 1 - found[:3]  # the first three fit all others better than their own
        return found

    found = made(order(scores), tmp_path / "out")
    assert len(found.pairs) == 22
    assert "filter: 3 of 25 clip captions of sounds dropped" in found.notes
    assert len(made(order(scores, quantile=0.0), tmp_path / "out").pairs) == 25


def test_what_cannot_be_heard_or_decoded_is_left_out_with_a_line(
    write: Write, order: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("sounds/dog1.wav", noise(1.5))
    write("sounds/dog2.wav", noise(1.6))

    def refuse(spans: Sequence[Span], *_: Any, **__: Any) -> None:
        raise PairsError(f"1 of {len(spans)} clips cannot be heard: dog2.wav")

    asked = order()
    monkeypatch.setattr(takes, "listen", refuse)
    monkeypatch.setattr(
        takes, "read_heard", lambda spans, _: {span.key: heard_as(span) for span in spans if "dog1" in str(span.path)}
    )
    found = made(asked, tmp_path / "out")
    assert [pair.audio.name for pair in found.pairs] == ["dog1.wav"]
    assert "1 of 2 clips cannot be heard: dog2.wav" in found.notes


def test_real_sounds_heard_by_real_encoders(model_store: ModelStore, shared_data: Path, tmp_path: Path) -> None:
    kinds = ("001 - Dog bark", "002 - Rain")
    for kind in kinds:
        (tmp_path / "esc" / kind).mkdir(parents=True)
        for source in sorted((shared_data / "audio" / "esc10" / kind).glob("[1-5]-*.ogg"))[::10]:
            (tmp_path / "esc" / kind / source.name).symlink_to(source)
    collection = Collection(path=tmp_path / "esc", label="folder", fold=r"^(\d)-")
    scorer = tag_scorer(load_text_encoder("text", model_store))
    found = made(AudioOrder((collection,), model_store, scorer), tmp_path / "out")
    assert {pair.split for pair in found.pairs} == {"train", "validation", "test"}
    dogs = [pair for pair in found.pairs if pair.facts["label"] == "dog bark"]
    heard = [name for pair in dogs for name in pair.facts.get("sounds", [])]
    assert {"dog", "bark", "bow-wow"} & set(heard)
    assert not any("rain" in pair.text.lower() for pair in dogs)
    assert (tmp_path / "out" / "heard" / "yamnet").is_dir()


def test_a_damaged_ontology_is_one_clear_error(write: Write, order: Any, tmp_path: Path) -> None:
    write("sounds/dog1.wav", noise(1.5))
    (tmp_path / "ontology.json").write_text("{}}")
    with pytest.raises(PairsError, match="give AudioSet's ontology"):
        made(order(ontology=tmp_path / "ontology.json"), tmp_path / "out")
    (tmp_path / "ontology.json").write_text('[{"name": "Dog", "description": "Any sounds of dogs. And more."}]')
    found = made(order(ontology=tmp_path / "ontology.json"), tmp_path / "out")
    assert "Any sounds of dogs." in found.pairs[0].rewrites
