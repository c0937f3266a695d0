"""The one synthesiser: MIDI played by a soundfont."""

import hashlib
import io
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from indexers.errors import ModelError
from indexers.schema import Waveforms

SOUNDFONT = "TimGM6mb.sf2"
BLOCK_FRAMES = 1 << 15  # libsndfile's Vorbis writer overruns its stack on minutes at once


def synthesise(midi: bytes) -> tuple[Waveforms, int]:
    """Play a MIDI file.

    Args:
        midi: The file's bytes; programs and drum kits are General MIDI's.

    Returns:
        Sound [n_samples, 2] at the soundfont's own loudness, until the last note has died away, and its rate in Hz.

    Raises:
        ModelError: the soundfont is not installed.
    """
    import soundfile
    from midirenderer import render_wave_from

    sound, rate = soundfile.read(io.BytesIO(render_wave_from(soundfont(), midi)), dtype="float32", always_2d=True)
    return sound, int(rate)


def write_blocks(stream: Any, sound: Waveforms) -> None:
    """Write sound [n_samples, n_channels] to an open `soundfile.SoundFile`, some at a time."""
    for start in range(0, len(sound), BLOCK_FRAMES):
        stream.write(sound[start : start + BLOCK_FRAMES])


@cache
def soundfont() -> bytes:
    """The bytes of the soundfont that pretty_midi carries.

    Raises:
        ModelError: pretty_midi is not installed, or came without it.
    """
    found = find_spec("pretty_midi")
    places = [] if found is None else list(found.submodule_search_locations or ())
    path = Path(places[0]) / SOUNDFONT if places else Path(SOUNDFONT)
    if not path.exists():
        raise ModelError(f"this needs the soundfont {SOUNDFONT} of pretty_midi: run `pip install pretty_midi`")
    return path.read_bytes()


@cache
def soundfont_digest() -> str:
    """A hex digest of the soundfont: another one gives other sounds."""
    return hashlib.sha256(soundfont()).hexdigest()
