"""Actors at work on shards, one at a time each."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

from indexers.errors import SegueError
from indexers.rebuild.cluster.worker import Kept

T = TypeVar("T")
R = TypeVar("R")

LOOK_S = 10.0  # without a word from any actor, after which to see whether Ray itself is still there

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Done(Generic[T, R]):
    """What became of a shard: what its actor kept, or why it was lost."""

    shard: Sequence[T]
    kept: Kept[T, R] | None
    error: str = ""


class Crew(Generic[T, R]):
    """Up to `size` actors that stay from shard to shard. Only those get shards that have started.

    An actor that the cluster has no room for yet waits, without keeping a shard from the others.
    """

    def __init__(self, ray: Any, start: Callable[[], Any], size: int) -> None:
        self._ray = ray
        self._start = start  # gives the handle of a new actor
        self._size = size
        self._starting: dict[Any, Any] = {}  # what `ready` will say, to the actor
        self._idle: list[Any] = []
        self._busy: dict[Any, tuple[Any, Sequence[T]]] = {}  # what `run` will say, to the actor and its shard

    def run(self, shards: Iterable[Sequence[T]]) -> Iterator[Done[T, R]]:
        """Run shards; Ray itself runs those of lost actors again, as often as the actors were told.

        Yields:
            One per shard, as they come.

        Raises:
            SegueError: what an actor raised, or one line about an actor that could not start.
        """
        waiting = deque(shards)
        while waiting or self._busy:
            self._give(waiting)
            done = self._collect()
            self._give(waiting)  # before the caller looks at it: nobody waits for it
            yield from done

    def _give(self, waiting: deque[Sequence[T]]) -> None:
        while waiting and self._idle:
            actor, shard = self._idle.pop(), waiting.popleft()
            self._busy[actor.run.remote(shard)] = (actor, shard)
        room = self._size - len(self._idle) - len(self._busy) - len(self._starting)
        for _ in range(min(room, len(waiting) - len(self._starting))):
            actor = self._start()
            self._starting[actor.ready.remote()] = actor

    def _collect(self) -> list[Done[T, R]]:
        """Wait until an actor has started or has done its shard, or is lost for good."""
        said = self._listen()
        if said in self._busy:
            return [self._finished(said, *self._busy.pop(said))]
        self._started(said, self._starting.pop(said))
        return []

    def _listen(self) -> Any:
        while True:
            ready, _ = self._ray.wait([*self._starting, *self._busy], num_returns=1, timeout=LOOK_S)
            if ready:
                return ready[0]
            self._refuse_dead()

    def _refuse_dead(self) -> None:
        """Stop where this machine's own part of Ray is gone: no actor would be heard of again."""
        own = self._ray.get_runtime_context().get_node_id()
        if not any(node["Alive"] for node in self._ray.nodes() if node["NodeID"] == own):
            raise SegueError("Ray broke down on this machine; what was heard is kept: run the rebuild again")

    def _started(self, said: Any, actor: Any) -> None:
        try:
            log.info("an actor has started on %s as process %d", *self._ray.get(said))
        except self._ray.exceptions.RayError as error:
            self._refuse_dead()
            raise SegueError(
                f"an actor of the cluster could not start ({_last_line(error)}): the same Segue must be installed on "
                "every machine of it"
            ) from error
        self._idle.append(actor)

    def _finished(self, said: Any, actor: Any, shard: Sequence[T]) -> Done[T, R]:
        try:
            kept = self._ray.get(said)
        except self._ray.exceptions.RayTaskError as error:
            raise _own(error.cause) from error
        except self._ray.exceptions.RayError as error:
            self._refuse_dead()
            self._ray.kill(actor)  # another one takes its place
            log.warning("a shard of %d tasks was lost with its worker: %s", len(shard), _last_line(error))
            return Done(shard, None, f"its worker was lost on the cluster, again and again ({type(error).__name__})")
        self._idle.append(actor)
        return Done(shard, kept)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for actor in (*self._starting.values(), *self._idle, *(actor for actor, _ in self._busy.values())):
            with suppress(self._ray.exceptions.RayError):  # the whole cluster may be gone
                self._ray.kill(actor)


def _own(cause: BaseException) -> SegueError:
    if isinstance(cause, SegueError):
        return cause
    return SegueError(f"an actor of the cluster broke down: {type(cause).__name__}: {_last_line(cause)}")


def _last_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[-1].strip() if lines else type(error).__name__
