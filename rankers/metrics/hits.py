"""Where a ranking hits what was held out, after a check that the two can be compared."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from indexers.errors import InputError, ShapeError
from indexers.schema import Rows

Figures: TypeAlias = npt.NDArray[np.float64]
"""Measured values; float64, so that they compare to the last printed digit."""

Hits: TypeAlias = npt.NDArray[np.bool_]
"""[n_ranked]: whether the track at each position, best first, was held out."""


def hits_of(ranking: Rows, relevant: Rows, n_relevant: int) -> Hits:
    """Tell which positions of a ranking hold a relevant track.

    Args:
        ranking: [n_ranked], distinct rows, best first, without the seeds; may be empty.
        relevant: Distinct rows of the held-out tracks that are known.
        n_relevant: How many tracks were held out, known or not: at least 1, and no fewer than `relevant` has.

    Returns:
        [n_ranked]; all false where nothing was hit.

    Raises:
        ShapeError: a row occurs twice, or n_relevant is smaller than `relevant`.
        InputError: nothing was held out.
    """
    if n_relevant < 1:
        raise InputError(f"n_relevant = {n_relevant}: nothing was held out, so there is nothing to find; leave it out")
    if n_relevant < len(relevant):
        raise ShapeError(
            f"n_relevant = {n_relevant} is below the {len(relevant)} known held-out tracks; count them all"
        )
    distinct(ranking, "the ranking")
    wanted = distinct(relevant, "the held-out tracks")
    if not len(wanted):
        return np.zeros(len(ranking), dtype=np.bool_)
    nearest = wanted.take(np.searchsorted(wanted, ranking), mode="clip")  # a tenth of the time of np.isin
    return np.equal(nearest, ranking)


def check_depth(k: int) -> None:
    """Refuse a list length that cannot be measured.

    Raises:
        InputError: k is below 1.
    """
    if k < 1:
        raise InputError(f"k = {k} is too short a list to measure: give at least 1")


def distinct(rows: Rows, what: str) -> Rows:
    """The rows in ascending order, once it is sure that each occurs once.

    Raises:
        ShapeError: they are no single list, or a row occurs twice; `what` names them in the message.
    """
    if rows.ndim != 1:
        raise ShapeError(f"{what} has {rows.ndim} dimensions; give one list of rows")
    ordered = np.sort(rows)
    twice = np.flatnonzero(ordered[1:] == ordered[:-1])
    if len(twice):
        raise ShapeError(f"row {ordered[twice[0]]} occurs twice in {what}; give each track once")
    return ordered
