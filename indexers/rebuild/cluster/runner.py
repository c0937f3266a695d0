"""The rebuild's work on a Ray cluster."""

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from indexers.errors import ConfigError
from indexers.pool import ONE_THREAD, Outcome
from indexers.rebuild.analyse import Heard, Task
from indexers.rebuild.cluster.attach import attached
from indexers.rebuild.cluster.crew import Crew
from indexers.rebuild.cluster.keep import keeping
from indexers.rebuild.cluster.worker import Job, Kept, Worker, hand_back
from indexers.rebuild.inputs import RebuildSettings
from indexers.rebuild.runner import Hearing
from indexers.settings import ClusterSettings

SHARDS_EACH = 4  # at least, where there are tasks enough: who is done early takes over from who is slow

T = TypeVar("T")
R = TypeVar("R")


@contextmanager
def ray_runner(settings: RebuildSettings) -> Iterator["RayRunner"]:
    """Connect to the cluster of the settings, or start one here, until the context is left.

    Raises:
        ConfigError: Ray is not installed, no cluster answers, or it has no GPU and the device is "cuda".
    """
    cluster = settings.cluster
    with attached(cluster.address, cluster.workers or settings.analysis.workers) as ray:
        found = ray.cluster_resources()
        gpus = gpus_of_each(settings.analysis.device, cluster.gpus_per_worker, found.get("GPU", 0.0))
        room = int(found.get("GPU", 0.0) / gpus if gpus else found.get("CPU", 1.0))
        yield RayRunner(ray, cluster, gpus, cluster.workers or max(1, room))


def gpus_of_each(device: str, wanted: float, found: float) -> float:
    """How many GPUs an actor asks for: none on "cpu", nor on "auto" where the cluster has too few.

    Raises:
        ConfigError: the device is "cuda" and the cluster has too few.
    """
    if device == "cuda" and found < wanted:
        raise ConfigError(
            f"device 'cuda' asked for and {wanted:g} GPUs for each worker, the cluster has {found:g}: use 'auto' or "
            "'cpu', or less [cluster] gpus_per_worker"
        )
    return wanted if device != "cpu" and found >= wanted else 0.0


@dataclass(frozen=True, slots=True)
class RayRunner:
    """The machines of a Ray cluster (see `indexers.rebuild.runner.Runner`)."""

    ray: Any
    settings: ClusterSettings
    gpus: float  # of each actor
    workers: int

    def hear(self, tasks: Sequence[Task], hearing: Hearing) -> Generator[Outcome[Task, Heard], None, None]:
        """Hear tracks in shards; their actors have cached what was heard, and the outcomes bear no entries."""
        with keeping(self.settings.cache, hearing.caches) as (keep, receive):
            job = Job(hearing.function, hearing.setup, hearing.timeout_s, keep)
            size = min(self.settings.tasks_per_shard, math.ceil(len(tasks) / (SHARDS_EACH * self.workers)))
            yield from self._run(job, cut(tasks, size), receive)

    def map(
        self, function: Callable[[T], R], items: Sequence[T], *, timeout_s: float
    ) -> Generator[Outcome[T, R], None, None]:
        """Run a function on every item, each in any of the actors."""
        yield from self._run(Job(function, None, timeout_s, hand_back), cut(items, 1), lambda _: "")

    def _run(
        self, job: Job[T, R], shards: Sequence[Sequence[T]], receive: Callable[[Kept[T, R]], str]
    ) -> Generator[Outcome[T, R], None, None]:
        """Run shards, and the tasks of lost ones once more one by one, so that only what breaks actors is to blame."""
        crew: Crew[T, R] = Crew(self.ray, self._actors(job), self.workers)
        with crew:
            lost = yield from _outcomes(crew, shards, receive)
            yield from (yield from _outcomes(crew, cut([outcome.task for outcome in lost], 1), receive))

    def _actors(self, job: Job[Any, Any]) -> Callable[[], Any]:
        """What starts an actor; where one is lost, Ray starts it again wherever there is room and repeats its shard."""
        kind = self.ray.remote(
            num_cpus=1,
            num_gpus=self.gpus,
            max_restarts=-1,
            max_task_retries=self.settings.retries,
            runtime_env={"env_vars": ONE_THREAD},
        )(Worker)
        return partial(kind.remote, job)


def cut(tasks: Sequence[T], size: int) -> list[Sequence[T]]:
    """Cut tasks into shards of `size`, in their order; the last may be shorter."""
    return [tasks[start : start + size] for start in range(0, len(tasks), size)]


def _outcomes(
    crew: Crew[T, R], shards: Sequence[Sequence[T]], receive: Callable[[Kept[T, R]], str]
) -> Generator[Outcome[T, R], None, list[Outcome[T, R]]]:
    """Yield the outcomes of shards; give those of lost ones."""
    lost: list[Outcome[T, R]] = []
    for done in crew.run(shards):
        error = done.error if done.kept is None else receive(done.kept)
        if done.kept is None or error:
            lost += [Outcome(task, None, error) for task in done.shard]
        else:
            yield from done.kept.outcomes
    return lost
