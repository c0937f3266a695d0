"""What runs on the cluster: an actor with a process of its own that the tasks run in."""

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from indexers.errors import SegueError
from indexers.pool import Outcome, Pool

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Kept(Generic[T, R]):
    """What became of a shard: an outcome per task, and the parts of caches that are to be fetched."""

    outcomes: tuple[Outcome[T, R], ...]
    parts: tuple[tuple[str, str], ...] = ()  # encoder and file name


@dataclass(frozen=True, slots=True)
class Job(Generic[T, R]):
    """What an actor does with the shards that it is given; see `run_tasks` for the first three."""

    function: Callable[..., R]
    setup: Callable[[], Any] | None
    timeout_s: float
    keep: Callable[[Sequence[Outcome[T, R]]], Kept[T, R]]  # called in the actor with the outcomes of a shard


class Worker(Generic[T, R]):
    """An actor. Its process may break over a task and is replaced; the actor is lost only with its machine."""

    def __init__(self, job: Job[T, R]) -> None:
        self._pool: Pool[T, R] = Pool(job.function, workers=1, timeout_s=job.timeout_s, setup=job.setup)
        self._keep = job.keep

    def ready(self) -> tuple[str, int]:
        """On which machine the actor is, and as which process."""
        return platform.node(), os.getpid()

    def run(self, shard: Sequence[T]) -> Kept[T, R]:
        """Run the tasks of a shard, and keep what came of them.

        Raises:
            SegueError: what `setup` or `keep` raised, with the machine that it was on.
        """
        try:
            return self._keep(list(self._pool.run(shard)))
        except SegueError as error:
            raise type(error)(f"on {platform.node()}, a machine of the cluster: {error}") from error


def hand_back(outcomes: Sequence[Outcome[T, R]]) -> Kept[T, R]:
    """Keep nothing on the way: the values go back to whoever asked."""
    return Kept(tuple(outcomes))
