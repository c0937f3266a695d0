"""The Gini index of exposure: how unevenly a run recommends the catalogue."""

import numpy as np

from indexers.errors import ShapeError
from indexers.schema import Rows


def gini(exposure: Rows) -> float:
    """How unevenly recommendations fall on the known tracks: 0 where all get as many, towards 1 where one gets all.

    Over all known tracks, those never recommended included: sum of (2 i - n - 1) x_i over n · sum of x_i, with x_i the
    i-th smallest exposure of n tracks. One track alone with all exposure has 1 - 1 / n.

    Args:
        exposure: [n_tracks], how many rankings hold each track.

    Raises:
        ShapeError: no ranking holds a track.

    Source: Gini, "Variabilità e mutabilità", 1912; as in Fleder and Hosanagar, "Blockbuster culture's next rise or
    fall", Management Science 55(5), 2009.
    """
    total = float(exposure.sum())
    if total <= 0:
        raise ShapeError("no ranking holds a track, so exposure has no Gini index; leave this run out")
    n_tracks = len(exposure)
    signs = 2 * np.arange(1, n_tracks + 1) - n_tracks - 1
    return float((signs * np.sort(exposure).astype(np.float64)).sum()) / (n_tracks * total)
