"""The training: epochs of drawn views, a checkpoint after each, and the best epoch by held-out stories."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from indexers.encoders.collap.network import FAINT, Collap, Side
from indexers.encoders.collap.places import clip_places, sentence_places
from indexers.encoders.collap.settings import CollapSettings
from indexers.encoders.collap.training.medleys import FEWEST, draw_medleys
from indexers.encoders.collap.training.stories import Stories
from indexers.encoders.collap.training.views import Batch, Padded, draw_epoch, pad, rows_of, spread, whole_of
from indexers.encoders.learning.checkpoint import (
    Position,
    keep_network,
    load_checkpoint,
    save_checkpoint,
    take_network,
)
from indexers.encoders.learning.descent import Pace, descend, optimiser_of, share_of_rate
from indexers.encoders.learning.run import BEST, CHECKPOINT, Run, Step
from indexers.schema import Laid

N_WINDOWS = 12  # of a track in validation, as in a library
MEDLEYS, SEED = 100, 17  # beside the held-out tracks


class CollapTrainer:
    """The network and its optimiser; `n_steps` steps were taken."""

    def __init__(self, network: Collap, settings: CollapSettings, n_batches: int) -> None:
        """Take a network on its device; an epoch has `n_batches` batches."""
        self.network, self.settings, self.n_steps = network, settings, 0
        self._total = max(1, n_batches * settings.epochs)
        pace = Pace(settings.learning_rate, settings.warmup, settings.weight_decay)
        self.optimisers = (optimiser_of(network, pace),)

    def step(self, batch: Batch) -> float:
        """Learn from one batch and give its loss."""
        self.network.train()
        loss = loss_of(self.network, batch.to(self.network.log_scale.device), self.settings)
        share = share_of_rate(self.n_steps / self._total, self.settings.warmup)
        self.n_steps += 1
        return descend(loss, self.network, self.optimisers[0], share)


def side(mixer: torch.nn.Module, rows: Padded) -> Side:
    """One side of a batch in context."""
    vectors, weights = mixer(rows.vectors, rows.places, rows.there)
    return Side(vectors, weights, rows.there)


def loss_of(network: Collap, batch: Batch, settings: CollapSettings) -> Tensor:
    """The sum of what is learnt at once.

    The symmetric cross-entropy of finding each text's track and each track's text by the fused score, and by the global
    one, which an index ranks by; of telling a track from itself with its sections in another order; and the attention
    of sentences to other clips than those they are about.
    """
    audio, text = side(network.audio, batch.audio), side(network.text, batch.text)
    fused, whole, _ = network.scores(audio, text)
    loss = _found(network.scale * fused) + _found(network.scale * whole)
    if batch.moved is not None and settings.reordered:
        own = batch.movable
        moved = side(network.audio, batch.moved)
        chosen = Side(text.vectors[own], text.weights[own], text.there[own])
        wrong = network.scores(moved, chosen)[0].diagonal()
        ahead = network.scale * (fused[own, own] - wrong)
        loss = loss + settings.reordered * torch.nn.functional.softplus(-ahead).mean()
    told = batch.about.any(dim=2)
    if settings.located and bool(told.any()):
        kept = (network.attended(audio, text) * batch.about).sum(dim=2)[told]
        loss = loss - settings.located * (kept + FAINT).log().mean()
    return loss


def _found(logits: Tensor) -> Tensor:
    own = torch.arange(len(logits), device=logits.device)
    there_and_back = [torch.nn.functional.cross_entropy(way, own) for way in (logits, logits.T)]
    return torch.stack(there_and_back).mean()


def start_network(settings: CollapSettings, device: torch.device) -> Collap:
    """Make a network that says what the towers below it say; the same seed, the same network."""
    torch.manual_seed(settings.seed)
    return Collap(settings).to(device)


def train(network: Collap, learnt: Stories, held_out: Stories, settings: CollapSettings, run: Run) -> Position:
    """Train until the epochs or the minutes are over, or until held-out stories are found no better.

    A checkpoint of the same run is gone on from, epoch by epoch, to the bit. Afterwards the network has the weights of
    the epoch that found held-out stories best.

    Raises:
        ConfigError: the checkpoint there is of other stories or settings.
        ModelError: it is damaged.
        StorageError: the disk refused.
    """
    n_drawn = len(learnt) + min(settings.medleys, len(learnt.clips) // FEWEST)
    trainer = CollapTrainer(network, settings, -(-n_drawn // settings.batch))
    path = run.folder / CHECKPOINT
    position = load_checkpoint(path, run.identity, trainer) if path.exists() else Position()
    before_s, started = position.seconds, run.clock()
    asked = Validation.of(held_out)
    while position.epoch < settings.epochs and position.stale < settings.patience:
        losses = [trainer.step(batch) for batch in draw_epoch(learnt, settings, position.epoch)]
        found = asked.found_by(network)
        position.seconds = before_s + run.clock() - started
        _judge(position, found, network, run)
        loss = round(float(np.mean(losses)), 5)
        about = {"epoch": position.epoch, "seconds": round(position.seconds, 1), "loss": loss}
        position.records.append({**about, "val_found": round(found, 5)})
        save_checkpoint(path, run.identity, trainer, position)
        left_s = position.seconds / position.epoch * (settings.epochs - position.epoch)
        run.progress(Step("training", position.epoch, settings.epochs, loss, left_s))
        if position.seconds >= 60.0 * run.minutes:
            break
    take_network(network, run.folder / BEST)
    return position


def _judge(position: Position, found: float, network: Collap, run: Run) -> None:
    position.epoch += 1
    if position.best is None or found > position.best:
        position.best, position.best_epoch, position.stale = found, position.epoch, 0
        keep_network(network, run.folder / BEST)
    else:
        position.stale += 1


@dataclass(frozen=True, slots=True)
class Validation:
    """Held-out tracks by twelve windows and all texts of each; `texts` says too which track each text is about."""

    audio: Padded
    texts: tuple[tuple[Padded, Tensor], ...]  # captions without clocks, summaries, and sections

    @classmethod
    def of(cls, held_out: Stories) -> "Validation":
        """Lay out all of it, medleys among the tracks; texts have no clocks."""
        medleys = draw_medleys(held_out.clips, MEDLEYS, np.random.default_rng(SEED))
        stories = Stories((*held_out.stories, *medleys), (), held_out.vectors)
        clips, places = [], []
        for story in stories.stories:
            chosen = spread(story.track.times_s, whole_of(story.track), N_WINDOWS)
            length_s = np.array([story.track.duration_s], dtype=np.float32)
            clips.append(story.track.clips[chosen])
            places.append(clip_places(Laid(story.track.times_s[chosen], np.array([0, len(chosen)]), length_s)))
        return cls(pad(clips, places), tuple(_asked(stories, kind) for kind in _KINDS if _has(stories, kind)))

    @torch.no_grad()
    def found_by(self, network: Collap) -> float:
        """The mean reciprocal rank of each text's track by the fused score, averaged over the kinds of text."""
        network.eval()
        device = network.log_scale.device
        audio, means = side(network.audio, self.audio.to(device)), []
        for rows, own in self.texts:
            fused = network.scores(audio, side(network.text, rows.to(device)))[0].cpu()
            ranks = 1 + (fused > fused[torch.arange(len(own)), own][:, None]).sum(dim=1)
            means.append(float((1.0 / ranks).mean()))
        return float(np.mean(means))


_KINDS = ("caption", "summary", "section")


def _has(stories: Stories, kind: str) -> bool:
    return kind == "caption" or any(
        story.summaries if kind == "summary" else story.told.any() for story in stories.stories
    )


def _asked(stories: Stories, kind: str) -> tuple[Padded, Tensor]:
    rows, own = [], []
    for number, story in enumerate(stories.stories):
        if kind == "caption":
            found = [rows_of(story.caption, untimed=True)[0]]
        elif kind == "summary":
            found = [rows_of(text, untimed=True)[0] for text in story.summaries]
        else:
            sections = np.flatnonzero(story.told.any(axis=0)).tolist()
            found = [rows_of(story.caption, story.told[:, each], untimed=True)[0] for each in sections]
        rows += found
        own += [number] * len(found)
    vectors = [stories.vectors[each] for each in rows]
    return pad(vectors, [sentence_places(len(each)) for each in vectors]), torch.tensor(own)
