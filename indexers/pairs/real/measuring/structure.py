"""Where a track changes: peaks of novelty along the diagonal of its self-similarity."""

from itertools import pairwise

import numpy as np

from indexers.encoders.music import unit
from indexers.schema import Vectors

REACH_S = 16.0  # on each side of a moment that is compared
LEAST_S = 10.0  # of a section
SURE = 0.15  # of novelty, as a difference of mean cosines within and across
MOST_SECTIONS = 8


def sections_of(vectors: Vectors, times_s: Vectors, duration_s: float) -> tuple[tuple[float, float], ...]:
    """Cut a track where it changes.

    Args:
        vectors: [n_windows, dim], what was heard, in order of time.
        times_s: [n_windows], the middle of each window.
        duration_s: Of the track.

    Returns:
        Sections from 0 to the end, each as start and end in seconds; one where nothing changes enough.

    Source: J. Foote, "Automatic Audio Segmentation Using a Measure of Audio Novelty" (ICME 2000): the self-similarity
    matrix correlated along its diagonal with a checkerboard tapered by a Gaussian.
    """
    found = novelty(vectors, times_s)
    gaps = (times_s[1:] + times_s[:-1]) / 2
    cuts: list[float] = []
    for row in np.argsort(-found, kind="stable"):
        at_s = float(gaps[row])
        if found[row] < SURE or len(cuts) == MOST_SECTIONS - 1:
            break
        if all(abs(at_s - other) >= LEAST_S for other in (0.0, duration_s, *cuts)):
            cuts.append(at_s)
    edges = [0.0, *(round(cut, 1) for cut in sorted(cuts)), round(duration_s, 1)]
    return tuple(pairwise(edges))


def novelty(vectors: Vectors, times_s: Vectors) -> Vectors:
    """How different what follows each gap between windows is from what precedes it, [n_windows - 1].

    The checkerboard's sum is divided by the sum of its weights on each kind of field: mean similarity within both
    sides minus mean similarity across, so that the ends of a track are judged alike.
    """
    rows = unit(vectors - vectors.mean(axis=0))
    similar = rows @ rows.T
    np.fill_diagonal(similar, 0.0)  # a window is like itself in any track
    gaps = (times_s[1:] + times_s[:-1]) / 2
    return np.array([_checked(similar, times_s - gap) for gap in gaps], dtype=np.float32)


def _checked(similar: Vectors, away_s: Vectors) -> float:
    taper = np.exp(-0.5 * (away_s / (REACH_S / 2)) ** 2) * (np.abs(away_s) <= REACH_S)
    before, after = taper * (away_s < 0), taper * (away_s > 0)
    within = before @ similar @ before + after @ similar @ after
    weight = before.sum() ** 2 + after.sum() ** 2 - (taper**2).sum()
    across, crossing = before @ similar @ after, before.sum() * after.sum()
    return 0.0 if crossing <= 0 or weight <= 0 else float(within / weight - across / crossing)
