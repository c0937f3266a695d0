"""The towers' training: epochs of drawn pairs, a checkpoint after each, and the best epoch by held-out pairs."""

import numpy as np
import torch
from torch import Tensor

from indexers.encoders.clap.network import Towers
from indexers.encoders.clap.settings import ClapSettings
from indexers.encoders.clap.sounds.frames import TAGGED
from indexers.encoders.clap.texts.reading import READ_DIM
from indexers.encoders.clap.training.drawing import Batch, Material, draw_epoch
from indexers.encoders.clap.training.examples import Examples
from indexers.encoders.clap.training.loss import contrast
from indexers.encoders.learning.checkpoint import (
    Position,
    keep_network,
    load_checkpoint,
    save_checkpoint,
    take_network,
)
from indexers.encoders.learning.descent import Pace, descend, optimiser_of, share_of_rate
from indexers.encoders.learning.run import BEST, CHECKPOINT, Run, Step
from indexers.encoders.taggram import fit_norm
from indexers.schema import Vectors

DEPTH = 10  # validation counts fitting texts and clips among the first so many
ENCODED_AT_ONCE = 1024


class ClapTrainer:
    """The towers and their optimiser; `n_steps` steps were taken."""

    def __init__(self, towers: Towers, classes: Vectors, settings: ClapSettings, n_batches: int) -> None:
        """Take towers on their device, and the texts of tags; an epoch has `n_batches` batches."""
        self.network, self.settings, self.n_steps = towers, settings, 0
        self._tags = torch.nn.functional.pad(torch.from_numpy(classes), (0, READ_DIM - classes.shape[1]))
        self._total = max(1, n_batches * settings.epochs)
        pace = Pace(settings.learning_rate, settings.warmup, settings.weight_decay)
        known = (towers.audio.words.weight, towers.text.straight.weight)  # they start from words that are known
        self.optimisers = (optimiser_of(towers, pace, known, settings.slower),)

    def step(self, batch: Batch) -> float:
        """Learn from one batch and give its loss."""
        self.network.train()
        loss = self._loss(batch.to(self.network.log_scale.device))
        share = share_of_rate(self.n_steps / self._total, self.settings.warmup)
        self.n_steps += 1
        return descend(loss, self.network, self.optimisers[0], share)

    def _loss(self, batch: Batch) -> Tensor:
        text, scale = self.network.text, self.network.scale
        false = text(batch.false) * (batch.false != 0).any(dim=1, keepdim=True)
        audio = self.network.audio(batch.frames, batch.there)
        loss = contrast(audio, text(batch.texts), scale, self._same(batch.texts), false)
        loss = loss + self.settings.anchor * self._anchored()
        if not len(batch.one):
            return loss
        worded = contrast(text(batch.one), text(batch.other), scale, self._same(batch.one))
        return loss + self.settings.wordings * worded

    def _anchored(self) -> Tensor:
        """How badly each tag is found by its own text: what no clip tells of must not be forgotten."""
        read = self._tags.to(self.network.log_scale.device)
        words = torch.nn.functional.normalize(self.network.audio.words.weight.T, dim=1)
        text = self.network.text(read)[:, : self.settings.content]
        return contrast(words, text, self.network.scale, self._same(read))

    def _same(self, read: Tensor) -> Tensor:
        """Which texts say nearly the same, in the same order."""
        rows = torch.nn.functional.normalize(read, dim=1)
        return rows @ rows.T > self.settings.alike


def train(towers: Towers, material: Material, settings: ClapSettings, run: Run) -> Position:
    """Train until the epochs or the minutes are over, or until held-out pairs are found no better.

    A checkpoint of the same run is gone on from, epoch by epoch, to the bit. Afterwards the towers have the weights of
    the epoch that found most held-out pairs.

    Args:
        towers: As `start_towers` made them.
        material: To learn from and to validate on.
        settings: See there.
        run: Where to keep checkpoints, and how long to go on.

    Raises:
        ConfigError: the checkpoint there is of other examples or settings.
        ModelError: it is damaged.
        StorageError: the disk refused.
    """
    n_batches = -(-len(material.learnt) // settings.batch)
    trainer = ClapTrainer(towers, material.classes, settings, n_batches)
    path = run.folder / CHECKPOINT
    position = load_checkpoint(path, run.identity, trainer) if path.exists() else Position()
    before_s, started = position.seconds, run.clock()
    while position.epoch < settings.epochs and position.stale < settings.patience:
        losses = [trainer.step(batch) for batch in draw_epoch(material, settings, position.epoch)]
        found = recall(towers, material.held_out)
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


def start_towers(learnt: Examples, classes: Vectors, settings: ClapSettings, device: torch.device) -> Towers:
    """Make towers that call what they hear by the words of its tags; the same seed, the same towers.

    Args:
        learnt: What is usual in them is usual for the towers, but for tags: those have the built-in reference.
        classes: Sentence vectors of the tags' texts, [N_TAGS, 384].
        settings: See there.
        device: Where they go.
    """
    torch.manual_seed(settings.seed)
    towers = Towers(settings)
    there = np.arange(learnt.frames.shape[1]) < learnt.counts[:, None]
    norm = fit_norm([], TAGGED)
    towers.audio.standardise_by(torch.from_numpy(learnt.frames[there].astype(np.float32)), norm)
    towers.name_tags(torch.from_numpy(classes))
    return towers.to(device)


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
        text.append(towers.text(torch.from_numpy(examples.texts.first[rows]).to(device)).cpu())
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
