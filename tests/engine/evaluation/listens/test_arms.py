"""The recommenders on listens, against sums by hand."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from engine.evaluation.listens.arms import ARMS, best, ease_items, top, weigh

COUNTS = csr_matrix(
    np.array(
        [[9, 3, 0, 0, 0], [9, 1, 1, 0, 0], [0, 0, 5, 5, 0], [0, 0, 2, 8, 1], [4, 0, 0, 0, 0]],
        dtype=np.float32,
    )
)
FITS = {arm.name: arm for arm in ARMS}


def test_weights_forget_counts_or_take_their_logarithm_over_the_highest():
    assert weigh(COUNTS, "ones").toarray().tolist() == (COUNTS.toarray() > 0).astype(float).tolist()
    logged = weigh(COUNTS, "log").toarray()
    np.testing.assert_allclose(logged[0, :2], [1.0, np.log(4) / np.log(10)], rtol=1e-6)
    np.testing.assert_allclose(logged[3, 2:], np.log([3, 9, 2]) / np.log(9), rtol=1e-6)
    assert COUNTS[0, 0] == 9.0


def test_best_breaks_ties_by_row_and_stops_at_the_end():
    scores = np.array([1.0, 3.0, 1.0, 3.0, 2.0, 1.0], dtype=np.float32)
    assert best(scores, 4).tolist() == [1, 3, 4, 0]
    assert best(scores, 99).tolist() == [1, 3, 4, 0, 2, 5]
    assert best(scores, 0).tolist() == []


def test_what_was_played_is_never_recommended(monkeypatch):
    monkeypatch.setattr("engine.evaluation.listens.arms.BLOCK", 2)
    found = top(lambda lists: np.tile(np.arange(5, dtype=np.float32), (lists.shape[0], 1)), COUNTS, 4)
    assert [rows.tolist() for rows in found] == [[4, 3, 2], [4, 3], [4, 1, 0], [1, 0], [4, 3, 2, 1]]


def test_popularity_counts_listeners_not_plays():
    scores = FITS["popularity"].fit(COUNTS, {})(COUNTS[:2])
    assert scores.tolist() == [[3.0, 2.0, 3.0, 2.0, 1.0]] * 2


def test_item_knn_sums_the_cosines_of_what_was_played():
    setting = {"weights": "log", "n_neighbours": 10}
    weighed = weigh(COUNTS, "log").toarray().astype(np.float64)
    unit = weighed / np.linalg.norm(weighed, axis=0)
    cosines = unit.T @ unit
    np.fill_diagonal(cosines, 0.0)
    scores = FITS["item_knn_cosine"].fit(COUNTS, setting)(COUNTS[1:4])
    np.testing.assert_allclose(scores, weighed[1:4] @ cosines, atol=1e-6)


@pytest.mark.parametrize("name", ["item_knn_cosine", "item_knn_bm25", "als", "ease"])
def test_every_arm_keeps_the_two_tastes_apart(name):
    """Users 0 and 1 share items 0 and 1; 2 and 3 share 2 and 3: who knows only item 0 is to be told of 1 before 3."""
    arm = FITS[name]
    for setting in arm.grid[:: max(1, len(arm.grid) // 4)]:
        scores = arm.fit(COUNTS, setting)(COUNTS)
        assert scores.shape == COUNTS.shape
        assert np.isfinite(scores).all()
        assert scores[4, 1] > scores[4, 3]


def test_ease_knows_the_most_played_where_all_are_too_many(monkeypatch):
    setting = {"weights": "ones", "l2": 1.0, "dropout": 0.5}
    part = FITS["ease"].fit(COUNTS[:, :3], setting)(COUNTS[:, :3])
    assert ease_items(COUNTS).tolist() == [0, 1, 2, 3, 4]
    monkeypatch.setattr("engine.evaluation.listens.arms.EASE_ITEMS", 3)
    assert ease_items(COUNTS).tolist() == [0, 1, 2]  # 3, 2, 3, 2 and 1 listeners; of equals the first
    scores = FITS["ease"].fit(COUNTS, setting)(COUNTS)
    np.testing.assert_allclose(scores[:, :3], part, atol=1e-6)
    np.testing.assert_allclose(scores[:, 3:], np.tile(part.min(axis=1)[:, None], 2), atol=1e-6)


def test_grids_hold_different_settings():
    for arm in ARMS:
        assert len({tuple(setting.items()) for setting in arm.grid}) == len(arm.grid) >= 1
