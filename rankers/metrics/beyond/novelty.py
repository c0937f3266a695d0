"""Novelty: how rare the recommended tracks are in the playlists that were learnt from."""

import numpy as np

from indexers.errors import ShapeError
from indexers.schema import Rows


def novelty(exposure: Rows, counts: Rows, n_playlists: int) -> float:
    """The mean of -log2 p(track) over all recommendations of a run, in bits; higher is rarer.

    p is the share of the training playlists that hold the track. A track that none holds counts as if one did, so that
    the mean is finite.

    Denominator: all recommended positions of the run, each as heavy as the next.

    Args:
        exposure: [n_tracks], how many rankings hold each track.
        counts: [n_tracks], how many training playlists hold each track.
        n_playlists: How many training playlists there are.

    Raises:
        ShapeError: the sizes differ, a count exceeds n_playlists, or no ranking holds a track.

    Source: Zhou et al., "Solving the apparent diversity-accuracy dilemma of recommender systems", PNAS 107(10), 2010
    (mean self-information).
    """
    if len(exposure) != len(counts):
        raise ShapeError(f"{len(counts)} counts do not fit {len(exposure)} tracks; take both from one vocabulary")
    if n_playlists < max(1, int(counts.max(initial=0))):
        raise ShapeError(f"n_playlists = {n_playlists} is below a track's {counts.max(initial=1)}; count them all")
    if not exposure.sum():
        raise ShapeError("no ranking holds a track, so there is no novelty to measure; leave this run out")
    surprise = np.log2(n_playlists) - np.log2(np.maximum(counts, 1))
    return float((exposure * surprise).sum() / exposure.sum())
