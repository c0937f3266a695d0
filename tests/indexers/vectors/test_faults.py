import os
import signal
import subprocess
import sys

import faiss
import numpy as np
import pytest

from indexers.errors import StaleIndexError
from indexers.testing import unit_rows
from indexers.vectors import load_index, shard_folder, write_shard
from indexers.vectors.matrix import BLOCK, write_vectors

BUILD = """
import os, resource, signal, sys
from pathlib import Path
from indexers import vectors
from indexers.errors import SegueError
from indexers.vectors.faiss_kinds import hnsw, ivf, lists
from indexers.vectors.matrix import BLOCK
from indexers.vectors.plan import Plan

folder, kind, fault = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
if fault == "full":
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
else:
    lists.BLOCK = 1000  # several blocks in a shard
    real, calls = lists._coded, []
    def coded(*arguments):
        calls.append(1)
        if len(calls) == 7:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments)
    lists._coded = coded
try:
    vectors.build_index(folder, Plan(kind, "", 1.0, "float32", BLOCK))
except SegueError as error:
    print(error)
    sys.exit(1)
"""


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    return unit_rows(np.random.default_rng(5).normal(size=(6000, 16)).astype(np.float32))


def build(folder, kind: str, fault: str) -> subprocess.CompletedProcess[str]:
    told = [sys.executable, "-c", BUILD, str(folder), kind, fault]
    return subprocess.run(told, check=False, env=os.environ, capture_output=True, text=True)


def test_a_build_that_was_killed_opens_as_nothing_and_is_finished_by_writing_its_shards(rows, tmp_path) -> None:
    write_vectors(tmp_path, rows)
    assert build(tmp_path, "ivf-sq8", "kill").returncode == -signal.SIGKILL
    with pytest.raises(StaleIndexError, match="segue rebuild"):
        load_index(tmp_path)
    for number in range(2):
        write_shard(tmp_path, number)
    index = load_index(tmp_path)
    index.effort = 512
    assert (index.search(rows[:50], 1)[0][:, 0] == np.arange(50)).mean() > 0.95


@pytest.mark.parametrize("kind", ["hnsw", "ivf", "ivf-pq"])
def test_a_disk_that_takes_no_more_is_one_clear_line(kind, rows, tmp_path) -> None:
    write_vectors(tmp_path, rows)
    done = build(tmp_path, kind, "full")
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith(f"cannot write {tmp_path}")
    assert "make room" in done.stdout
    assert done.stdout.count("\n") == 1


def test_a_list_that_names_rows_that_are_not_there_is_noticed(rows, tmp_path) -> None:
    write_vectors(tmp_path, rows[:BLOCK])
    assert build(tmp_path, "ivf-sq8", "none").returncode == 0
    path = shard_folder(tmp_path, 0) / "lists.bin"
    content = bytearray(path.read_bytes())
    content[-6] ^= 4  # of the last row's number
    path.write_bytes(bytes(content))
    with pytest.raises(StaleIndexError, match=r"rows beyond its 4096.*segue rebuild"):
        load_index(tmp_path)


def test_a_graph_with_links_to_rows_that_are_not_there_is_noticed(rows, tmp_path) -> None:
    write_vectors(tmp_path, rows[:BLOCK])
    assert build(tmp_path, "hnsw", "none").returncode == 0
    path = str(shard_folder(tmp_path, 0) / "graph.faiss")
    graph = faiss.read_index(path)
    links = faiss.vector_to_array(graph.hnsw.neighbors)
    links[7] ^= 1 << 14
    faiss.copy_array_to_vector(links, graph.hnsw.neighbors)
    faiss.write_index(graph, path, faiss.IO_FLAG_SKIP_STORAGE)
    with pytest.raises(StaleIndexError, match=r"neighbors\[7\].*segue rebuild"):
        load_index(tmp_path)


@pytest.mark.parametrize("kind", ["ivf", "ivf-sq8", "ivf-pq"])
@pytest.mark.parametrize("file", ["ivf.faiss", "lists.bin", "lists.sizes.npy"])
def test_a_shard_that_was_cut_short_is_refused(kind, file, rows, tmp_path) -> None:
    write_vectors(tmp_path, rows[:BLOCK])
    assert build(tmp_path, kind, "none").returncode == 0
    path = shard_folder(tmp_path, 0) / file
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(StaleIndexError, match="segue rebuild"):
        load_index(tmp_path)
