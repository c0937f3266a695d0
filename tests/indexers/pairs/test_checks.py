"""What a manifest must not have: missing audio, and one tune or file on two sides."""

from pathlib import Path

import pytest

from indexers.errors import InputError, LeakError, PairsError
from indexers.pairs.checks import check_audio, check_leaks, read_checked, tally
from indexers.pairs.manifest import NO_AUDIO, Pair, write_pairs


def pair(audio: Path, split: str = "train", tune: str = "t", **said: object) -> Pair:
    return Pair(audio, "a flute", split, tune=tune, **said)  # type: ignore[arg-type]


def test_missing_audio_is_counted_and_the_first_named(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("sound")
    pairs = [pair(tmp_path / f"{name}.wav") for name in "abcb"]
    with pytest.raises(PairsError, match=r"2 of 3 audio files are missing, first .*b\.wav: put them there"):
        check_audio(pairs)
    check_audio(pairs[:1])


def test_one_tune_on_two_sides_is_refused() -> None:
    pairs = [pair(Path("a"), "train", "reel"), pair(Path("b"), "test", "reel"), pair(Path("c"), "test", "jig")]
    with pytest.raises(LeakError, match=r"1 of 2 tunes are on more than one side .* first 'reel' in train and test"):
        check_leaks(pairs)
    check_leaks(pairs[1:])


def test_one_file_on_two_sides_is_refused_whatever_its_tunes() -> None:
    pairs = [pair(Path("a.wav"), "train", "one"), pair(Path("a.wav"), "validation", "two")]
    with pytest.raises(LeakError, match=r"audio files are on more than one side .*a\.wav' in train and validation"):
        check_leaks(pairs)


def test_texts_alone_lack_no_audio_and_leak_by_their_tunes_alone() -> None:
    texts = [pair(NO_AUDIO, split, split, kind="text") for split in ("train", "test")]
    check_audio(texts)
    check_leaks(texts)
    with pytest.raises(LeakError, match=r"first 'test' in train and test"):
        check_leaks([*texts, pair(NO_AUDIO, "train", "test", kind="text")])


def test_a_leak_is_an_input_error_like_all_of_its_kind() -> None:
    assert issubclass(LeakError, PairsError)
    assert issubclass(PairsError, InputError)


def test_a_checked_manifest_and_its_tally(tmp_path: Path) -> None:
    pairs = []
    for name, split in (("a", "train"), ("b", "train"), ("c", "test")):
        (tmp_path / f"{name}.wav").write_text("sound")
        pairs.append(pair(tmp_path / f"{name}.wav", split, f"tune {split}", start_s=1.0, end_s=1801.0))
    pairs.append(pair(tmp_path / "a.wav", "train", "tune train", kind="long"))
    write_pairs(tmp_path / "pairs.jsonl", pairs)
    found = tally(read_checked(tmp_path / "pairs.jsonl"))
    assert (found.clips, found.longs, found.texts, found.hours) == (3, 1, 0, 1.5)
    assert found.tunes == {"train": 1, "validation": 0, "test": 1}
    assert found.pairs == {"train": 3, "validation": 0, "test": 1}
