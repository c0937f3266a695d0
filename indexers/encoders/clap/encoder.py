"""The trained towers as a joint encoder of a library."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from indexers.base import TextEncoder
from indexers.encoders.clap.sounds.frames import HEARS, frames_of
from indexers.encoders.clap.storage import Stored, read_fingerprint, read_towers
from indexers.encoders.clap.texts.reading import TEXT_DIM, read_texts
from indexers.encoders.music import unit
from indexers.errors import ModelError
from indexers.schema import Bools, Rows, Vectors

if TYPE_CHECKING:
    from indexers.encoders.clap.network import Towers

CLIPS_AT_ONCE = 1024


class ClapEncoder:
    """See `JointEncoder` for its promises. Each window of 3 s is a clip; towers are loaded when they are first asked.

    The text head computes in numpy, so that a query need not wait for torch.
    """

    def __init__(self, name: str, folder: Path, sentences: TextEncoder) -> None:
        """Take the folder of trained towers and the encoder of sentences that they were trained on.

        Raises:
            ModelError: there are no towers, or the card is damaged.
        """
        self.name, self.languages = name, ("en",)
        self.hears: Mapping[str, tuple[str, ...]] = HEARS
        self.fingerprint = f"{read_fingerprint(folder)}-{sentences.fingerprint}"
        self._folder, self._sentences = folder, sentences

    @property
    def dim(self) -> int:
        """The length of a vector."""
        return self._stored.settings.dim

    @cached_property
    def _stored(self) -> Stored:
        return read_towers(self._folder)

    @cached_property
    def _head(self) -> dict[str, Vectors]:
        weights = self._stored.tensors
        return {name: values.astype(np.float32) for name, values in weights.items() if name.startswith("text.")}

    @cached_property
    def _towers(self) -> "Towers":
        return load_towers(self._stored, self._folder)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts into [n_texts, dim], unit rows; no texts give [0, dim]."""
        from scipy.special import erf

        read, head = read_texts(texts, self._sentences.encode), self._head
        sentences = read[:, :TEXT_DIM] - head["text.centre"]
        within = sentences @ head["text.bent.0.weight"].T + head["text.bent.0.bias"]
        within *= (1.0 + erf(within / np.float32(np.sqrt(2.0)))) / 2.0  # GELU
        content = sentences @ head["text.straight.weight"].T + within @ head["text.bent.3.weight"].T
        order = read[:, TEXT_DIM:] @ head["text.order.weight"].T
        return unit(np.concatenate([unit(np.asarray(content, dtype=np.float32)), order], axis=1))

    def clips(self, outputs: Mapping[str, Mapping[str, Vectors]]) -> Vectors:
        """Make one vector of each window, [n_clips, dim], unit rows."""
        frames = frames_of(outputs)[:, None]
        return self.whole_clips(frames, np.ones(len(frames), dtype=np.int64))

    def whole_clips(self, frames: Vectors, counts: Rows) -> Vectors:
        """Make one vector of each clip of up to 10 s, [n_clips, dim], unit rows.

        Args:
            frames: [n_clips, n_frames, N_FEATURES], in order of time.
            counts: [n_clips], how many of the frames are there, at least one.
        """
        there = np.arange(frames.shape[1]) < counts[:, None]
        starts = range(0, len(frames), CLIPS_AT_ONCE)
        blocks = [self._heard(frames[at : at + CLIPS_AT_ONCE], there[at : at + CLIPS_AT_ONCE]) for at in starts]
        return np.concatenate([np.empty((0, self.dim), dtype=np.float32), *blocks])

    def _heard(self, frames: Vectors, there: Bools) -> Vectors:
        import torch

        with torch.no_grad():
            said = self._towers.audio(torch.from_numpy(frames.astype(np.float32)), torch.from_numpy(there))
        return np.asarray(said.numpy(), dtype=np.float32)


def load_towers(stored: Stored, folder: Path | None = None) -> "Towers":
    """Make towers of what was stored, ready to be asked.

    Raises:
        ModelError: the weights do not fit; `folder` is named as where they were.
    """
    import torch

    from indexers.encoders.clap.network import Towers

    towers = Towers(stored.settings)
    weights = {name: torch.from_numpy(values.astype(np.float32)) for name, values in stored.tensors.items()}
    try:
        towers.load_state_dict(weights)
    except RuntimeError as error:
        raise ModelError(f"the weights in {folder} do not fit clap: train it again with --fresh") from error
    return towers.eval()
