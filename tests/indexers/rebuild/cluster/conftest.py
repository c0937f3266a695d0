import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from indexers import pool
from indexers.rebuild import runner
from indexers.rebuild.cluster.attach import attached
from indexers.rebuild.inputs import RebuildSettings
from indexers.settings import ClusterSettings

WORKERS = 2
# Ways of hearing that a worker can import; what a task's process has as its parent is the actor's.
JOBS = """
import os, signal, time
from pathlib import Path
from indexers.rebuild.analyse import hear

def slowly(listeners, task, *, n_windows):
    with (Path(task.paths[0]).parents[1] / "heard.txt").open("a") as stream:
        stream.write(f"{task.track_id} {os.getppid()}" + chr(10))
    time.sleep(1)
    return hear(listeners, task, n_windows=n_windows)

def fatally(listeners, task, *, n_windows):
    if "Tune_0" in task.paths[0]:
        os.kill(os.getppid(), signal.SIGKILL)
        time.sleep(60)
    return hear(listeners, task, n_windows=n_windows)
"""


@pytest.fixture(scope="session")
def ray() -> Iterator[Any]:
    """A Ray cluster of two workers on this machine, for all tests that ask for it."""
    folder = Path(tempfile.mkdtemp(prefix="r"))  # a short path: Unix sockets lie in it
    (folder / "cluster_jobs.py").write_text(JOBS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_TMPDIR", str(folder))
        patch.setenv("PYTHONPATH", os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]))
        patch.syspath_prepend(str(folder))
        with attached("", WORKERS) as ray:
            yield ray
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def jobs(ray) -> ModuleType:
    """What `JOBS` says."""
    import cluster_jobs

    return cluster_jobs


@pytest.fixture(autouse=True)
def _real_processes(_no_processes, monkeypatch) -> None:
    """The local engine is the reference here, so it runs as it does for users."""
    monkeypatch.setattr(runner, "run_tasks", pool.run_tasks)


@pytest.fixture
def on_ray(kit):
    """Settings of the kit, or others, for the engine "ray"."""

    def change(settings: RebuildSettings | None = None, **cluster: object) -> RebuildSettings:
        settings = settings or kit.settings()
        analysis = settings.analysis.model_copy(update={"engine": "ray"})
        return replace(settings, analysis=analysis, cluster=ClusterSettings(**{"tasks_per_shard": 2, **cluster}))

    return change
