import numpy as np
import pytest

from indexers.rebuild.parts import landscape
from indexers.rebuild.parts.landscape import place
from indexers.testing import unit_rows


def clusters(n_each: int, n_clusters: int = 3) -> np.ndarray:
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(n_clusters, 20))
    return unit_rows(np.repeat(centres, n_each, axis=0) + 0.05 * rng.normal(size=(n_each * n_clusters, 20)))


def tightness(points: np.ndarray, n_each: int) -> float:
    """Mean distance within clusters, over that between all points."""
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    same = np.kron(np.eye(len(points) // n_each, dtype=bool), np.ones((n_each, n_each), dtype=bool))
    return float(apart[same].mean() / apart[~same].mean())


@pytest.mark.parametrize("limit", [3000, 30])
def test_what_sounds_alike_is_together_landmark_or_not(limit, monkeypatch) -> None:
    monkeypatch.setattr(landscape, "LANDMARKS", limit)
    points = place(clusters(20))
    assert points.shape == (60, 2)
    assert np.abs(points).max() == pytest.approx(1.0)
    assert tightness(points, 20) < 0.5


def test_landmarks_stand_where_they_were_placed_and_others_among_them(monkeypatch) -> None:
    monkeypatch.setattr(landscape, "LANDMARKS", 6)
    monkeypatch.setattr(landscape, "_landmarks", lambda _: np.arange(6))
    placed = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1], [0.5, 0], [-0.5, 0]], dtype=np.float32)
    monkeypatch.setattr(landscape, "_tsne", lambda _: placed)
    points = place(unit_rows((np.eye(6) + 0.5)[[0, 1, 2, 3, 4, 5, 0]].astype(np.float32)))
    shape = np.linalg.norm(points[:6, None] - points[None, :6], axis=2)
    expected = np.linalg.norm(placed[:, None] - placed[None], axis=2)
    np.testing.assert_allclose(shape / shape.max(), expected / expected.max(), atol=1e-5)
    away = np.linalg.norm(points[:6] - points[6], axis=1)
    assert away.argmin() == 0
    assert away[0] > 0.01  # drawn towards the others, which a landmark is not


def test_the_map_is_the_same_each_time() -> None:
    vectors = clusters(10)
    np.testing.assert_array_equal(place(vectors), place(vectors))


@pytest.mark.parametrize("n_tracks", [0, 1, 2, 4, 5, 6])
def test_small_libraries_have_a_map_too(n_tracks) -> None:
    points = place(clusters(2)[:n_tracks])
    assert points.shape == (n_tracks, 2)
    assert np.isfinite(points).all()


def test_tracks_that_are_all_alike_have_a_map() -> None:
    points = place(np.tile(unit_rows(np.ones((1, 8), dtype=np.float32)), (12, 1)))
    assert np.isfinite(points).all()
