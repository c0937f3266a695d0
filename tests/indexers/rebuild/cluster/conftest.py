import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from indexers import pool
from indexers.rebuild import runner
from indexers.rebuild.cluster.attach import attached
from indexers.rebuild.inputs import RebuildSettings
from indexers.settings import ClusterSettings

WORKERS = 2


@pytest.fixture(scope="session")
def ray() -> Iterator[Any]:
    """A Ray cluster of two workers on this machine, for all tests that ask for it."""
    folder = tempfile.mkdtemp(prefix="r")  # a short path: Unix sockets lie in it
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_TMPDIR", folder)
        with attached("", WORKERS) as ray:
            yield ray
    shutil.rmtree(folder, ignore_errors=True)


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
