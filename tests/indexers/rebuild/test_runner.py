import math

from indexers import pool
from indexers.rebuild import runner
from indexers.rebuild.runner import LocalRunner, open_runner


def test_any_function_runs_in_processes_and_fails_item_by_item(monkeypatch) -> None:
    monkeypatch.setattr(runner, "run_tasks", pool.run_tasks)
    outcomes = {outcome.task: outcome for outcome in LocalRunner(2).map(math.sqrt, [4.0, -1.0, 9.0], timeout_s=30)}
    assert (outcomes[4.0].value, outcomes[9.0].value) == (2.0, 3.0)
    assert outcomes[-1.0].error.startswith("ValueError: ")
    assert list(LocalRunner(2).map(math.sqrt, [], timeout_s=30)) == []


def test_the_local_engine_is_what_nobody_asked_for(kit) -> None:
    with open_runner(kit.settings()) as opened:
        assert opened == LocalRunner(1)
