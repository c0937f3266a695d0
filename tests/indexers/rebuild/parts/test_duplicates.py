import numpy as np
import pytest

from indexers.rebuild.parts import duplicates
from indexers.rebuild.parts.duplicates import find_duplicates
from indexers.testing import unit_rows
from indexers.vectors.exact import ExactIndex


def groups(vectors: np.ndarray, durations_s: list[float]) -> list[int]:
    vectors = unit_rows(np.asarray(vectors, dtype=np.float32))
    return find_duplicates(ExactIndex(vectors), vectors, np.array(durations_s, dtype=np.float64)).tolist()


def test_the_same_sound_of_the_same_length_is_one_recording() -> None:
    vectors = [[1, 0, 0], [0, 1, 0], [1, 0.01, 0], [1, 0.01, 0], [0, 0, 1]]
    assert groups(vectors, [60, 60, 61, 90, 60]) == [0, 1, 0, 3, 4]


def test_groups_join_through_a_third(monkeypatch) -> None:
    monkeypatch.setattr(duplicates, "BATCH", 1)
    assert groups([[1, 0], [1, 0.001], [1, 0.002]], [60.0, 61.4, 62.8]) == [0, 0, 0]


@pytest.mark.parametrize("n_tracks", [1, 2])
def test_tracks_without_neighbours(n_tracks) -> None:
    assert groups(np.eye(n_tracks, 3), [5.0] * n_tracks) == list(range(n_tracks))
