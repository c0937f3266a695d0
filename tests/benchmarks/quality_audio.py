"""Real sound through the encoders, kept between runs: what the quality benchmark and the tag reference start from."""

import hashlib
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexers.base import AudioEncoder
from indexers.encoders import fingerprint_of, load_audio_encoder
from indexers.encoders.taggram import TAG_ENCODERS, clip_evidence, track_evidence
from indexers.errors import MediaError
from indexers.media.probe import probe
from indexers.media.windows import plan_windows
from indexers.models.cards import SAMPLE_RATE_HZ, WINDOW_SAMPLES
from indexers.models.store import ModelStore
from indexers.rebuild.analyse import analyse
from indexers.schema import Vectors

SUFFIXES = {".flac", ".mp3", ".ogg", ".wav"}
OUTPUTS = {
    "musicnn_msd": ("tags", "penultimate"),
    "musicnn_mtt": ("tags", "penultimate"),
    "yamnet": ("tags", "embedding"),
}


@dataclass(frozen=True, slots=True)
class Heard:
    """One track: encoder to output to [n_clips, dim]."""

    path: Path
    outputs: dict[str, dict[str, Vectors]]

    @property
    def clips(self) -> Vectors:
        """The evidence of its clips, [n_clips, n_classes]."""
        return clip_evidence(self.outputs)


def sound_files(folders: Iterable[Path]) -> list[Path]:
    """Every sound file under the folders; of two qualities of one recording ("X.hq.ogg", "X.ogg") the plain one."""
    found = sorted({path for folder in folders for path in folder.rglob("*") if path.suffix in SUFFIXES})
    return [path for path in found if ".hq." not in path.name]


def evidence_of(tracks: Sequence[Heard]) -> Vectors:
    """The pooled evidence of tracks, [n_tracks, n_classes]."""
    return np.stack([track_evidence(track.clips) for track in tracks])


class Listener:
    """Hears files with the default encoders; what it heard is kept in a folder, by name, size,
    windows and encoders."""

    def __init__(self, kept: Path) -> None:
        self._kept = kept
        kept.mkdir(parents=True, exist_ok=True)
        self._encoders: list[AudioEncoder] = []

    def hear(self, paths: Iterable[Path], n_windows: int) -> list[Heard]:
        """Hear files, n_windows each; a file that cannot be decoded or is silent is named on stderr and left out."""
        heard = []
        for path in paths:
            try:
                heard.append(Heard(path, self._outputs(path, n_windows)))
            except MediaError as error:
                print(f"left out: {error}", file=sys.stderr)
        return heard

    def _outputs(self, path: Path, n_windows: int) -> dict[str, dict[str, Vectors]]:
        duration_s = probe(path).duration_s
        windows = plan_windows(duration_s, n_windows, WINDOW_SAMPLES / SAMPLE_RATE_HZ)
        made = [path.name, path.stat().st_size, windows, *(fingerprint_of(name) for name in TAG_ENCODERS)]
        name = hashlib.sha256(str(made).encode()).hexdigest()[:24]
        kept = self._kept / f"{name}.npz"
        if not kept.exists():
            self._encoders = self._encoders or [load_audio_encoder(name, ModelStore()) for name in TAG_ENCODERS]
            found = analyse(path, duration_s, self._encoders, n_windows)
            if found.silent:
                raise MediaError(f"{path.name} is silent")
            arrays = {
                f"{encoder} {output}": found.outputs[encoder][output].astype(np.float16)
                for encoder, outputs in OUTPUTS.items()
                for output in outputs
            }
            np.savez(kept, **arrays)
        with np.load(kept) as arrays:
            return {
                encoder: {output: arrays[f"{encoder} {output}"].astype(np.float32) for output in outputs}
                for encoder, outputs in OUTPUTS.items()
            }
