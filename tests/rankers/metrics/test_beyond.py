"""Coverage, Gini, novelty and artist diversity by hand counts."""

from math import log2

import numpy as np
import pytest

from indexers.errors import InputError, ShapeError
from indexers.schema import Rows
from rankers.metrics.beyond.artist_diversity import artist_diversity
from rankers.metrics.beyond.coverage import coverage
from rankers.metrics.beyond.gini import gini
from rankers.metrics.beyond.novelty import novelty


def rows(*numbers: int) -> Rows:
    return np.array(numbers, dtype=np.int64)


def test_coverage_is_the_share_of_tracks_ever_recommended() -> None:
    assert coverage(rows(3, 0, 1, 0, 0)) == pytest.approx(2 / 5)
    assert coverage(rows(0, 0)) == 0.0


def test_gini_is_the_hand_count() -> None:
    assert gini(rows(4, 4, 4, 4)) == pytest.approx(0.0)
    assert gini(rows(0, 0, 9, 0)) == pytest.approx(1 - 1 / 4)
    assert gini(rows(3, 1)) == pytest.approx((-1 * 1 + 1 * 3) / (2 * 4))


def test_gini_is_half_the_mean_difference_of_all_pairs_over_the_mean() -> None:
    exposure = np.random.default_rng(2).integers(0, 40, size=200)
    pairs = np.abs(exposure[:, None] - exposure[None, :]).mean()
    assert gini(exposure) == pytest.approx(pairs / 2 / exposure.mean(), rel=1e-12)


def test_novelty_is_the_mean_surprise_of_all_recommendations() -> None:
    counts = rows(8, 2, 1, 0)  # of 16 playlists: 1, 3, 4 bits; a track that none holds counts as if one did
    assert novelty(rows(1, 1, 0, 0), counts, 16) == pytest.approx((1 + 3) / 2)
    assert novelty(rows(3, 0, 1, 0), counts, 16) == pytest.approx((3 * 1 + 4) / 4)
    assert novelty(rows(0, 0, 0, 5), counts, 16) == pytest.approx(log2(16))


def test_artist_diversity_looks_at_the_head() -> None:
    artist_of = rows(1, 1, 2, 3)
    assert artist_diversity(rows(0, 1, 2), artist_of) == pytest.approx(2 / 3)
    assert artist_diversity(rows(0, 1, 2, 3), artist_of, k=2) == pytest.approx(1 / 2)
    assert artist_diversity(np.arange(150), np.minimum(np.arange(150), 50)) == pytest.approx(51 / 100)


def test_what_is_not_defined_is_refused() -> None:
    with pytest.raises(ShapeError, match="no known track"):
        coverage(rows())
    with pytest.raises(ShapeError, match="no Gini index"):
        gini(rows(0, 0))
    with pytest.raises(ShapeError, match="no novelty to measure"):
        novelty(rows(0, 0), rows(1, 1), 2)
    with pytest.raises(ShapeError, match="3 counts do not fit 2 tracks"):
        novelty(rows(1, 1), rows(1, 1, 1), 2)
    with pytest.raises(ShapeError, match="n_playlists = 2 is below a track's 3"):
        novelty(rows(1, 1), rows(3, 1), 2)
    with pytest.raises(ShapeError, match="no artists"):
        artist_diversity(rows(), rows(1))
    with pytest.raises(InputError, match="k = 0"):
        artist_diversity(rows(0), rows(1), k=0)
