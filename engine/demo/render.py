"""From a planned piece to a tagged audio file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.demo.arrange import SETTINGS, to_midi
from engine.demo.plan import Piece
from indexers.files import disk_errors
from indexers.schema import Waveforms
from indexers.scores.music21_reader import read_score
from indexers.synth import BLOCK_FRAMES, synthesise, write_blocks

LONGEST_S = 75.0
FADE_S = 2.0
SLOW, FAST = 1.6, 4.5  # notes a second in the busiest part
PEAK = 0.8
BIT_RATE = 112_000
QUICK: dict[str, Any] = {"compression_level": "8"}  # LAME's usual effort takes as long as all the rest of a piece


@dataclass(frozen=True, slots=True)
class Rendered:
    """A piece that became a file: where (relative), its tags, and what is true of how it is played."""

    path: str
    title: str
    artist: str
    album: str
    genre: str
    year: int
    caption: str
    instruments: str
    tempo_bpm: int


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker needs to render one piece."""

    piece: Piece
    corpus: Path
    folder: Path
    longest_s: float = LONGEST_S


def render(job: Job) -> Rendered:
    """Render one piece into its file, which appears whole or not at all.

    Raises:
        MediaError: the score cannot be read.
        ModelError: the soundfont is not installed.
        StorageError: the disk refused.
    """
    piece, path = job.piece, job.folder / job.piece.path
    score = read_score(job.corpus / piece.score, piece.number)
    midi = to_midi(score, SETTINGS[piece.setting], piece.tempo_bpm, job.longest_s)
    sound, sample_rate_hz = _sound(midi, job.longest_s)
    per_s = score.notes_per_quarter * piece.tempo_bpm / 60
    done = describe(piece, piece.title or score.title or path.stem, per_s)
    temporary = path.with_name(f".part-{path.name}")
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            WRITERS[path.suffix](temporary, sound, sample_rate_hz, done)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    return done


def describe(piece: Piece, title: str, notes_per_s: float) -> Rendered:
    """Say what is true of a rendering: who plays what, and how fast the notes come."""
    source, words = piece.source, SETTINGS[piece.setting].words
    pace = "slow" if notes_per_s < SLOW else "fast" if notes_per_s > FAST else "moderate tempo"
    kind = source.what if source.genre in source.what else f"{source.genre} {source.what}"
    caption = f"{kind} played by {words}, {pace}"
    album = source.album
    return Rendered(
        piece.path, title, piece.artist, album, source.genre, piece.year, caption, piece.setting, piece.tempo_bpm
    )


def _sound(midi: bytes, longest_s: float) -> tuple[Waveforms, int]:
    """Synthesise MIDI as [n_samples, 2], faded out at the end and brought to one peak."""
    sound, rate = synthesise(midi)
    sound = sound[: int((longest_s + FADE_S) * rate)]
    n_fade = min(int(FADE_S * rate), len(sound))
    sound[len(sound) - n_fade :] *= np.linspace(1.0, 0.0, n_fade, dtype=np.float32)[:, None]
    peak = float(np.abs(sound).max(initial=0.0))
    return (sound * (PEAK / peak if peak > 0 else 1.0)).astype(np.float32), rate


def _with_soundfile(path: Path, sound: Waveforms, rate: int, tags: Rendered) -> None:
    import soundfile

    kind = path.suffix[1:].upper()
    with soundfile.SoundFile(path, "w", rate, sound.shape[1], format=kind) as stream:
        stream.title, stream.artist, stream.album = tags.title, tags.artist, tags.album
        stream.genre, stream.date = tags.genre, str(tags.year)
        write_blocks(stream, sound)


def _with_av(path: Path, sound: Waveforms, rate: int, tags: Rendered) -> None:
    """Write mp3 and m4a by PyAV: libsndfile garbles their tags outside ASCII."""
    import av

    written: Mapping[str, str] = {
        "title": tags.title, "artist": tags.artist, "album": tags.album, "genre": tags.genre, "date": str(tags.year)
    }  # fmt: skip
    with av.open(str(path), "w") as container:
        container.metadata.update(written)
        stream = container.add_stream("libmp3lame" if path.suffix == ".mp3" else "aac", rate=rate, layout="stereo")
        stream.bit_rate = BIT_RATE
        if path.suffix == ".mp3":
            stream.options = QUICK
        for start in range(0, len(sound), BLOCK_FRAMES):
            block = np.ascontiguousarray(sound[start : start + BLOCK_FRAMES].T)
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts = rate, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


WRITERS: dict[str, Callable[[Path, Waveforms, int, Rendered], None]] = {
    ".ogg": _with_soundfile,
    ".flac": _with_soundfile,
    ".wav": _with_soundfile,
    ".mp3": _with_av,
    ".m4a": _with_av,
}
