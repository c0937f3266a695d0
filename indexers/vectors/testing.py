"""The contract that every index is tested by. Imported by tests only."""

from pathlib import Path

import numpy as np
import pytest

from indexers.base import Index, Updatable
from indexers.errors import QueryError, ShapeError
from indexers.schema import Rows, Vectors
from indexers.testing import unit_rows
from indexers.vectors import load_index


class IndexContract:
    """What every index promises, by value against brute force. Subclass it and give `build`."""

    min_recall = 1.0  # of the exact top 10
    tolerance = 1e-5  # of a score

    def build(self, vectors: Vectors, folder: Path) -> Index:
        """Make the index under test in an empty folder."""
        raise NotImplementedError

    def reopen(self, folder: Path) -> Index:
        """Open again what `build` made."""
        return load_index(folder)

    @pytest.fixture
    def corpus(self) -> Vectors:
        """500 unit rows of 24 dims, row 7 repeated as row 8."""
        vectors = np.random.default_rng(1).normal(size=(500, 24)).astype(np.float32)
        vectors[8] = vectors[7]
        return unit_rows(vectors)

    @pytest.fixture
    def queries(self) -> Vectors:
        """40 unit rows of 24 dims."""
        return unit_rows(np.random.default_rng(2).normal(size=(40, 24)).astype(np.float32))

    @pytest.fixture
    def index(self, corpus: Vectors, tmp_path: Path) -> Index:
        """The index under test over the corpus."""
        return self.build(corpus, tmp_path / "index")

    def test_finds_what_brute_force_finds(self, index: Index, corpus: Vectors, queries: Vectors) -> None:
        """Recall of the exact top 10 is at least `min_recall`."""
        rows, _ = index.search(queries, 10)
        assert share_found(rows, best_rows(queries, corpus, 10)) >= self.min_recall

    def test_scores_are_inner_products_in_falling_order(self, index: Index, corpus: Vectors, queries: Vectors) -> None:
        """Each score is the inner product of its row, best first."""
        rows, scores = index.search(queries, 10)
        expected = np.einsum("qd,qkd->qk", queries, corpus[rows])
        np.testing.assert_allclose(scores, expected, atol=self.tolerance)
        assert (np.diff(scores, axis=1) <= 1e-6).all()

    def test_one_query_is_answered_as_among_many(self, index: Index, queries: Vectors) -> None:
        """The rows of a batch are those of each query alone."""
        rows, _ = index.search(queries, 10)
        alone = np.concatenate([index.search(query[np.newaxis], 10)[0] for query in queries])
        assert share_found(alone, rows) >= self.min_recall

    def test_no_query_gets_no_answer(self, index: Index, queries: Vectors) -> None:
        """No queries give [0, k]."""
        rows, scores = index.search(queries[:0], 10)
        assert len(rows) == len(scores) == 0

    @pytest.mark.parametrize("n_allowed", [1, 3, 10, 50, 400])
    def test_filters_before_it_searches(self, index: Index, corpus: Vectors, queries: Vectors, n_allowed: int) -> None:
        """Every selectivity gives min(k, n_allowed) rows, all of them allowed."""
        allowed = np.sort(np.random.default_rng(n_allowed).choice(500, n_allowed, replace=False)).astype(np.int64)
        rows, scores = index.search(queries, 10, allowed=allowed)
        assert rows.shape == scores.shape == (40, min(10, n_allowed))
        assert set(rows.ravel().tolist()) <= set(allowed.tolist())
        assert share_found(rows, allowed[best_rows(queries, corpus[allowed], 10)]) >= self.min_recall

    @pytest.mark.parametrize("k", [100, 499, 500, 1000])
    def test_a_long_list_is_as_long_as_it_can_be(self, index: Index, queries: Vectors, k: int) -> None:
        """Each row comes once, and all rows where k is as large as that."""
        rows, _ = index.search(queries[:3], k)
        assert rows.shape == (3, min(k, 500))
        assert all(len(set(found)) == len(found) for found in rows.tolist())

    def test_a_small_corpus_gives_fewer(self, corpus: Vectors, queries: Vectors, tmp_path: Path) -> None:
        """Three rows answer k = 10 with three, each once."""
        rows, scores = self.build(corpus[:3], tmp_path / "small").search(queries, 10)
        assert rows.shape == scores.shape == (40, 3)
        assert all(sorted(found) == [0, 1, 2] for found in rows.tolist())

    def test_nothing_allowed_gives_nothing(self, index: Index, queries: Vectors) -> None:
        """An empty filter gives [n_queries, 0]."""
        rows, scores = index.search(queries, 10, allowed=np.empty(0, dtype=np.int64))
        assert rows.shape == scores.shape == (40, 0)

    def test_is_the_same_when_opened_again(self, index: Index, queries: Vectors, tmp_path: Path) -> None:
        """An index opened again answers exactly as it did."""
        opened = self.reopen(tmp_path / "index")
        assert (opened.kind, opened.dim, opened.size) == (index.kind, 24, 500)
        for before, after in zip(index.search(queries, 10), opened.search(queries, 10), strict=True):
            np.testing.assert_array_equal(before, after)

    def test_refuses_what_does_not_fit(self, index: Index, queries: Vectors) -> None:
        """Another dim, k = 0 and rows that do not exist are errors."""
        with pytest.raises(ShapeError, match="dim"):
            index.search(queries[:, :5], 10)
        with pytest.raises(QueryError, match="k = 0"):
            index.search(queries, 0)
        with pytest.raises(ShapeError, match="500"):
            index.search(queries, 3, allowed=np.array([500], dtype=np.int64))


class UpdatableContract(IndexContract):
    """What every index promises whose rows may change, by value against brute force. Give `build` an `Updatable`."""

    @pytest.fixture
    def changed(self, index: Updatable, corpus: Vectors) -> tuple[Updatable, Vectors]:
        """The index after changes, and what its rows are then; rows of zeros are out.

        Rows 0-49 were deleted, 100-149 replaced, 500-549 added; of these, 10 were replaced again and 10 deleted, and of
        those deleted first 5 put in anew.
        """
        rng = np.random.default_rng(9)
        now = np.concatenate([corpus, np.zeros((50, 24), dtype=np.float32)])

        def put(first: int, last: int) -> None:
            now[first:last] = unit_rows(rng.normal(size=(last - first, 24)).astype(np.float32))
            index.upsert(np.arange(first, last, dtype=np.int64), now[first:last])

        def take(first: int, last: int) -> None:
            now[first:last] = 0
            index.delete(np.arange(first, last, dtype=np.int64))

        take(0, 50)
        put(100, 150)
        put(500, 550)
        put(500, 510)
        take(540, 550)
        put(0, 5)
        take(5, 10)
        return index, now

    def test_changes_are_found_at_once(self, changed: tuple[Updatable, Vectors], queries: Vectors) -> None:
        """What is in is found, with its new score; what is out is not."""
        index, now = changed
        there = np.flatnonzero(now.any(axis=1))
        rows, scores = index.search(queries, 10)
        assert index.size == 550
        assert np.isin(rows, there).all()
        assert share_found(rows, there[best_rows(queries, now[there], 10)]) >= self.min_recall
        np.testing.assert_allclose(scores, np.einsum("qd,qkd->qk", queries, now[rows]), atol=self.tolerance)

    def test_changes_are_filtered_too(self, changed: tuple[Updatable, Vectors], queries: Vectors) -> None:
        """Allowed rows that are out are no matches."""
        index, _ = changed
        allowed = np.array([3, 7, 120, 200, 505, 545], dtype=np.int64)
        rows, _ = index.search(queries, 10, allowed=allowed)
        assert rows.shape == (40, 4)
        assert all(sorted(found) == [3, 120, 200, 505] for found in rows.tolist())

    def test_changes_that_do_not_fit_are_refused(self, index: Updatable, corpus: Vectors) -> None:
        """Other dims, rows twice, gaps and rows that do not exist are errors, and change nothing."""
        ones = np.ones((2, 24), dtype=np.float32)
        for rows, vectors in [([0, 1], ones[:, :5]), ([0], ones), ([1, 1], ones), ([500, 502], ones), ([-1, 0], ones)]:
            with pytest.raises(ShapeError):
                index.upsert(np.array(rows, dtype=np.int64), vectors)
        with pytest.raises(ShapeError, match="500"):
            index.delete(np.array([500], dtype=np.int64))
        assert index.size == 500
        assert index.search(corpus[:1], 1)[0].tolist() == [[0]]


def best_rows(queries: Vectors, corpus: Vectors, k: int) -> Rows:
    """The rows with the highest inner products by brute force, best first, [n_queries, min(k, n_tracks)]."""
    best: Rows = np.argsort(-(queries @ corpus.T), axis=1, kind="stable")[:, :k]
    return best


def share_found(rows: Rows, true: Rows) -> float:
    """The mean share of each query's true rows, [n_queries, k], that were found."""
    hits = [len(set(found) & set(best)) for found, best in zip(rows.tolist(), true.tolist(), strict=True)]
    return sum(hits) / max(1, true.size)
