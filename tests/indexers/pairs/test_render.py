"""Performances as files: what lasts how long and sounds how loud, and that nothing is made twice."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from indexers.pairs import render as module
from indexers.pairs.render import mix, render


@pytest.fixture
def scale(voice, performance):
    return performance(voice("church organ", "melody", (60, 62, 64, 65, 67, 69, 71, 72, 74, 76), share=1.0))


def test_a_clip_lasts_as_long_as_its_performance_and_sounds_throughout(scale, tmp_path: Path) -> None:
    sound, rate = soundfile.read(render(scale, tmp_path))
    assert (sound.ndim, rate, len(sound)) == (1, 48_000, 480_000)
    parts = np.sqrt((sound.reshape(20, -1) ** 2).mean(axis=1))
    assert parts.min() > 0.005
    assert abs(sound[-1]) < 0.001


def test_a_tail_dies_away_after_the_end(scale, tmp_path: Path) -> None:
    sound, rate = soundfile.read(render(scale, tmp_path, tail_s=1.0))
    assert len(sound) == 11 * rate
    assert np.abs(sound[-rate // 50 :]).max() < 0.005


def test_louder_notes_are_louder(voice, performance, tmp_path: Path) -> None:
    def level(velocity: int) -> float:
        sound, _ = soundfile.read(
            render(performance(voice("flute", "melody", (72,) * 10, velocity=velocity)), tmp_path)
        )
        return 20 * float(np.log10(np.sqrt((sound**2).mean())))

    soft, loud = level(45), level(100)
    assert loud - soft > 8


def test_nothing_is_rendered_twice(scale, voice, performance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = render(scale, tmp_path)
    monkeypatch.setattr(module, "synthesise", lambda _: pytest.fail("rendered again"))
    assert render(scale, tmp_path) == path
    monkeypatch.undo()
    other = performance(voice("church organ", "melody", (61, 62, 64, 65, 67, 69, 71, 72, 74, 76), share=1.0))
    assert render(other, tmp_path) != path


def test_a_failed_write_leaves_nothing(scale, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(module, "_write", fail)
    with pytest.raises(RuntimeError):
        render(scale, tmp_path)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_the_mix_is_cut_padded_and_kept_below_full_scale() -> None:
    sound = np.ones((100, 2), dtype=np.float32)
    assert mix(sound, 50, 1).max() == pytest.approx(0.97)
    padded = mix(sound * 0.01, 200, 4)
    assert padded[:100] == pytest.approx(0.035)
    assert padded[100:].max() == 0.0
