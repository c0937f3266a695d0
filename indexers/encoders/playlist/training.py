"""The whole of a training: epochs, checkpoints, validation, an early stop, and a log."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from indexers.encoders.learning.checkpoint import (
    Position,
    keep_network,
    load_checkpoint,
    save_checkpoint,
    take_network,
)
from indexers.encoders.learning.run import BEST, CHECKPOINT, Run, Step
from indexers.encoders.playlist.batches import epoch_batches
from indexers.encoders.playlist.trainer import Trainer, validate
from indexers.schema import Rows

LOG_STEPS = 20  # training losses are told as means over so many steps


@dataclass(slots=True)
class _Session:
    """One sitting: what is trained, where it stands, and the clock."""

    trainer: Trainer
    position: Position
    run: Run
    started: float
    before_s: float
    saved: float
    losses: list[float] = field(default_factory=list)

    def seconds(self) -> float:
        """How long this training took, earlier sittings included."""
        return self.before_s + self.run.clock() - self.started

    def out_of_time(self) -> bool:
        return self.seconds() >= 60.0 * self.run.minutes

    def save(self) -> None:
        self.position.seconds, self.saved = self.seconds(), self.run.clock()
        save_checkpoint(self.run.folder / CHECKPOINT, self.run.identity, self.trainer, self.position)

    def record(self, **said: Any) -> None:
        about = {"step": self.trainer.n_steps, "epoch": self.position.epoch, "seconds": round(self.seconds(), 1)}
        self.position.records.append({**about, **said})


def train(trainer: Trainer, learnt: Sequence[Rows], held_out: Sequence[Rows], run: Run) -> Position:
    """Train until the epochs or the minutes are over, or until validation no longer gains.

    A checkpoint of the same run is gone on from, to the bit. Afterwards the network has the weights of the epoch with
    the least validation loss of the vector alone.

    Args:
        trainer: As it was made; it is moved on.
        learnt: The playlists to learn from.
        held_out: Playlists to validate on, some with tracks.
        run: Where to keep checkpoints, and how long to go on.

    Raises:
        ConfigError: the checkpoint there is of other playlists or settings.
        ModelError: it is damaged.
        StorageError: the disk refused.
    """
    path = run.folder / CHECKPOINT
    position = load_checkpoint(path, run.identity, trainer) if path.exists() else Position()
    now = run.clock()
    session = _Session(trainer, position, run, now, position.seconds, now)
    settings = trainer.settings
    while position.epoch < settings.epochs and position.stale < settings.patience:
        if session.out_of_time() and position.best is not None:
            break
        _epoch(session, learnt)
        _judge(session, held_out)
        session.save()
    take_network(trainer.network, run.folder / BEST)
    return position


def _epoch(session: _Session, learnt: Sequence[Rows]) -> None:
    """Go on with the epoch where it stands, until its end or until the time is over."""
    trainer, position, run = session.trainer, session.position, session.run
    batches = epoch_batches(learnt, trainer.settings, position.epoch)
    for batch in batches[position.batch :]:
        share = (position.epoch + position.batch / len(batches)) / trainer.settings.epochs
        progress = max(share, session.seconds() / (60.0 * run.minutes)) if run.minutes < float("inf") else share
        session.losses.append(trainer.step(batch, min(1.0, progress)))
        position.batch += 1
        _tell(session, len(batches))
        if session.out_of_time():
            return
        if run.clock() - session.saved >= run.checkpoint_s:
            session.save()


def _tell(session: _Session, n_batches: int) -> None:
    position, epochs = session.position, session.trainer.settings.epochs
    done, total = position.epoch * n_batches + position.batch, epochs * n_batches
    if session.trainer.n_steps % LOG_STEPS == 0:
        session.record(loss=round(sum(session.losses) / len(session.losses), 5))
        session.losses.clear()
    left = min(session.seconds() / max(1, done) * (total - done), 60.0 * session.run.minutes - session.seconds())
    loss = session.position.records[-1].get("loss") if session.position.records else None
    session.run.progress(Step(f"epoch {position.epoch + 1} of {epochs}", done, total, loss, max(0.0, left)))


def _judge(session: _Session, held_out: Sequence[Rows]) -> None:
    """Validate at an epoch's end, keep the weights if they are the best, and turn to the next epoch."""
    trainer, position = session.trainer, session.position
    found = validate(trainer.network, held_out, trainer.settings)
    session.record(val_loss=round(found.vector_only, 5), val_loss_attending=round(found.attending, 5))
    position.epoch, position.batch = position.epoch + 1, 0
    if position.best is None or found.vector_only < position.best:
        position.best, position.best_epoch, position.stale = found.vector_only, position.epoch, 0
        keep_network(trainer.network, session.run.folder / BEST)
    else:
        position.stale += 1
