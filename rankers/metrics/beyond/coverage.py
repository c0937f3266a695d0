"""Catalogue coverage: how much of what is known a run ever recommends."""

from indexers.errors import ShapeError
from indexers.schema import Rows


def coverage(exposure: Rows) -> float:
    """The share of the known tracks that at least one ranking holds, 0 to 1.

    Denominator: n_tracks, all known tracks.

    Args:
        exposure: [n_tracks], how many rankings hold each track.

    Raises:
        ShapeError: there is no track.

    Source: Ge, Delgado-Battenfeld and Jannach, "Beyond accuracy: evaluating recommender systems by coverage and
    serendipity", RecSys 2010.
    """
    if not len(exposure):
        raise ShapeError("there is no known track to cover; learn from playlists that share tracks")
    return float((exposure > 0).mean())
