"""The shards of an index, each written by any process of the engine that rebuilds: here, or on a cluster."""

from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from indexers.errors import SegueError
from indexers.rebuild.runner import open_runner
from indexers.vectors import begin_index, write_shard

if TYPE_CHECKING:
    from indexers.rebuild.inputs import RebuildSettings
    from indexers.vectors.plan import Plan

SHARD_S = 6 * 3600.0  # for one: a million rows take a graph ten minutes


def write_shards(folder: Path, plan: "Plan", settings: "RebuildSettings") -> None:
    """Build an index over the vectors that a folder holds; several shards are written side by side.

    Args:
        folder: With the files of a `VectorWriter`; every machine of a cluster sees it under this path.
        plan: What to build.
        settings: Which engine, and how many workers.

    Raises:
        ConfigError: there is no such kind, or the engine is not to be had.
        StaleIndexError: vectors were altered since they were written.
        StorageError: the disk refused.
        SegueError: a worker could not write its shard.
    """
    n_shards = begin_index(folder, plan)
    if n_shards == 1:
        write_shard(folder, 0)
        return
    write = partial(write_shard, folder)
    with (
        open_runner(settings) as runner,
        closing(runner.map(write, range(n_shards), timeout_s=SHARD_S)) as outcomes,
    ):
        for outcome in outcomes:
            if outcome.error is not None:
                raise SegueError(f"shard {outcome.task} of {folder} could not be written: {outcome.error}")
