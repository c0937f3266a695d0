"""The synthesiser: what it gives, and what it says without its soundfont."""

import io

import numpy as np
import pytest

from indexers import synth
from indexers.errors import ModelError


def midi_of(pitch: int, seconds: float) -> bytes:
    pretty_midi = pytest.importorskip("pretty_midi")
    midi = pretty_midi.PrettyMIDI()
    player = pretty_midi.Instrument(19)
    player.notes.append(pretty_midi.Note(100, pitch, 0.0, seconds))
    midi.instruments.append(player)
    stream = io.BytesIO()
    midi.write(stream)
    return stream.getvalue()


def test_the_pitch_that_was_written_sounds() -> None:
    sound, rate = synth.synthesise(midi_of(69, 2.0))
    assert sound.shape[1] == 2
    spectrum = np.abs(np.fft.rfft(sound[:rate, 0]))
    assert (spectrum.argmax() + 110) % 220 == pytest.approx(110, abs=6)  # 440 Hz, or a partial of the organ's stops


def test_without_the_soundfont_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synth, "find_spec", lambda _: None)
    with pytest.raises(ModelError, match="pip install pretty_midi"):
        synth.soundfont.__wrapped__()
