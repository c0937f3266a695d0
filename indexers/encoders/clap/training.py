"""The towers' training: epochs of drawn pairs, a checkpoint after each, and the best epoch by held-out pairs."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from indexers.encoders.clap.examples import Examples
from indexers.encoders.clap.loss import contrast
from indexers.encoders.clap.network import Towers
from indexers.encoders.clap.settings import ClapSettings
from indexers.encoders.learning.checkpoint import (
    Position,
    keep_network,
    load_checkpoint,
    save_checkpoint,
    take_network,
)
from indexers.encoders.learning.run import BEST, CHECKPOINT, Run, Step
from indexers.schema import Rows, Vectors

DEPTH = 10  # validation counts fitting texts and clips among the first so many
ENCODED_AT_ONCE = 1024
LAST_RATE = 0.02  # of the learning rate that is left at the end


@dataclass(frozen=True, slots=True)
class Batch:
    """Some clips, the part of each that is heard, and one text for each."""

    frames: Tensor  # [n, N_FRAMES, N_FEATURES]
    there: Tensor  # [n, N_FRAMES]
    sentences: Tensor  # [n, 384]

    def to(self, device: torch.device) -> "Batch":
        """The same on another device."""
        return Batch(self.frames.to(device), self.there.to(device), self.sentences.to(device))


class ClapTrainer:
    """The towers and their optimiser; `n_steps` steps were taken."""

    def __init__(self, towers: Towers, settings: ClapSettings, n_batches: int) -> None:
        """Take towers on their device; an epoch has `n_batches` batches."""
        self.network, self.settings, self.n_steps = towers, settings, 0
        self._total = max(1, n_batches * settings.epochs)
        heavy = [values for values in towers.parameters() if values.ndim > 1]
        light = [values for values in towers.parameters() if values.ndim <= 1]  # biases, norms and the temperature
        groups = [{"params": heavy, "weight_decay": settings.weight_decay}, {"params": light, "weight_decay": 0.0}]
        self.optimisers = (torch.optim.AdamW(groups, lr=settings.learning_rate, betas=(0.9, 0.98)),)

    def step(self, batch: Batch) -> float:
        """Learn from one batch and give its loss."""
        for group in self.optimisers[0].param_groups:
            group["lr"] = self.settings.learning_rate * self._share(self.n_steps / self._total)
        self.network.train()
        batch = batch.to(self.network.log_scale.device)
        audio = self.network.audio(batch.frames, batch.there)
        text = self.network.text(batch.sentences)
        same = batch.sentences @ batch.sentences.T > self.settings.alike
        loss = contrast(audio, text, self.network.scale, same)
        self.optimisers[0].zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimisers[0].step()
        self.n_steps += 1
        return float(loss.detach())

    def _share(self, progress: float) -> float:
        """Of the learning rate: up in a straight line, then down along a cosine."""
        warmup = self.settings.warmup
        if progress < warmup:
            return progress / warmup + 1e-3
        fallen = (1.0 + math.cos(math.pi * (progress - warmup) / (1.0 - warmup))) / 2.0
        return LAST_RATE + (1.0 - LAST_RATE) * fallen


def train(towers: Towers, learnt: Examples, held_out: Examples, settings: ClapSettings, run: Run) -> Position:
    """Train until the epochs or the minutes are over, or until held-out pairs are found no better.

    A checkpoint of the same run is gone on from, epoch by epoch, to the bit. Afterwards the towers have the weights of
    the epoch that found most held-out pairs.

    Args:
        towers: As `start_towers` made them.
        learnt: To learn from.
        held_out: To validate on.
        settings: See there.
        run: Where to keep checkpoints, and how long to go on.

    Raises:
        ConfigError: the checkpoint there is of other examples or settings.
        ModelError: it is damaged.
        StorageError: the disk refused.
    """
    n_batches = -(-len(learnt) // settings.batch)
    trainer = ClapTrainer(towers, settings, n_batches)
    path = run.folder / CHECKPOINT
    position = load_checkpoint(path, run.identity, trainer) if path.exists() else Position()
    before_s, started = position.seconds, run.clock()
    while position.epoch < settings.epochs and position.stale < settings.patience:
        losses = [trainer.step(batch) for batch in draw_epoch(learnt, settings, position.epoch)]
        found = recall(towers, held_out)
        position.seconds = before_s + run.clock() - started
        _judge(position, found, towers, run)
        about = {
            "epoch": position.epoch,
            "seconds": round(position.seconds, 1),
            "loss": round(float(np.mean(losses)), 5),
        }
        position.records.append({**about, "val_recall": round(found, 5)})
        save_checkpoint(path, run.identity, trainer, position)
        left_s = position.seconds / position.epoch * (settings.epochs - position.epoch)
        run.progress(Step("training", position.epoch, settings.epochs, about["loss"], left_s))
        if position.seconds >= 60.0 * run.minutes:
            break
    take_network(towers, run.folder / BEST)
    return position


def start_towers(learnt: Examples, settings: ClapSettings, device: torch.device) -> Towers:
    """Make towers at random that take what is usual in the examples for usual; the same seed, the same towers."""
    torch.manual_seed(settings.seed)
    towers = Towers(settings)
    there = np.arange(learnt.frames.shape[1]) < learnt.counts[:, None]
    towers.audio.standardise_by(torch.from_numpy(learnt.frames[there].astype(np.float32)))
    return towers.to(device)


def draw_epoch(examples: Examples, settings: ClapSettings, epoch: int) -> Iterator[Batch]:
    """All clips once, in a drawn order, each with a drawn text and heard whole or in part.

    The caption is taken with the probability `original`, else one of its rewrites: S. Ghosh et al., "ReCLAP" (2024).
    """
    rng = np.random.default_rng((settings.seed, epoch))
    torch.manual_seed(int(rng.integers(2**62)))  # of dropout
    order = rng.permutation(len(examples))
    texts = _drawn_texts(examples, settings.original, rng)
    there = _drawn_parts(examples.counts, examples.frames.shape[1], settings.shorter, rng)
    for at in range(0, len(order), settings.batch):
        rows = order[at : at + settings.batch]
        yield Batch(
            torch.from_numpy(examples.frames[rows].astype(np.float32)),
            torch.from_numpy(there[rows]),
            torch.from_numpy(examples.sentences[texts[rows]]),
        )


def _drawn_texts(examples: Examples, original: float, rng: np.random.Generator) -> Rows:
    """The row of one text for each clip."""
    n_rewrites = np.diff(examples.starts) - 1
    rewritten = (rng.random(len(examples)) >= original) & (n_rewrites > 0)
    chosen = 1 + (rng.random(len(examples)) * n_rewrites).astype(np.int64)
    return np.asarray(examples.starts[:-1] + np.where(rewritten, chosen, 0))


def _drawn_parts(
    counts: Rows, n_frames: int, shorter: float, rng: np.random.Generator
) -> "np.typing.NDArray[np.bool_]":
    """Which frames are heard: all that are there, or a run of some of them."""
    part = rng.random(len(counts)) < shorter
    lengths = np.where(part, 1 + (rng.random(len(counts)) * counts).astype(np.int64), counts)
    first = (rng.random(len(counts)) * (counts - lengths + 1)).astype(np.int64)
    places = np.arange(n_frames)
    return (places >= first[:, None]) & (places < (first + lengths)[:, None])


@torch.no_grad()
def embed(towers: Towers, examples: Examples) -> tuple[Vectors, Vectors]:
    """The clips' vectors and their captions', [n_clips, dim] each."""
    towers.eval()
    device = towers.log_scale.device
    audio: list[Tensor] = []
    text: list[Tensor] = []
    for at in range(0, len(examples), ENCODED_AT_ONCE):
        rows = slice(at, at + ENCODED_AT_ONCE)
        frames = torch.from_numpy(examples.frames[rows].astype(np.float32)).to(device)
        there = torch.arange(frames.shape[1], device=device) < torch.from_numpy(examples.counts[rows])[:, None].to(
            device
        )
        audio.append(towers.audio(frames, there).cpu())
        text.append(towers.text(torch.from_numpy(examples.captions[rows]).to(device)).cpu())
    return torch.cat(audio).numpy(), torch.cat(text).numpy()


def recall(towers: Towers, examples: Examples) -> float:
    """The share of captions whose clip is among the ten best, and of clips whose caption is: the mean of both."""
    audio, text = embed(towers, examples)
    cosines = text @ audio.T
    own = np.diag(cosines)
    ranks = [(way > own[:, None]).sum(axis=1) for way in (cosines, cosines.T)]
    return float(np.mean([(rank < DEPTH).mean() for rank in ranks]))


def _judge(position: Position, found: float, towers: Towers, run: Run) -> None:
    position.epoch += 1
    if position.best is None or found > position.best:
        position.best, position.best_epoch, position.stale = found, position.epoch, 0
        keep_network(towers, run.folder / BEST)
    else:
        position.stale += 1
