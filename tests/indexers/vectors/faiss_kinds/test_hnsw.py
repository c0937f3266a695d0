import numpy as np
import pytest

from indexers.base import Index
from indexers.errors import StaleIndexError
from indexers.schema import Vectors
from indexers.testing import IndexContract, unit_rows
from indexers.vectors import faiss_index
from indexers.vectors.exact import nearest
from indexers.vectors.faiss_index import FlatIndex, HnswIndex


class TestFlatIndex(IndexContract):
    def build(self, vectors: Vectors) -> Index:
        return FlatIndex.build(vectors)


class TestHnswIndex(IndexContract):
    min_recall = 0.99

    @pytest.fixture(autouse=True)
    def _walk_the_graph(self, monkeypatch) -> None:
        monkeypatch.setattr(faiss_index, "SCAN_SQUARE", 1)  # else 500 rows are searched exactly

    def build(self, vectors: Vectors) -> Index:
        return HnswIndex.build(vectors)


@pytest.fixture(scope="module")
def clustered() -> Vectors:
    rng = np.random.default_rng(5)
    centres = rng.normal(size=(40, 32))
    return unit_rows((centres[rng.integers(40, size=6000)] + 0.5 * rng.normal(size=(6000, 32))).astype(np.float32))


@pytest.fixture(scope="module")
def hnsw(clustered) -> HnswIndex:
    return HnswIndex.build(clustered)


@pytest.mark.parametrize("share", [1.0, 0.8, 0.1, 0.01, 0.001])
@pytest.mark.parametrize("square", [0, faiss_index.SCAN_SQUARE])
def test_recall_holds_at_every_selectivity(clustered, hnsw, monkeypatch, share, square) -> None:
    monkeypatch.setattr(faiss_index, "SCAN_SQUARE", square)
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
    monkeypatch.setattr(faiss_index, "SCAN_SQUARE", 0)

    def lost(self, queries, k, allowed):
        rows, scores = np.full((len(queries), k), -1, dtype=np.int64), np.zeros((len(queries), k), dtype=np.float32)
        return rows, scores

    monkeypatch.setattr(HnswIndex, "_walk", lost)
    rows, scores = hnsw.search(clustered[:3], 5)
    assert rows[:, 0].tolist() == [0, 1, 2]
    assert (scores[:, 0] > 0.99).all()


def test_two_builds_are_the_same_bytes(clustered, tmp_path) -> None:
    for name in ("a", "b"):
        HnswIndex.build(clustered[:2000]).save(tmp_path / name)
    for file in ("graph.faiss", "vectors.npy", "manifest.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_vectors_are_stored_once(hnsw, clustered, tmp_path) -> None:
    hnsw.save(tmp_path)
    assert (tmp_path / "graph.faiss").stat().st_size < 6000 * (2 * 32 + 8) * 4 * 1.2  # links alone
    np.testing.assert_array_equal(HnswIndex.load(tmp_path).vectors, clustered)


def test_a_damaged_graph_is_one_clear_line(hnsw, tmp_path) -> None:
    hnsw.save(tmp_path)
    (tmp_path / "graph.faiss").write_bytes(b"not a graph")
    with pytest.raises(StaleIndexError, match="segue rebuild"):
        HnswIndex.load(tmp_path)
