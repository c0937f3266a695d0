import numpy as np
import pytest

from indexers.errors import StaleIndexError
from indexers.schema import Vectors
from indexers.testing import unit_rows
from indexers.vectors import load_index, make_index, shard_folder
from indexers.vectors.exact import nearest
from indexers.vectors.faiss_kinds import hnsw as module
from indexers.vectors.faiss_kinds.hnsw import HnswIndex


@pytest.fixture(scope="module")
def clustered() -> Vectors:
    rng = np.random.default_rng(5)
    centres = rng.normal(size=(40, 32))
    return unit_rows((centres[rng.integers(40, size=6000)] + 0.5 * rng.normal(size=(6000, 32))).astype(np.float32))


@pytest.fixture(scope="module")
def folder(clustered, tmp_path_factory):
    made = tmp_path_factory.mktemp("hnsw") / "index"
    make_index(made, clustered, "hnsw")
    return made


@pytest.fixture
def hnsw(folder) -> HnswIndex:
    return load_index(folder)


@pytest.mark.parametrize("share", [1.0, 0.8, 0.1, 0.01, 0.001])
@pytest.mark.parametrize("square", [0, module.SCAN_SQUARE])
def test_recall_holds_at_every_selectivity(clustered, hnsw, monkeypatch, share, square) -> None:
    monkeypatch.setattr(module, "SCAN_SQUARE", square)
    rng = np.random.default_rng(6)
    queries = unit_rows((clustered[::60] + 0.1 * rng.normal(size=(100, 32))).astype(np.float32))
    allowed = np.sort(rng.choice(6000, int(6000 * share), replace=False)).astype(np.int64)
    rows, _ = hnsw.search(queries, 10, allowed=allowed)
    k = min(10, len(allowed))
    assert rows.shape == (100, k)
    assert np.isin(rows, allowed).all()
    exact = allowed[nearest(queries, clustered[allowed], 10)[0]]
    hits = [len(set(found) & set(true)) for found, true in zip(rows.tolist(), exact.tolist(), strict=True)]
    assert np.mean(hits) / k >= 0.99


def test_a_short_walk_is_finished_exactly(clustered, hnsw, monkeypatch) -> None:
    monkeypatch.setattr(module, "SCAN_SQUARE", 0)

    def lost(self, queries, k, allowed):
        rows, scores = np.full((len(queries), k), -1, dtype=np.int64), np.zeros((len(queries), k), dtype=np.float32)
        return rows, scores

    monkeypatch.setattr(HnswIndex, "_walk", lost)
    rows, scores = hnsw.search(clustered[:3], 5)
    assert rows[:, 0].tolist() == [0, 1, 2]
    assert (scores[:, 0] > 0.99).all()


def test_two_builds_are_the_same_bytes(clustered, tmp_path) -> None:
    for name in ("a", "b"):
        make_index(tmp_path / name, clustered[:2000], "hnsw")
    for file in ("shards/0000/graph.faiss", "vectors.npy", "manifest.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_vectors_are_stored_once(folder) -> None:
    assert (shard_folder(folder, 0) / "graph.faiss").stat().st_size < 6000 * (2 * 32 + 8) * 4 * 1.2  # links alone


def test_a_damaged_graph_is_one_clear_line(clustered, tmp_path) -> None:
    make_index(tmp_path, clustered[:100], "hnsw")
    (shard_folder(tmp_path, 0) / "graph.faiss").write_bytes(b"not a graph")
    with pytest.raises(StaleIndexError, match="segue rebuild"):
        load_index(tmp_path)
