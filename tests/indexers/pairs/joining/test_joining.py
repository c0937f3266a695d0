"""Named sounds after one another and at once: what is drawn, what is heard, what is said."""

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import soundfile

from indexers.errors import PairsError
from indexers.pairs.checks import read_checked
from indexers.pairs.collect import collect_pairs
from indexers.pairs.joining import couples, make
from indexers.pairs.joining.couples import AT_ONCE, THEN, THEN_HELD_OUT, draw_couples, tell_order, tell_together
from indexers.pairs.joining.make import JoinOrder, join_sounds
from indexers.pairs.joining.mixing import LENGTH_S, LEVEL, PART_S, RATE_HZ, read_part
from indexers.pairs.joining.sounds import NamedSound, named_sounds, side_of
from indexers.pairs.manifest import Pair
from indexers.pool import Outcome

NAMES = [f"tone {number}" for number in range(24)]


@pytest.fixture(scope="module")
def manifest(tmp_path_factory):
    """A tone for each name, a second or six long, on the side of its name; and what cannot be joined."""
    folder = tmp_path_factory.mktemp("sounds")
    rows = []
    for number, name in enumerate(NAMES):
        at_s = np.arange((6 if number % 2 else 1) * RATE_HZ) / RATE_HZ
        soundfile.write(folder / f"{number}.wav", 0.5 * np.sin(2 * np.pi * (200 + 40 * number) * at_s), RATE_HZ)
        rows.append({"audio": f"{number}.wav", "text": name, "split": side_of(name), "facts": {"label": name}})
    soundfile.write(folder / "nameless.wav", np.zeros(RATE_HZ), RATE_HZ)
    rows.append({"audio": "nameless.wav", "text": "music", "split": "train"})
    (folder / "pairs.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder / "pairs.jsonl"


@pytest.fixture
def here(monkeypatch):
    """No other process."""

    def run(function, tasks, **_):
        for task in tasks:
            try:
                yield Outcome(task, function(task), None)
            except OSError as error:
                yield Outcome(task, None, str(error))

    monkeypatch.setattr(make, "run_tasks", run)


def test_instruments_that_play_alone_and_labels_are_names(tmp_path):
    def named(**facts):
        pair = Pair(tmp_path / "a.ogg", "text", "train", facts=facts)
        return [s.name for side in ("train", "validation", "test") for s in named_sounds([replace(pair, split=side)])]

    assert named(label="dog bark") == ["dog bark"]  # once: on its own side
    assert named(parts=[{"player": "oboe"}]) == ["an oboe"]
    assert named(parts=[{"player": "bagpipes"}]) == ["bagpipes"]
    assert (
        named(parts=[{"player": "oboe"}, {"player": "harp"}]) == named(parts=[{"player": "drum kit"}]) == named() == []
    )


def test_couples_are_of_two_names_of_one_side(tmp_path):
    sounds = [NamedSound(name, tmp_path / name, 0, None, side_of(name), "", "") for name in NAMES]
    drawn = draw_couples(sounds, 200, np.random.default_rng(0))
    assert len(drawn) == 200
    for couple in drawn:
        assert couple.one.name != couple.other.name
        assert couple.one.split == couple.other.split == couple.split
    assert {couple.split for couple in drawn} == {"train", "validation", "test"}
    assert draw_couples(sounds[:1], 10, np.random.default_rng(0)) == []


def test_the_order_that_is_told_is_the_one_that_is_meant():
    rng = np.random.default_rng(0)
    reverse = ("after", "preceded", "before", "once", "follows")
    for held_out in (False, True):
        for text in {text for _ in range(60) for text in tell_order("AAA", "BBB", rng, held_out=held_out)}:
            turned = text.index("AAA") > text.index("BBB")
            assert not turned or any(word in text.lower() for word in reverse), text
            assert text.count("AAA") == text.count("BBB") == 1
    assert not set(THEN) & set(THEN_HELD_OUT)
    assert not any("then" in text.lower() for text in tell_together("a", "b", rng, held_out=False))


@pytest.mark.usefixtures("here")
def test_three_clips_of_each_couple_with_what_is_false_of_them(manifest, tmp_path):
    order = JoinOrder((manifest,), 12)
    made = collect_pairs(tmp_path / "out", [lambda folder, tell: join_sounds(order, folder, tell)])
    assert read_checked(made.manifest) == made.pairs
    by_couple = {}
    for pair in made.pairs:
        by_couple.setdefault(pair.facts["couple"], []).append(pair)
        sound, rate = soundfile.read(pair.audio)
        assert len(sound) / rate == pytest.approx(LENGTH_S)
        assert pair.tune == "joined: " + " + ".join(sorted(pair.facts["sounds"]))
        assert not {pair.text, *pair.rewrites} & set(pair.false)
    for own in by_couple.values():
        assert len(own) == 3
        assert sum(pair.facts["how"] == AT_ONCE for pair in own) == 1
        one, other = (pair for pair in own if pair.facts["how"] != AT_ONCE)
        assert one.facts["sounds"] == other.facts["sounds"][::-1]
        assert set(one.false) == {t for pair in own if pair is not one for t in (pair.text, *pair.rewrites)}


@pytest.mark.usefixtures("here")
def test_one_sound_comes_after_the_other_and_both_are_equally_loud(manifest, tmp_path):
    made = collect_pairs(tmp_path, [lambda folder, tell: join_sounds(JoinOrder((manifest,), 6), folder, tell)])

    def pitch(sound):
        spectrum = np.abs(np.fft.rfft(sound))
        return RATE_HZ * spectrum.argmax() / len(sound)

    for pair in made.pairs:
        sound, _ = soundfile.read(pair.audio)
        halves = np.split(sound[: int(LENGTH_S * RATE_HZ)], 2)
        pitches = [200 + 40 * int(name.split()[1]) for name in pair.facts["sounds"]]
        if pair.facts["how"] == AT_ONCE:
            spectrum = np.abs(np.fft.rfft(halves[0]))
            peaks = [spectrum[round(one * PART_S)] for one in pitches]
            assert min(peaks) > 0.3 * spectrum.max()
        else:
            assert [pitch(half) for half in halves] == pytest.approx(pitches, abs=3)


def test_a_short_sound_is_repeated_at_one_level(manifest):
    part = read_part(NamedSound("tone 0", manifest.parent / "0.wav", 0, None, "train", "", ""))
    assert len(part) == PART_S * RATE_HZ
    seconds = [float(np.sqrt(np.mean(np.square(one)))) for one in np.split(part, 5)]
    assert max(seconds) == pytest.approx(LEVEL, rel=0.05)
    assert min(seconds) > 0.5 * LEVEL
    assert all(abs(one - after) < LEVEL for one, after in pairwise(seconds))


@pytest.mark.usefixtures("here")
def test_a_sound_that_cannot_be_read_is_left_out_and_told(manifest, tmp_path, monkeypatch):
    def broken(sound):
        raise OSError(f"{sound.name} is damaged")

    monkeypatch.setattr(make, "read_part", broken)
    pairs, notes = join_sounds(JoinOrder((manifest,), 4), tmp_path, lambda *_: None)
    assert pairs == []
    assert len(notes) == 4
    assert "is damaged" in notes[0]


def test_too_few_names_are_refused(manifest, tmp_path):
    few = manifest.with_name("few.jsonl")
    few.write_text("".join(manifest.read_text().splitlines(keepends=True)[:2]))
    with pytest.raises(PairsError, match="2 sounds, 4 is the least"):
        join_sounds(JoinOrder((few,), 4), tmp_path, lambda *_: None)


def test_shares_are_of_all_couples():
    assert sum(couples.SHARES.values()) == pytest.approx(1)
