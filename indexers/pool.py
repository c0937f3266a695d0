"""Running tasks in processes of their own, so that one bad file fails alone."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T, R]):
    """What became of one task: a value, or one line of error.

    `value` is meaningful only where `error` is None.
    """

    task: T
    value: R | None
    error: str | None


def run_tasks(
    function: Callable[..., R],
    tasks: Iterable[T],
    *,
    workers: int,
    timeout_s: float,
    setup: Callable[[], Any] | None = None,
) -> Iterator[Outcome[T, R]]:
    """Run `function(task)`, or `function(setup(), task)`, for every task in spawned processes.

    Args:
        function: An importable top-level callable (or functools.partial of one).
        tasks: Pulled one at a time, as workers become free.
        workers: How many processes, at least 1.
        timeout_s: For one task; a worker that takes longer is killed.
        setup: Called once in each worker; what it gives is the first argument of `function`.

    Yields:
        Outcomes as they come, in no set order.

    Raises:
        ConfigError: workers or timeout_s is out of range.
        SegueError: `setup` failed; its message.
    """
    raise NotImplementedError
