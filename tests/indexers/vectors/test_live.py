from pathlib import Path

import numpy as np
import pytest

from indexers.base import Updatable
from indexers.errors import StaleIndexError, StorageError
from indexers.schema import Vectors
from indexers.testing import unit_rows
from indexers.vectors import load_index, make_index
from indexers.vectors.exact import ExactIndex
from indexers.vectors.live import Changes, LiveIndex
from indexers.vectors.testing import UpdatableContract


class TestLiveExactIndex(UpdatableContract):
    kind = "exact"

    def build(self, vectors: Vectors, folder: Path) -> Updatable:
        return LiveIndex(make_index(folder, vectors, self.kind))

    def reopen(self, folder: Path) -> Updatable:
        return LiveIndex(load_index(folder))


class TestLiveHnswIndex(TestLiveExactIndex):
    kind = "hnsw"
    min_recall = 0.99


class TestLiveIvfPqIndex(TestLiveExactIndex):
    kind = "ivf-pq"
    min_recall = 0.95


@pytest.fixture
def vectors() -> Vectors:
    return unit_rows(np.random.default_rng(1).normal(size=(300, 8)).astype(np.float32))


def test_the_best_may_all_be_gone(vectors) -> None:
    index = LiveIndex(ExactIndex(vectors))
    order = np.argsort(-(vectors @ vectors[0]), kind="stable")
    index.delete(np.sort(order[:200]).astype(np.int64))
    assert index.search(vectors[:1], 5)[0][0].tolist() == order[200:205].tolist()
    assert index.n_rows == 100
    assert index.search(vectors[:1], 200)[0].shape == (1, 100)


def test_changes_come_back_from_disk(vectors, tmp_path) -> None:
    index = LiveIndex(ExactIndex(vectors))
    index.delete(np.arange(5, dtype=np.int64))
    index.upsert(np.array([300, 7], dtype=np.int64), vectors[:2])
    index.changes.save(tmp_path / "changes.npz")
    opened = LiveIndex(ExactIndex(vectors), Changes.load(tmp_path / "changes.npz"))
    for before, after in zip(index.search(vectors, 9), opened.search(vectors, 9), strict=True):
        np.testing.assert_array_equal(before, after)
    assert opened.size == 301


def test_a_save_that_fails_leaves_the_old_changes(vectors, tmp_path, monkeypatch) -> None:
    path = tmp_path / "changes.npz"
    Changes(300, np.arange(3, dtype=np.int64)).save(path)

    def full(*_arguments, **_arrays):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(StorageError, match="the disk is full"):
        Changes(300).save(path)
    assert Changes.load(path).gone.tolist() == [0, 1, 2]
    assert [file.name for file in tmp_path.iterdir()] == ["changes.npz"]


def test_damaged_changes_and_those_of_another_index_are_refused(vectors, tmp_path) -> None:
    path = tmp_path / "changes.npz"
    with pytest.raises(StaleIndexError, match="cannot be read"):
        Changes.load(path)
    path.write_bytes(b"PK")
    with pytest.raises(StaleIndexError, match="cannot be read"):
        Changes.load(path)
    with pytest.raises(StaleIndexError, match="300 rows"):
        LiveIndex(ExactIndex(vectors), Changes(299))
    changes = Changes(301, fresh=np.array([300], dtype=np.int64), vectors=np.ones((1, 3), dtype=np.float32))
    with pytest.raises(StaleIndexError, match="dim 3"):
        LiveIndex(ExactIndex(vectors), changes)
