"""Where the work of a rebuild is done: in processes of this machine, or on the machines of a cluster."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from indexers.pool import Outcome, run_tasks
from indexers.rebuild.analyse import Heard, Task
from indexers.rebuild.embeddings.cache import EncoderCache

if TYPE_CHECKING:
    from indexers.base import AudioEncoder
    from indexers.rebuild.inputs import RebuildSettings

T = TypeVar("T")
R = TypeVar("R")

Listeners = Mapping[str, "AudioEncoder"]


@dataclass(frozen=True, slots=True)
class Hearing:
    """How tasks are heard, wherever that is: the same function, loaded encoders and patience."""

    function: Callable[[Listeners, Task], Heard]
    setup: Callable[[], Listeners]  # once in each worker
    timeout_s: float  # for one task
    caches: Mapping[str, EncoderCache]  # where what was heard belongs


class Runner(Protocol):
    """Runs tasks. One that breaks or outlasts its worker comes back with an error and costs no other task."""

    def hear(self, tasks: Sequence[Task], hearing: Hearing) -> Generator[Outcome[Task, Heard], None, None]:
        """Hear tracks; the entries of an outcome are still to be cached, where there are none they are cached already.

        Yields:
            Outcomes as they come, in no set order, one per task.

        Raises:
            SegueError: `setup` failed; what it raised.
            StorageError: a disk refused.
        """
        ...

    def map(
        self, function: Callable[[T], R], items: Sequence[T], *, timeout_s: float
    ) -> Generator[Outcome[T, R], None, None]:
        """Run `function(item)` for every item, such as one that writes a shard of an index to a shared path.

        Args:
            function: A callable that can be imported by name, or a functools.partial of one; it may run more than
                once for an item.
            items: In the order in which they are begun.
            timeout_s: For one item.

        Yields:
            Outcomes as they come, in no set order, one per item.
        """
        ...


@dataclass(frozen=True, slots=True)
class LocalRunner:
    """Processes of this machine."""

    workers: int

    def hear(self, tasks: Sequence[Task], hearing: Hearing) -> Generator[Outcome[Task, Heard], None, None]:
        """Hear tracks, each in any of the processes (see `Runner`)."""
        workers = min(self.workers, len(tasks))
        function, setup = hearing.function, hearing.setup
        yield from run_tasks(function, tasks, workers=workers, timeout_s=hearing.timeout_s, setup=setup)

    def map(
        self, function: Callable[[T], R], items: Sequence[T], *, timeout_s: float
    ) -> Generator[Outcome[T, R], None, None]:
        """Run a function on every item, each in any of the processes (see `Runner`)."""
        yield from run_tasks(function, items, workers=min(self.workers, len(items)) or 1, timeout_s=timeout_s)


@contextmanager
def open_runner(settings: "RebuildSettings") -> Iterator[Runner]:
    """The runner of the engine that settings name, until the context is left.

    Raises:
        ConfigError: Ray is not installed, or no cluster answers at its address.
    """
    if settings.analysis.engine == "local":
        yield LocalRunner(settings.analysis.workers)
        return
    from indexers.rebuild.cluster.runner import ray_runner

    with ray_runner(settings) as runner:
        yield runner
