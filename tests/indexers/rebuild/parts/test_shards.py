from pathlib import Path

import numpy as np
import pytest

from indexers.errors import SegueError
from indexers.rebuild.inputs import RebuildSettings
from indexers.rebuild.parts.shards import write_shards
from indexers.settings import AnalysisSettings, IndexSettings
from indexers.testing import unit_rows
from indexers.vectors import build_index
from indexers.vectors.matrix import BLOCK, write_vectors
from indexers.vectors.plan import Plan

PLAN = Plan("ivf-sq8", "", 1.0, "float16", BLOCK)
SETTINGS = RebuildSettings(AnalysisSettings(workers=2), IndexSettings())


@pytest.fixture
def _no_processes() -> None:
    """Real processes here, in place of what the other tests of a rebuild do without."""


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    return unit_rows(np.random.default_rng(5).normal(size=(9000, 16)).astype(np.float32))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_workers_write_the_bytes_that_one_process_writes(rows, tmp_path) -> None:
    for name in ("alone", "together"):
        write_vectors(tmp_path / name, rows, "float16")
    build_index(tmp_path / "alone", PLAN)
    write_shards(tmp_path / "together", PLAN, SETTINGS)
    assert len(contents(tmp_path / "alone")) == 3 + 3 * 3
    assert contents(tmp_path / "together") == contents(tmp_path / "alone")


def test_what_a_worker_complains_of_is_told_in_one_line(rows, tmp_path) -> None:
    file = write_vectors(tmp_path, rows, "float16")
    with file.path.open("r+b") as stream:
        stream.seek(-1, 2)
        stream.write(b"\x77")
    with pytest.raises(SegueError, match=r"shard 2 of .* could not be written: .*rows 8192 to 8999 were altered"):
        write_shards(tmp_path, PLAN, SETTINGS)
