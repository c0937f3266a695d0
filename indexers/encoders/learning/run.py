"""The circumstances of a training: where it keeps itself, how long it may take, and who is told."""

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from indexers.files import disk_errors

CHECKPOINT_S = 120.0
TRAINING, LOG = "training", "training.jsonl"  # in the folder of what is learnt: while it goes on, and afterwards
CHECKPOINT, BEST = "checkpoint.safetensors", "best.safetensors"


@dataclass(frozen=True, slots=True)
class Step:
    """How far a training is: `done` of `total` units of `stage`; `left_s` seconds to go, None where not known."""

    stage: str
    done: int
    total: int
    loss: float | None = None
    left_s: float | None = None


def workplace(folder: Path, *, fresh: bool) -> Path:
    """The folder where a training keeps itself, empty of an earlier one where it starts afresh.

    Raises:
        StorageError: the disk refused.
    """
    work = folder / TRAINING
    with disk_errors(folder):
        if fresh:
            shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True, exist_ok=True)
    return work


def ignore(_: Step) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Run:
    """The circumstances of a training, none of which changes what is learnt but for the limit of `minutes`.

    `identity` names examples and settings; a checkpoint of another identity is refused. `clock` gives seconds.
    """

    folder: Path
    identity: str
    minutes: float
    progress: Callable[[Step], None] = ignore
    checkpoint_s: float = CHECKPOINT_S
    clock: Callable[[], float] = time.monotonic
