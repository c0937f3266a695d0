"""What is learnt from in an epoch: all clips in a drawn order, each with a drawn text, whole or in part."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from indexers.encoders.clap.settings import ClapSettings
from indexers.encoders.clap.texts.reading import READ_DIM, Texts
from indexers.encoders.clap.training.examples import Examples
from indexers.schema import Bools, Rows, Vectors


@dataclass(frozen=True, slots=True)
class Batch:
    """Some clips, the part of each that is heard, one text for each and one that is false of it.

    Texts are as they were read. `one` and `other` are wordings of the same, of any number of texts that are of no clip.
    """

    frames: Tensor  # [n, N_FRAMES, N_FEATURES]
    there: Tensor  # [n, N_FRAMES]
    texts: Tensor  # [n, READ_DIM]
    false: Tensor  # [n, READ_DIM], zeros where there is none
    one: Tensor  # [n_wordings, READ_DIM]
    other: Tensor  # [n_wordings, READ_DIM]

    def to(self, device: torch.device) -> "Batch":
        """The same on another device."""
        return Batch(*(getattr(self, name).to(device) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Material:
    """What is learnt from: clips with texts, texts alone, tags' texts; and clips with texts to validate on.

    `classes` are sentence vectors of the texts of the tags, [N_TAGS, 384], unit rows.
    """

    learnt: Examples
    wordings: Texts
    classes: Vectors
    held_out: Examples


def draw_epoch(material: Material, settings: ClapSettings, epoch: int) -> Iterator[Batch]:
    """All clips once, in a drawn order, each with a drawn text and heard whole or in part.

    Clips of one tune stay together, so that a batch has the same tune played otherwise, or the same sounds in another
    order, to be told apart. The caption is taken with the probability `original`, else one of its rewrites: S. Ghosh et
    al., "ReCLAP" (2024). Of texts alone, as many as clips are drawn with two wordings each.
    """
    rng = np.random.default_rng((settings.seed, epoch))
    torch.manual_seed(int(rng.integers(2**62)))  # of dropout
    examples = material.learnt
    order = _by_tune(examples.tunes, rng)
    texts, _ = examples.texts.draw(rng, settings.original)
    false, n_false = examples.false.draw(rng)
    there = _drawn_parts(examples.counts, examples.frames.shape[1], settings.shorter, rng)
    for at in range(0, len(order), settings.batch):
        rows = order[at : at + settings.batch]
        untrue = np.zeros((len(rows), READ_DIM), dtype=np.float32)
        has = n_false[rows] > 0
        untrue[has] = examples.false.read[false[rows[has]]]
        arrays = (
            examples.frames[rows].astype(np.float32),
            there[rows],
            examples.texts.read[texts[rows]],
            untrue,
            *_drawn_wordings(material.wordings, min(settings.batch, len(rows)), rng),
        )
        yield Batch(*map(torch.from_numpy, arrays))


def _by_tune(tunes: Rows, rng: np.random.Generator) -> Rows:
    """Rows in a drawn order in which those of one tune follow one another."""
    places = rng.permutation(int(tunes.max(initial=-1)) + 1)
    return np.lexsort((rng.random(len(tunes)), places[tunes]))


def _drawn_wordings(wordings: Texts, count: int, rng: np.random.Generator) -> tuple[Vectors, Vectors]:
    """Two different wordings of some texts, [n, READ_DIM] each."""
    groups = rng.permutation(len(wordings))[:count]
    sizes = np.diff(wordings.starts)[groups]
    one = (rng.random(len(groups)) * sizes).astype(np.int64)
    other = (one + 1 + (rng.random(len(groups)) * (sizes - 1)).astype(np.int64)) % np.maximum(sizes, 1)
    starts = wordings.starts[groups]
    return wordings.read[starts + one], wordings.read[starts + other]


def _drawn_parts(counts: Rows, n_frames: int, shorter: float, rng: np.random.Generator) -> Bools:
    """Which frames are heard: all that are there, or a run of some of them."""
    part = rng.random(len(counts)) < shorter
    lengths = np.where(part, 1 + (rng.random(len(counts)) * counts).astype(np.int64), counts)
    first = (rng.random(len(counts)) * (counts - lengths + 1)).astype(np.int64)
    places = np.arange(n_frames)
    return (places >= first[:, None]) & (places < (first + lengths)[:, None])
