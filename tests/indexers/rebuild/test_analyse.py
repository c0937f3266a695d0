"""One opening of a file for encoders that take different windows."""

from collections.abc import Mapping

import numpy as np
import soundfile

from indexers.media.decode import read_windows
from indexers.media.windows import plan_windows
from indexers.rebuild import analyse as module
from indexers.rebuild.analyse import Task, analyse, hear
from indexers.schema import FileState
from indexers.testing import FakeEncoder


class Wide:
    """Hears half a second at 8 kHz as its mean square; short sounds are filled up with ones."""

    name, fingerprint = "wide", "1f"
    sample_rate_hz, window_samples = 8_000, 40_000
    outputs: Mapping[str, int] = {"level": 1}

    def encode(self, windows):
        return {"level": np.square(windows).mean(axis=1, keepdims=True).astype(np.float32)}

    def pad(self, sound):
        return np.concatenate([sound, np.ones(self.window_samples - len(sound), dtype=np.float32)])


def tune(path, seconds):
    times = np.arange(int(16_000 * seconds)) / 16_000
    soundfile.write(path, 0.3 * np.sin(2 * np.pi * 440 * times) * (0.2 + times / seconds), 16_000)
    return path


def test_each_encoder_hears_windows_of_its_own(tmp_path, monkeypatch) -> None:
    path = tune(tmp_path / "a.wav", 21.0)
    calls = []
    read = module.read_cuts
    monkeypatch.setattr(module, "read_cuts", lambda *given: calls.append(given) or read(*given))
    found = analyse(path, 21.0, [FakeEncoder(), Wide()], 3)
    assert len(calls) == 1
    assert found.windows == {"fake": plan_windows(21.0, 3, 3.008), "wide": plan_windows(21.0, 3, 5.0)}
    for encoder in (FakeEncoder(), Wide()):
        windows = found.windows[encoder.name]
        sound = read_windows(
            path, windows, sample_rate_hz=encoder.sample_rate_hz, window_samples=encoder.window_samples
        )
        for name, rows in encoder.encode(sound).items():
            np.testing.assert_allclose(found.outputs[encoder.name][name], rows, atol=1e-6)


def test_a_short_sound_is_filled_up_as_its_encoder_wants(tmp_path) -> None:
    path = tune(tmp_path / "a.wav", 2.0)
    found = analyse(path, 2.0, [FakeEncoder(), Wide()], 3)
    assert [window.padded for window in (*found.windows["fake"], *found.windows["wide"])] == [True, True]
    sound = read_windows(path, plan_windows(2.0, 1, 5.0), sample_rate_hz=8_000, window_samples=40_000)
    expected = (np.square(sound[0]).sum() + 24_000) / 40_000
    np.testing.assert_allclose(found.outputs["wide"]["level"], [[expected]], rtol=1e-5)
    silent_behind = read_windows(path, plan_windows(2.0, 1, 3.008), sample_rate_hz=16_000, window_samples=48_128)
    alone = FakeEncoder().encode(silent_behind)["embedding"]
    np.testing.assert_allclose(found.outputs["fake"]["embedding"], alone, atol=1e-6)


def test_entries_keep_the_times_of_their_own_encoder(tmp_path) -> None:
    path = tune(tmp_path / "a.wav", 21.0)
    encoders = {"fake": FakeEncoder(), "wide": Wide()}
    heard = hear(encoders, Task("a" * 32, (str(path),), 21.0, ("fake", "wide")), n_windows=3)
    assert heard.state is FileState.INDEXED
    np.testing.assert_allclose(np.diff(heard.entries["fake"].times_s, axis=1), 3.008, atol=1e-5)
    np.testing.assert_allclose(np.diff(heard.entries["wide"].times_s, axis=1), 5.0, atol=1e-5)


def test_silence_is_judged_over_all_that_was_heard(tmp_path) -> None:
    """Only the longer windows reach the sound."""
    samples = np.zeros(16_000 * 60)
    samples[16_000 * 8 : 16_000 * 8 + 400] = 0.5  # beside the window of 3 s around 10 s, inside the one of 5 s
    soundfile.write(tmp_path / "a.wav", samples, 16_000)
    assert analyse(tmp_path / "a.wav", 60.0, [FakeEncoder()], 3).silent
    both = analyse(tmp_path / "a.wav", 60.0, [FakeEncoder(), Wide()], 3)
    assert not both.silent
    assert set(both.outputs) == {"fake", "wide"}
