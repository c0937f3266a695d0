"""Running tasks in processes of their own, so that one bad file fails alone."""

import json
import math
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any, Generic, Self, TypeVar

from indexers.errors import ConfigError, SegueError

T = TypeVar("T")
R = TypeVar("R")

SETUP_TIMEOUT_S = 300.0  # for imports and loading models, before the first task's clock starts
EXIT_S = 5.0  # between closing its pipe and ending
# One core per worker: libraries that each start a thread per core slow each other down several times over.
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OMP_WAIT_POLICY": "PASSIVE",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "POLARS_MAX_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
# A worker never imports the caller's main module, so scripts, notebooks and servers need no guard in it; -P and the
# caller's own search path keep files of the working folder from shadowing modules.
START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from indexers.worker import main; main()"


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
    """Run `function(task)`, or `function(setup(), task)`, for every task in processes of their own.

    Workers die with the thread that runs this generator, and when it is closed.

    Args:
        function: A callable that can be imported by name (or a functools.partial of one); not one of `__main__`.
        tasks: Pulled one at a time, as workers become free.
        workers: How many processes, at least 1.
        timeout_s: For one task; a worker that takes longer is killed and replaced.
        setup: Called once in each worker; what it gives is the first argument of `function`.

    Yields:
        Outcomes as they come, in no set order, one per task.

    Raises:
        ConfigError: workers or timeout_s is out of range, or function or setup cannot be imported by a worker.
        SegueError: `setup` failed; what it raised, or one line about it.
    """
    return _run_once(Pool(function, workers=workers, timeout_s=timeout_s, setup=setup), tasks)


def _run_once(pool: "Pool[T, R]", tasks: Iterable[T]) -> Iterator[Outcome[T, R]]:
    with pool:
        yield from pool.run(tasks)


class Pool(Generic[T, R]):
    """The workers of `run_tasks`, for several runs: they keep what `setup` gave until the pool is left."""

    def __init__(
        self,
        function: Callable[..., R],
        *,
        workers: int,
        timeout_s: float,
        setup: Callable[[], Any] | None = None,
    ) -> None:
        if workers < 1 or not timeout_s > 0:
            raise ConfigError(f"workers = {workers}, timeout_s = {timeout_s}; give at least 1 worker and more than 0 s")
        job = _packed(function, setup)
        self._workers: list[_Worker[T, R]] = [_Worker(job, timeout_s) for _ in range(workers)]

    def run(self, tasks: Iterable[T]) -> Iterator[Outcome[T, R]]:
        """Run some tasks, as `run_tasks` does; one run at a time. Workers that are cut off in the middle are killed."""
        waiting = iter(tasks)
        try:
            _fill(self._workers, waiting)
            while any(worker.busy for worker in self._workers):
                outcomes = _collect(self._workers)
                _fill(self._workers, waiting)  # before the caller looks at the outcomes: nobody waits for it
                yield from outcomes
        finally:
            for worker in self._workers:
                if worker.busy:
                    worker.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.kill()


def _fill(workers: list["_Worker[T, R]"], tasks: Iterator[T]) -> None:
    for worker in workers:
        if worker.busy:
            continue
        for task in tasks:
            worker.give(task)
            break


def _collect(workers: list["_Worker[T, R]"]) -> list[Outcome[T, R]]:
    """Wait until a worker says something, dies or runs out of time."""
    busy = [worker for worker in workers if worker.busy]
    left_s = min(worker.deadline for worker in busy) - time.monotonic()
    ready = set(wait([worker.connection for worker in busy], None if math.isinf(left_s) else max(0.0, left_s)))
    found = [worker.hear() if worker.connection in ready else worker.check() for worker in busy]
    return [outcome for outcome in found if outcome is not None]


class _Worker(Generic[T, R]):
    """One process at a time, started when there is a task for it and replaced when it dies."""

    def __init__(self, job: bytes, timeout_s: float) -> None:
        self._job = job
        self._timeout_s = timeout_s
        self._process: subprocess.Popen[bytes] | None = None
        self._task: list[T] = []  # at most one; a list, since None may be a task
        self._ready = False
        self.connection: Connection
        self.deadline = math.inf

    @property
    def busy(self) -> bool:
        return bool(self._task)

    def give(self, task: T) -> None:
        if self._process is None or self._process.poll() is not None:
            self.kill()
            self._start()
        self._task = [task]
        self.deadline = time.monotonic() + (self._timeout_s if self._ready else SETUP_TIMEOUT_S)
        self._send(pickle.dumps(task))

    def hear(self) -> Outcome[T, R] | None:
        """Take one message; None where it was only that the worker is ready."""
        try:
            message = self.connection.recv_bytes()
        except (EOFError, OSError):
            return self._fail(self._epitaph())
        try:
            kind, content = pickle.loads(message)  # noqa: S301 - our own worker wrote it
        except Exception as error:
            kind, content = "error", f"its result cannot be read: {type(error).__name__}: {error}"
        return self._take(kind, content)

    def check(self) -> Outcome[T, R] | None:
        """Kill a worker that ran out of time."""
        if time.monotonic() < self.deadline:
            return None
        limit_s = self._timeout_s if self._ready else SETUP_TIMEOUT_S
        return self._fail(f"took longer than {limit_s:g} s")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self.connection.close()
        self._process, self._ready, self._task, self.deadline = None, False, [], math.inf

    def _start(self) -> None:
        self.connection, theirs = Pipe()
        command = [sys.executable, "-P", "-W", "ignore", "-c", START, json.dumps(sys.path)]
        self._process = subprocess.Popen(
            [*command, str(theirs.fileno()), str(os.getpid())],
            pass_fds=[theirs.fileno()],
            env=os.environ | ONE_THREAD,
            stdin=subprocess.DEVNULL,
            stdout=2,  # what a library prints must not end up in a JSON document
            process_group=0,  # Ctrl-C reaches this process alone, which then stops its workers
        )
        theirs.close()
        self._send(self._job)

    def _send(self, message: bytes) -> None:
        try:
            self.connection.send_bytes(message)
        except OSError:
            return  # it died: the next `hear` meets the end of the stream and says how

    def _take(self, kind: str, content: Any) -> Outcome[T, R] | None:
        if kind == "ready":
            self._ready = True
            self.deadline = time.monotonic() + self._timeout_s
            return None
        if kind == "broken":
            raise content
        task, self._task = self._task[0], []
        return Outcome(task, content, None) if kind == "value" else Outcome(task, None, content)

    def _fail(self, reason: str) -> Outcome[T, R]:
        task, ready = self._task[0], self._ready
        self.kill()
        if not ready:
            raise SegueError(f"a worker could not start: {reason}; see what it wrote above, or use fewer workers")
        return Outcome(task, None, reason)

    def _epitaph(self) -> str:
        """How the process ended."""
        assert self._process is not None  # noqa: S101 - only a running worker is heard
        try:
            status = self._process.wait(EXIT_S)
        except subprocess.TimeoutExpired:
            return "worker hung up without ending"
        if status >= 0:
            return f"worker died (exit status {status})"
        hint = "; the machine may be out of memory" if status == -signal.SIGKILL else ""
        return f"worker died (signal {-status}{hint})"


def _packed(function: Callable[..., Any], setup: Callable[[], Any] | None) -> bytes:
    for wanted in (function, setup):
        if getattr(getattr(wanted, "func", wanted), "__module__", None) == "__main__":
            raise ConfigError(f"{wanted} is defined in the main script, where no worker finds it; move it to a module")
    try:
        return pickle.dumps((function, setup))
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise ConfigError(f"{function} cannot be sent to a worker ({error}); use a module's own function") from error
