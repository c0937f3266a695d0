from pathlib import Path

import numpy as np

from indexers.base import Index
from indexers.schema import Vectors
from indexers.vectors import load_index, stored_vectors
from indexers.vectors.columns import ColumnIndex, ColumnWriter
from indexers.vectors.testing import IndexContract


class TestColumnIndex(IndexContract):
    def build(self, vectors: Vectors, folder: Path) -> Index:
        writer = ColumnWriter(folder, vectors.shape)
        for start in range(0, len(vectors), 150):
            writer.put(start, vectors[start : start + 150])
        return writer.finish()


def test_what_is_written_in_pieces_is_what_is_read(tmp_path) -> None:
    vectors = np.random.default_rng(3).normal(size=(50, 10)).astype(np.float32)
    writer = ColumnWriter(tmp_path, vectors.shape)
    writer.put(20, vectors[20:])
    writer.put(0, vectors[:20])
    writer.finish()
    np.testing.assert_array_equal(stored_vectors(tmp_path), vectors)
    assert load_index(tmp_path).kind == "columns"


def test_a_sparse_query_scores_by_its_columns_alone() -> None:
    columns = np.full((4, 3), np.nan, dtype=np.float32)
    columns[2] = [1.0, 3.0, 3.0]
    rows, scores = ColumnIndex(columns).search(np.array([[0, 0, 2, 0]], dtype=np.float32), 3)
    assert rows.tolist() == [[1, 2, 0]]
    assert scores.tolist() == [[6.0, 6.0, 2.0]]


def test_more_tracks_than_a_block_score_as_one_product(monkeypatch) -> None:
    monkeypatch.setattr("indexers.vectors.columns.BLOCK", 7)
    vectors = np.random.default_rng(3).normal(size=(50, 10)).astype(np.float32)
    query = np.zeros(10, dtype=np.float32)
    query[[1, 8]] = [0.5, -2.0]
    np.testing.assert_allclose(ColumnIndex(vectors.T).scores(query), vectors @ query, rtol=1e-5)


def test_a_zero_query_scores_zero() -> None:
    rows, scores = ColumnIndex(np.ones((4, 5), dtype=np.float32)).search(np.zeros((1, 4), dtype=np.float32), 2)
    assert rows.tolist() == [[0, 1]]
    assert scores.tolist() == [[0.0, 0.0]]
