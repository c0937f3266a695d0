"""Tempo, key, loudness and changes of sounds that were made to have them."""

import numpy as np
import pytest

from indexers.pairs.real.measuring.loudness import course_of
from indexers.pairs.real.measuring.measure import measure
from indexers.pairs.real.measuring.rhythm import autocorrelation, tempo_of
from indexers.pairs.real.measuring.structure import novelty, sections_of
from indexers.pairs.real.measuring.tonality import chromagram, key_of

RATE_HZ = 16_000
C_MAJOR = ((60, 64, 67, 72), (65, 69, 72, 60), (67, 71, 74, 55), (60, 64, 67, 48))
A_MINOR = ((57, 60, 64, 69), (62, 65, 69, 57), (64, 68, 71, 57), (57, 60, 64, 45))


def tone(hz: float, seconds: float, level: float = 0.3) -> np.ndarray:
    return (level * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE_HZ)) / RATE_HZ)).astype(np.float32)


def clicks(bpm: float, seconds: float = 10.0) -> np.ndarray:
    samples = np.zeros(round(seconds * RATE_HZ), dtype=np.float32)
    burst = np.random.default_rng(0).normal(0, 0.3, 400).astype(np.float32) * np.linspace(1, 0, 400, dtype=np.float32)
    for at in np.arange(0, len(samples) - 400, 60 / bpm * RATE_HZ):
        samples[int(at) : int(at) + 400] += burst
    return samples


def played(chords: tuple[tuple[int, ...], ...]) -> np.ndarray:
    """Each chord for a second, over and over for ten."""
    return np.concatenate(
        [sum(tone(440 * 2 ** ((pitch - 69) / 12), 1.0, 0.1) for pitch in chords[place % 4]) for place in range(10)]
    ).astype(np.float32)


@pytest.mark.parametrize("bpm", [72, 96, 120, 150])
def test_the_tempo_of_clicks(bpm: int) -> None:
    assert tempo_of(clicks(bpm), RATE_HZ) == pytest.approx(bpm, rel=0.02)


def test_no_tempo_without_a_beat() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, 10 * RATE_HZ).astype(np.float32)
    assert tempo_of(noise, RATE_HZ) is None
    assert tempo_of(np.zeros(10 * RATE_HZ, np.float32), RATE_HZ) is None
    assert tempo_of(clicks(120, 3.0), RATE_HZ) is None  # too short to be sure
    changing = np.concatenate([clicks(80, 5.0), clicks(131, 5.0)])
    assert tempo_of(changing, RATE_HZ) is None


def test_autocorrelation_against_its_definition() -> None:
    values = np.random.default_rng(2).normal(size=20).astype(np.float32)
    slow = [np.mean(values[: 20 - lag] * values[lag:]) for lag in range(10)]
    assert autocorrelation(values) == pytest.approx(slow, abs=1e-5)


def test_keys_of_chords() -> None:
    major, minor = key_of(played(C_MAJOR), RATE_HZ), key_of(played(A_MINOR), RATE_HZ)
    assert major is not None
    assert major.name == "C major"
    assert minor is not None
    assert minor.name == "A minor"


def test_no_key_where_it_is_not_sure() -> None:
    noise = np.random.default_rng(3).normal(0, 0.1, 10 * RATE_HZ).astype(np.float32)
    assert key_of(noise, RATE_HZ) is None
    assert key_of(played(C_MAJOR)[: 3 * RATE_HZ], RATE_HZ) is None
    whole_tone = played(((60, 62, 64, 66, 68, 70),) * 4)
    assert key_of(whole_tone, RATE_HZ) is None


def test_the_chroma_of_a_tone_is_its_pitch_class() -> None:
    assert chromagram(tone(440.0, 2.0), RATE_HZ).sum(axis=0).argmax() == 9
    assert chromagram(tone(261.63, 2.0), RATE_HZ).sum(axis=0).argmax() == 0


def test_courses_of_loudness() -> None:
    def course(*levels: float) -> tuple[str, str]:
        found = course_of(np.concatenate([tone(300.0, 1.0, level) for level in levels]), RATE_HZ)
        return found.level, found.change

    assert course(0.5, 0.5, 0.5, 0.5) == ("loud", "steady")
    assert course(0.02, 0.02, 0.02, 0.02) == ("soft", "steady")
    assert course(0.02, 0.05, 0.1, 0.3) == ("", "growing")
    assert course(0.3, 0.1, 0.05, 0.02) == ("", "fading")
    assert course(0.3, 0.02, 0.3, 0.02) == ("", "")
    assert course_of(tone(300.0, 0.3), RATE_HZ).change == ""
    assert course_of(np.zeros(0, np.float32), RATE_HZ).level == "soft"


def test_a_track_is_cut_where_it_changes() -> None:
    first, second = np.array([1.0, 0.0, 0.1]), np.array([0.0, 1.0, 0.1])
    vectors = np.stack([first] * 20 + [second] * 20).astype(np.float32)
    times_s = np.arange(40, dtype=np.float32) * 3 + 1.5
    assert sections_of(vectors, times_s, 120.0) == ((0.0, 60.0), (60.0, 120.0))
    assert int(novelty(vectors, times_s).argmax()) == 19


def test_a_track_that_does_not_change_is_one_section() -> None:
    rng = np.random.default_rng(4)
    vectors = (np.array([1.0, 0.5, 0.2]) + rng.normal(0, 1e-4, (40, 3))).astype(np.float32)
    noise = rng.normal(0, 1.0, (40, 512)).astype(np.float32)
    times_s = np.arange(40, dtype=np.float32) * 3 + 1.5
    assert sections_of(noise, times_s, 120.0) == ((0.0, 120.0),)
    assert novelty(vectors * 0 + 1, times_s).max() == pytest.approx(0.0, abs=1e-6)
    assert sections_of(vectors * 0 + 1, times_s, 120.0) == ((0.0, 120.0),)


def test_a_recording_is_measured_clip_by_clip(write, recording) -> None:
    path = write("a.wav", np.concatenate([clicks(120), tone(300.0, 10.0, 0.01)]))
    whole = recording(duration_s=20.0)
    found = measure(type(whole)(path, 20.0, whole.collection, "", whole.tags, "t", "train"))
    assert len(found["clips"]) == 2
    assert found["clips"][0]["bpm"] == pytest.approx(120, rel=0.02)
    assert found["clips"][1]["bpm"] is None
    assert found["clips"][1]["level"] == "soft"
    assert set(found["whole"]) == {"level_db", "level", "change", "bpm", "key"}
