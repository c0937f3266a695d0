from pathlib import Path

import numpy as np
import pytest

from indexers.base import Index
from indexers.errors import QueryError, ShapeError
from indexers.schema import Vectors
from indexers.vectors import make_index
from indexers.vectors.exact import nearest
from indexers.vectors.testing import IndexContract
from indexers.vectors.top import top_rows


class TestExactIndex(IndexContract):
    def build(self, vectors: Vectors, folder: Path) -> Index:
        return make_index(folder, vectors, "exact")


class TestExactHalfIndex(IndexContract):
    min_recall = 0.98
    tolerance = 1e-3

    def build(self, vectors: Vectors, folder: Path) -> Index:
        return make_index(folder, vectors, "exact", storage="float16")


def test_equal_scores_keep_row_order() -> None:
    assert top_rows(np.array([1, 3, 2, 3, 2, 2], dtype=np.float32), 4).tolist() == [1, 3, 2, 4]
    assert top_rows(np.zeros(9, dtype=np.float32), 3).tolist() == [0, 1, 2]
    assert top_rows(np.zeros(0, dtype=np.float32), 3).tolist() == []


def test_blocks_of_queries_give_what_one_product_gives(monkeypatch) -> None:
    rng = np.random.default_rng(0)
    corpus, queries = rng.normal(size=(30, 6)).astype(np.float32), rng.normal(size=(11, 6)).astype(np.float32)
    whole = nearest(queries, corpus, 5)
    monkeypatch.setattr("indexers.vectors.exact.BLOCK_BYTES", 4 * 30 * 2)
    for expected, found in zip(whole, nearest(queries, corpus, 5), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_halves_are_multiplied_block_by_block(monkeypatch) -> None:
    monkeypatch.setattr("indexers.vectors.exact.HALF_ROWS", 7)
    rng = np.random.default_rng(0)
    corpus, queries = rng.normal(size=(30, 6)).astype(np.float16), rng.normal(size=(3, 6)).astype(np.float32)
    for expected, found in zip(
        nearest(queries, corpus.astype(np.float32), 5), nearest(queries, corpus, 5), strict=True
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_no_queries_and_no_tracks() -> None:
    empty, some = np.empty((0, 4), dtype=np.float32), np.ones((3, 4), dtype=np.float32)
    assert [part.shape for part in nearest(empty, some, 2)] == [(0, 2), (0, 2)]
    assert [part.shape for part in nearest(some, empty, 2)] == [(3, 0), (3, 0)]


def test_refuses_other_dims_and_k() -> None:
    with pytest.raises(ShapeError, match="dim 5"):
        nearest(np.ones((1, 4), dtype=np.float32), np.ones((3, 5), dtype=np.float32), 2)
    with pytest.raises(QueryError, match="k = 0"):
        nearest(np.ones((1, 5), dtype=np.float32), np.ones((3, 5), dtype=np.float32), 0)
