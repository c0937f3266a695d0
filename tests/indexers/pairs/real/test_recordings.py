"""Recordings of collections: clips, labels, and sides of the split."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from indexers.errors import ConfigError, PairsError
from indexers.pairs.real.recordings import clips_of, find_recordings
from indexers.pairs.real.sources import Collection
from indexers.pairs.sources import read_sources
from indexers.schema import Samples

Write = Callable[[str, Samples], Path]
WORDS = {"dog", "rain", "bark"}


def test_short_sounds_are_one_clip_and_long_ones_are_cut() -> None:
    assert clips_of(4.2, 12) == ((0.0, 4.2),)
    assert clips_of(19.9, 12) == ((0.0, 10.0),)
    assert clips_of(35.0, 12) == ((0.0, 10.0), (10.0, 20.0), (20.0, 30.0))
    assert clips_of(100.0, 3) == ((0.0, 10.0), (45.0, 55.0), (90.0, 100.0))
    assert clips_of(100.0, 1) == ((0.0, 10.0),)


def quiet(seconds: float = 1.0) -> Samples:
    return np.full(round(seconds * 16_000), 0.01, dtype=np.float32)


def test_the_highest_fold_is_the_test_and_the_next_validates(write: Write, tmp_path: Path) -> None:
    for fold in range(1, 6):
        write(f"001 - Dog bark/{fold}-77-A.wav", quiet())
    found, notes = find_recordings([Collection(path=tmp_path, label="folder", fold=r"^(\d)-")], WORDS)
    sides = {row.path.name[0]: row.split for row in found}
    assert sides == {"1": "train", "2": "train", "3": "train", "4": "validation", "5": "test"}
    assert {row.label for row in found} == {"dog bark"}
    assert len({row.tune for row in found}) == 5
    assert not notes


def test_folds_that_cannot_be_found_are_told(write: Write, tmp_path: Path) -> None:
    write("one.wav", quiet())
    with pytest.raises(PairsError, match=r"one\.wav has no fold"):
        find_recordings([Collection(path=tmp_path, fold=r"^(\d)-")], WORDS)
    (tmp_path / "one.wav").rename(tmp_path / "1-one.wav")
    with pytest.raises(PairsError, match="has 1 folds, 3 is the least"):
        find_recordings([Collection(path=tmp_path, fold=r"^(\d)-")], WORDS)


def test_names_that_differ_in_numbers_alone_stay_together(write: Write, tmp_path: Path) -> None:
    for name in ("rain1", "rain-2", "rain_03", "dog"):
        write(f"{name}.wav", quiet())
    found, _ = find_recordings([Collection(path=tmp_path, source="box", label="name")], WORDS)
    assert Counter(row.tune for row in found) == {"box/rain": 3, "box/dog": 1}
    assert {row.label for row in found} == {"rain", "dog"}
    together, _ = find_recordings([Collection(path=tmp_path, together="folder")], WORDS)
    assert len({(row.tune, row.split) for row in together}) == 1


def test_what_is_no_sound_is_left_out_with_a_line(write: Write, tmp_path: Path) -> None:
    write("rain.wav", quiet())
    write("tick.wav", quiet(0.05))
    (tmp_path / "broken.wav").write_bytes(b"RIFF no sound")
    (tmp_path / "notes.txt").write_text("no audio")
    found, notes = find_recordings([Collection(path=tmp_path)], WORDS)
    assert [row.path.name for row in found] == ["rain.wav"]
    assert len(notes) == 2
    assert any("tick.wav: 0.05 s of sound, 0.1 s is the least" in note for note in notes)


def test_paths_without_audio_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PairsError, match="does not exist"):
        find_recordings([Collection(path=tmp_path / "none")], WORDS)
    with pytest.raises(PairsError, match="no audio in"):
        find_recordings([Collection(path=tmp_path)], WORDS)


def test_sources_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    path.write_text('[[audio]]\npath = "sounds"\nlabel = "name"\n[[texts]]\npath = "said.csv"\nheld_out = 0.3\n')
    found = read_sources(path)
    assert (found.audio[0].path, found.audio[0].name) == (tmp_path / "sounds", "sounds")
    assert (found.texts[0].path, found.texts[0].held_out) == (tmp_path / "said.csv", 0.3)


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("[[audio]", PairsError, "cannot be read"),
        ("", PairsError, "must hold"),
        ("[[music]]\npath = 'a'", PairsError, r"must hold \[\[audio\]\] and \[\[texts\]\] tables and nothing else"),
        ("[[audio]]\nlabel = 'name'", ConfigError, "has no path"),
        ("[[audio]]\npath = 'a'\nlabels = 1", ConfigError, "unknown setting 'audio.labels'"),
        ("[[audio]]\npath = 'a'\nfold = '('", ConfigError, "no regular expression"),
        ("[[audio]]\npath = 'a'\nfold = '1-'", ConfigError, "it has no group"),
    ],
)
def test_mistakes_in_that_file(tmp_path: Path, text: str, error: type[Exception], message: str) -> None:
    (tmp_path / "sources.toml").write_text(text)
    with pytest.raises(error, match=message):
        read_sources(tmp_path / "sources.toml")
