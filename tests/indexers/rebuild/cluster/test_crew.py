from types import SimpleNamespace

import pytest

from indexers.errors import SegueError
from indexers.rebuild.cluster import crew as module
from indexers.rebuild.cluster.crew import Crew
from indexers.rebuild.cluster.worker import Kept


class StubRay:
    """As much of Ray as a crew sees of it: calls are answered in their order, each by what `answer` gives."""

    exceptions = SimpleNamespace(RayError=RuntimeError, RayTaskError=ArithmeticError)

    def __init__(self, answer, *, alive: bool = True) -> None:
        self.answer, self.alive = answer, alive
        self.calls: list[tuple[str, object]] = []
        self.killed: list[object] = []

    def actor(self) -> SimpleNamespace:
        """Start an actor."""
        methods = {
            name: SimpleNamespace(remote=lambda *given, n=name: self._call(n, *given)) for name in ("ready", "run")
        }
        return SimpleNamespace(**methods)

    def _call(self, name: str, *given: object) -> int:
        self.calls.append((name, *given))
        return len(self.calls) - 1

    def wait(self, references, *, num_returns: int, timeout: float):
        return ([], references) if self.answer is None else (sorted(references)[:num_returns], [])

    def get(self, reference: int):
        return ("here", 7) if self.calls[reference][0] == "ready" else self.answer(self.calls[reference][1])

    def kill(self, actor: object) -> None:
        self.killed.append(actor)

    def nodes(self) -> list[dict[str, object]]:
        return [{"NodeID": "mine", "Alive": self.alive}, {"NodeID": "other", "Alive": True}]

    def get_runtime_context(self) -> SimpleNamespace:
        return SimpleNamespace(get_node_id=lambda: "mine")


def test_every_shard_is_done_once_by_no_more_actors_than_there_may_be() -> None:
    ray = StubRay(lambda shard: Kept(tuple(shard)))
    with Crew(ray, ray.actor, 2) as crew:
        done = list(crew.run([[1, 2], [3], [4, 5], [6]]))
        assert sorted(one.shard for one in done) == [[1, 2], [3], [4, 5], [6]]
        assert all(one.kept.outcomes == tuple(one.shard) for one in done)
        assert list(crew.run([])) == []
        assert len(list(crew.run([[7]]))) == 1  # by an actor that is there
        assert [call[0] for call in ray.calls].count("ready") == 2
    assert len(ray.killed) == 2


def test_an_actor_that_is_lost_for_good_is_replaced_and_its_shard_told() -> None:
    def lose(shard):
        if shard == [1]:
            raise RuntimeError("many\nlines\nkilled")
        return Kept(())

    ray = StubRay(lose)
    with Crew(ray, ray.actor, 1) as crew:
        done = list(crew.run([[1], [2]]))
        assert [(one.shard, one.kept is None) for one in done] == [([1], True), ([2], False)]
        assert "lost on the cluster" in done[0].error
        assert [call[0] for call in ray.calls] == ["ready", "run", "ready", "run"]


@pytest.mark.parametrize("silent", [True, False])
def test_a_ray_that_is_gone_ends_the_run_rather_than_blaming_shards(monkeypatch, silent) -> None:
    def break_down(_):
        raise RuntimeError("owner died")

    monkeypatch.setattr(module, "LOOK_S", 0.01)
    ray = StubRay(None if silent else break_down, alive=False)
    with Crew(ray, ray.actor, 1) as crew, pytest.raises(SegueError, match="Ray broke down on this machine"):
        list(crew.run([[1]]))


def test_what_an_actor_raised_is_raised_here_in_one_line() -> None:
    def fail(_):
        error = ArithmeticError("a traceback")
        error.cause = ValueError("first\nlast")
        raise error

    ray = StubRay(fail)
    with Crew(ray, ray.actor, 1) as crew, pytest.raises(SegueError, match=r"an actor .* broke down: ValueError: last"):
        list(crew.run([[1]]))
