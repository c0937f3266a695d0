"""A smooth way from one track to another: exactly k tracks, each like the one before, none twice."""

from itertools import pairwise

import numpy as np

from indexers.errors import QueryError, ShapeError
from indexers.schema import Rows, Vectors
from rankers.fusion import Shares
from rankers.groups import best_of_each

NEAR = 50  # tracks that may stand at one place of the way
PULL = 0.25  # what straying from the straight way costs, against the roughness of a step
BLOCK = 64  # places whose cosines with the whole library are in memory at once


def find_path(vectors: Vectors, groups: Rows, ends: tuple[int, int], k: int) -> Rows:
    """Find k rows from one end to the other.

    Among the `NEAR` tracks nearest to each of k - 2 points on the great circle between the ends, those are taken that
    minimise the sum of (1 - cosine)² over the steps, and `PULL` times the same from each track to its point: the
    square spreads the way over all steps, the pull keeps it from lingering at one end. Found by dynamic programming;
    where a track would stand at several places it stays at the one that it is nearest to, and the rest is found anew.

    Args:
        vectors: [n_tracks, dim], unit rows.
        groups: [n_tracks], equal for rows of one recording.
        ends: The first and the last row, of different groups.
        k: At least 2, at most the number of groups.

    Returns:
        [k] rows, the ends first and last, each of a group of its own; never rougher than `straight`.

    Raises:
        ShapeError: vectors and groups differ in length.
        QueryError: the ends are one recording, k is below 2, or there are fewer than k recordings.

    Source: A. Viterbi, "Error bounds for convolutional codes" (1967), for the dynamic programming; K. Shoemake,
    "Animating rotation with quaternion curves" (1985), for the points.
    """
    places, layers = _layers(vectors, groups, ends, k)
    if not len(places):
        return np.array(ends, dtype=np.int64)
    own = _rough(np.einsum("pmd,pd->pm", vectors[layers], places))
    edges = _edges(vectors, layers, ends)
    chosen = _cheapest(PULL * own, edges)
    while len(twice := _repeated(rows := _at(layers, chosen))):
        for row in twice.tolist():
            used = np.flatnonzero(rows == row)
            stays = used[np.argmin(own[used, chosen[used]])]
            own[(layers == row) & (np.arange(len(layers)) != stays)[:, np.newaxis]] = np.inf
        chosen = _cheapest(PULL * own, edges)
    return np.concatenate([ends[:1], rows, ends[1:]]).astype(np.int64)


def straight(vectors: Vectors, groups: Rows, ends: tuple[int, int], k: int) -> Rows:
    """The way of k rows that together are nearest to points on the great circle between the ends; see `find_path`."""
    _, layers = _layers(vectors, groups, ends, k)
    return np.concatenate([ends[:1], layers[:, 0], ends[1:]]).astype(np.int64)


def roughness(vectors: Vectors, rows: Rows) -> tuple[float, float]:
    """The largest step of a way, as 1 - cosine, and the sum of the squares of all its steps."""
    way = np.asarray(vectors[rows], dtype=np.float64)
    steps = 1 - np.einsum("nd,nd->n", way[1:], way[:-1])
    return float(steps.max()), float(np.square(steps).sum())


def great_circle(start: Vectors, end: Vectors, k: int) -> Vectors:
    """Place points [k, dim] at equal angles from one unit vector [dim] to another, both included.

    Between opposite vectors, which have no one way, the points lie on the chord.
    """
    angle = float(np.arccos(np.clip(start @ end, -1, 1)))
    at = np.linspace(0, 1, k)[:, np.newaxis]
    if np.sin(angle) < 1e-4:
        return np.asarray((1 - at) * start + at * end, dtype=np.float32)
    points = (np.sin((1 - at) * angle) * start + np.sin(at * angle) * end) / np.sin(angle)
    return np.asarray(points, dtype=np.float32)


def _layers(vectors: Vectors, groups: Rows, ends: tuple[int, int], k: int) -> tuple[Vectors, Rows]:
    """The points between the ends, [k - 2, dim], and the rows that may stand there, [k - 2, n_near].

    The first row of each layer is one that no other layer has: together they are the straight way.
    """
    allowed = _allowed(vectors, groups, ends, k)
    places = great_circle(vectors[ends[0]], vectors[ends[1]], k)[1:-1]
    if not len(places):
        return places, np.empty((0, 1), dtype=np.int64)
    near = _nearest(places, vectors, allowed, NEAR + k)
    pool = np.unique(near)
    own = pool[_assigned(places @ vectors[pool].T)]
    free = np.isin(near, own)
    order = np.argsort(free, axis=1, kind="stable")  # the nearest that are no layer's own come first
    n_near = min(NEAR, int((~free).sum(axis=1).min()))
    others = np.take_along_axis(near, order, axis=1)[:, :n_near]
    return places, np.concatenate([own[:, np.newaxis], others], axis=1)


def _allowed(vectors: Vectors, groups: Rows, ends: tuple[int, int], k: int) -> Rows:
    """One row of every recording but the ends', checked to be enough."""
    if len(vectors) != len(groups):
        raise ShapeError(f"{len(vectors)} vectors do not fit {len(groups)} groups")
    if groups[ends[0]] == groups[ends[1]]:
        raise QueryError("both ends of the path are the same recording: name two different ones")
    rows = best_of_each(groups)
    rows = rows[~np.isin(groups[rows], groups[list(ends)])]
    if not 2 <= k <= len(rows) + 2:
        raise QueryError(f"no path of {k} tracks: ask for 2 to {len(rows) + 2}, as many as there are recordings")
    return rows


def _nearest(places: Vectors, vectors: Vectors, allowed: Rows, n: int) -> Rows:
    """The n allowed rows nearest to each place, nearest first, [n_places, min(n, n_allowed)]."""
    barred = np.ones(len(vectors), dtype=bool)
    barred[allowed] = False
    n = min(n, len(allowed))
    found = np.empty((len(places), n), dtype=np.int64)
    for start in range(0, len(places), BLOCK):
        distances = -(places[start : start + BLOCK] @ vectors.T)
        distances[:, barred] = np.inf
        best = np.argpartition(distances, n - 1, axis=1)[:, :n] if n < len(vectors) else np.argsort(distances)[:, :n]
        order = np.argsort(np.take_along_axis(distances, best, axis=1), axis=1, kind="stable")
        found[start : start + BLOCK] = np.take_along_axis(best, order, axis=1)
    return found


def _assigned(cosines: Vectors) -> Rows:
    """One column for each row, none twice, with the highest sum of cosines."""
    from scipy.optimize import linear_sum_assignment

    columns: Rows = linear_sum_assignment(-cosines)[1].astype(np.int64)
    return columns


def _edges(vectors: Vectors, layers: Rows, ends: tuple[int, int]) -> list[Shares]:
    """Each step's roughness: from the start [1, n_near], between layers [n_near, n_near], to the end [n_near, 1]."""
    stops = [vectors[[ends[0]]], *(vectors[rows] for rows in layers), vectors[[ends[1]]]]
    return [_rough(before @ after.T) for before, after in pairwise(stops)]


def _rough(cosines: Vectors) -> Shares:
    return np.square(1 - cosines.astype(np.float64))


def _cheapest(own: Shares, edges: list[Shares]) -> Rows:
    """The place in each layer of the cheapest way through all of them, [n_layers].

    Args:
        own: [n_layers, n_near], what standing there costs.
        edges: See `_edges`.
    """
    cost, before = edges[0][0] + own[0], []
    for layer, steps in enumerate(edges[1:-1], start=1):
        through = cost[:, np.newaxis] + steps
        before.append(through.argmin(axis=0))
        cost = through.min(axis=0) + own[layer]
    way = [int((cost + edges[-1][:, 0]).argmin())]
    for places in reversed(before):
        way.append(int(places[way[-1]]))
    return np.array(way[::-1], dtype=np.int64)


def _at(layers: Rows, chosen: Rows) -> Rows:
    return np.asarray(layers[np.arange(len(layers)), chosen], dtype=np.int64)


def _repeated(rows: Rows) -> Rows:
    values, counts = np.unique(rows, return_counts=True)
    return np.asarray(values[counts > 1], dtype=np.int64)
