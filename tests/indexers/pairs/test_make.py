"""Making pairs end to end: as many as asked for, resumed after a kill, the same again, never leaking."""

import io
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import soundfile

from indexers.errors import ConfigError, InputError, LockedError, MediaError
from indexers.library import Library
from indexers.pairs import make, tunes
from indexers.pairs.checks import read_checked
from indexers.pairs.make import Made, Order, make_pairs
from indexers.pairs.playing import long_form
from indexers.pairs.tunes import JOURNAL, find_tunes
from indexers.pool import Outcome
from indexers.scores.places import list_places

pretty_midi = pytest.importorskip("pretty_midi")
PHRASES = ((0, 4, 7, 4, 5, 9, 12, 9), (0, 2, 4, 7, 4, 2, 0, 7), (12, 11, 7, 9, 5, 4, 2, 0), (0, 7, 3, 5, 7, 8, 12, 5))


def midi_of(phrase: Sequence[int], step: int = 0) -> bytes:
    midi = pretty_midi.PrettyMIDI(initial_tempo=120)
    midi.time_signature_changes.append(pretty_midi.TimeSignature(4, 4, 0.0))
    player = pretty_midi.Instrument(0)
    pitches = [60 + step + degree + (place // 8) % 2 * (phrase[3] - 2) for place, degree in enumerate([*phrase] * 8)]
    player.notes = [pretty_midi.Note(80, pitch, at / 2, at / 2 + 0.45) for at, pitch in enumerate(pitches)]
    midi.instruments.append(player)
    stream = io.BytesIO()
    midi.write(stream)
    return stream.getvalue()


@pytest.fixture
def scores(tmp_path: Path) -> Path:
    folder = tmp_path / "scores"
    folder.mkdir()
    for number, phrase in enumerate(PHRASES):
        (folder / f"tune{number}.mid").write_bytes(midi_of(phrase))
    (folder / "jig in another key.mid").write_bytes(midi_of(PHRASES[0], 3))
    (folder / "broken.mid").write_bytes(b"no score")
    return folder


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """No corpus and no other process; the tasks that were given to workers."""
    given: list[Any] = []

    def here(function: Callable[[Any], Any], tasks: Sequence[Any], **_: Any) -> Iterator[Outcome[Any, Any]]:
        for task in tasks:
            given.append(task)
            yield Outcome(task, function(task), None)

    monkeypatch.setattr(make, "list_corpus", list)
    monkeypatch.setattr(make, "run_tasks", here)
    monkeypatch.setattr(tunes, "run_tasks", here)
    return given


def test_clips_and_long_tracks_with_all_that_a_manifest_has(
    scores: Path, played: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(long_form, "SHORTEST_S", 20.0)  # a minute and more takes seconds to render
    monkeypatch.setattr(long_form, "LONGEST_S", 60.0)
    told: list[tuple[str, int, int]] = []
    made = make_pairs(Order(tmp_path / "out", 7, 2, (scores,)), lambda *step: told.append(step))
    assert read_checked(made.manifest) == made.pairs
    assert [pair.kind for pair in made.pairs] == ["clip"] * 7 + ["long"] * 2
    assert made.notes == ("left out scores/broken.mid: " + made.notes[0].partition(": ")[2],)
    assert "cannot be read as MIDI" in made.notes[0]
    assert told[-1] == ("pairs made", 9, 9)
    for pair in made.pairs:
        length_s = soundfile.info(pair.audio).duration
        assert length_s == pytest.approx(pair.end_s + (1.5 if pair.kind == "long" else 0.0))
        assert pair.text not in pair.rewrites
        assert pair.source == "scores"
        assert pair.licence == "of the scores in scores"
        assert pair.facts
    assert len(made.pairs[-1].text.split()) > 250
    assert all(line.startswith('{"audio": "audio/') for line in made.manifest.read_text("utf-8").splitlines())


def test_one_tune_in_two_keys_is_one_tune(scores: Path, played: list[Any], tmp_path: Path) -> None:
    names, failed = find_tunes(list_places(scores), tmp_path, workers=1)
    assert names["scores/jig in another key.mid"] == names["scores/tune0.mid"]
    assert len(set(names.values())) == 4
    assert list(failed) == ["scores/broken.mid"]
    played.clear()
    again, _ = find_tunes(list_places(scores), tmp_path, workers=1)
    assert again == names
    assert not played


def test_a_kill_costs_what_was_not_written(
    scores: Path, played: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = make_pairs(Order(tmp_path / "whole", 6, 0, (scores,)))
    append, lines = make.append_journal, []

    def killed(path: Path, row: dict[str, Any]) -> None:
        if len(lines) == 3:
            raise KeyboardInterrupt
        lines.append(row)
        append(path, row)

    monkeypatch.setattr(make, "append_journal", killed)
    with pytest.raises(KeyboardInterrupt):
        make_pairs(Order(tmp_path / "cut", 6, 0, (scores,)))
    assert not (tmp_path / "cut" / "pairs.jsonl").exists()
    monkeypatch.setattr(make, "append_journal", append)
    played.clear()
    resumed = make_pairs(Order(tmp_path / "cut", 6, 0, (scores,)))
    assert sum(len(job.units) for job in played) == 3
    assert texts(resumed) == texts(whole)
    assert (tmp_path / "cut" / JOURNAL).exists()


def test_more_are_added_to_what_is_there_and_lost_audio_is_made_again(
    scores: Path, played: list[Any], tmp_path: Path
) -> None:
    first = make_pairs(Order(tmp_path / "out", 3, 0, (scores,)))
    first.pairs[0].audio.unlink()
    played.clear()
    second = make_pairs(Order(tmp_path / "out", 5, 0, (scores,)))
    assert sum(len(job.units) for job in played if hasattr(job, "units")) == 3
    assert set(texts(first)) <= set(texts(second))
    assert first.pairs[0].audio.is_file()


def test_another_seed_plays_otherwise(scores: Path, played: list[Any], tmp_path: Path) -> None:
    first, second = (make_pairs(Order(tmp_path / "out", 3, 0, (scores,), seed)) for seed in (0, 1))
    assert not set(texts(first)) & set(texts(second))


def test_what_fails_is_replaced_and_noted(
    scores: Path, played: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = make.make_units

    def moody(job: Any) -> list[dict[str, Any]]:
        if "tune1" in job.units[0].place.name:
            return [{"name": unit.name, "reason": "silent"} for unit in job.units]
        return real(job)

    monkeypatch.setattr(make, "make_units", moody)
    made = make_pairs(Order(tmp_path / "out", 5, 0, (scores,)))
    assert len(made.pairs) == 5
    assert any("tune1.mid/0: silent" in note for note in made.notes)


@pytest.mark.parametrize(
    ("clips", "longs", "seed", "message"),
    [(0, 0, 0, "at least one pair"), (-1, 3, 0, "clips = -1"), (1, 0, -2, "seed = -2")],
)
def test_impossible_orders(clips: int, longs: int, seed: int, message: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=message):
        make_pairs(Order(tmp_path, clips, longs, (), seed))


def test_too_few_scores_are_told(scores: Path, played: list[Any], tmp_path: Path) -> None:
    for path in scores.glob("*.mid"):
        if path.name != "tune0.mid":
            path.unlink()
    with pytest.raises(MediaError, match="1 scores give no more than 40 of 41 clips: ask for fewer, or add --scores"):
        make_pairs(Order(tmp_path / "out", 41, 0, (scores,)))
    with pytest.raises(InputError, match="is no folder"):
        make_pairs(Order(tmp_path / "out", 1, 0, (tmp_path / "none",)))


def texts(made: Made) -> list[str]:
    return [json.dumps([pair.text, pair.rewrites, str(pair.audio.name), pair.split]) for pair in made.pairs]


def test_two_runs_in_one_folder_are_refused(scores: Path, played: list[Any], tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with Library(tmp_path / "out").lock("segue train pairs"), pytest.raises(LockedError, match="is busy: process"):
        make_pairs(Order(tmp_path / "out", 1, 0, (scores,)))
