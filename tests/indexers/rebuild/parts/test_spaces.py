import numpy as np

from indexers.encoders.taggram import TagNorm
from indexers.rebuild.parts.spaces import top_tags


def test_tags_are_told_by_how_unusual_they_are_once_and_only_if_likely() -> None:
    names = ("Music", "jazz", "Jazz", "rare", "rock")
    norm = TagNorm(np.array([3.0, -3, -3, -9, -1], dtype=np.float32), np.ones(5, dtype=np.float32))
    z_scores = np.array([[0.5, 2.0, 3.0, 4.0, -1.0], [0, 0, 0, 0, 0]], dtype=np.float32)
    assert top_tags(names, z_scores, norm) == [["Jazz", "Music"], []]
    assert top_tags(names, z_scores, norm, n_tags=1) == [["Jazz"], []]
