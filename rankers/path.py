"""A smooth way from one track to another: exactly k tracks, each like the one before, none twice."""

from itertools import combinations, pairwise

import numpy as np

from indexers.errors import QueryError, ShapeError
from indexers.schema import Rows, Vectors
from rankers.fusion import Shares
from rankers.groups import best_of_each

NEAR = 50  # tracks that may stand at one place of the way
PULL = 0.25  # what straying from the straight way costs, against the roughness of a step
SWEEPS = 10  # times that every place is looked at again
SHORT = 24  # tracks of a way whose pairs are looked at too
BLOCK = 64  # places whose cosines with the whole library are in memory at once


def find_path(vectors: Vectors, groups: Rows, ends: tuple[int, int], k: int) -> Rows:
    """Find k rows from one end to the other.

    Among the `NEAR` tracks nearest to each of k - 2 points on the great circle between the ends, those are taken that
    minimise the sum of (1 - cosine)² over the steps, and `PULL` times the same from each track to its point: the
    square spreads the way over all steps, the pull keeps it from lingering at one end. Found by dynamic programming;
    where a track would stand at several places it stays at the one that it is nearest to, and the rest is found anew.
    In the end tracks are exchanged one by one, and of short ways two by two, while that makes it smoother.

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
            stays = used[_staying(own[used, chosen[used]], chosen[used])]
            own[(layers == row) & (np.arange(len(layers)) != stays)[:, np.newaxis]] = np.inf
        chosen = _cheapest(PULL * own, edges)
    way = np.concatenate([ends[:1], rows, ends[1:]]).astype(np.int64)
    return _polished(vectors, layers, way, places)


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

    The first row of each layer is no other layer's first: together they are the straight way, and always remain one.
    """
    allowed = _allowed(vectors, groups, ends, k)
    places = great_circle(vectors[ends[0]], vectors[ends[1]], k)[1:-1]
    if not len(places):
        return places, np.empty((0, 1), dtype=np.int64)
    near = _nearest(places, vectors, allowed, NEAR + k)
    pool = np.unique(near)
    own = pool[_assigned(places @ vectors[pool].T)]
    order = np.argsort(near == own[:, np.newaxis], axis=1, kind="stable")  # a layer's own goes last, and is cut off
    others = np.take_along_axis(near, order, axis=1)[:, : min(NEAR, near.shape[1] - 1)]
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


def _staying(costs: Shares, chosen: Rows) -> int:
    """Which of the places of one row keeps it: the one it is the own of, else the one that it is nearest to."""
    return int(np.argmin(np.where(chosen == 0, -1.0, costs)))


def _polished(vectors: Vectors, layers: Rows, way: Rows, places: Vectors) -> Rows:
    """The way after exchanging tracks while that makes it cheaper."""
    for _ in range(SWEEPS):
        before = way.copy()
        for at in range(1, len(way) - 1):
            free = np.append(way[at], layers[at - 1][~np.isin(layers[at - 1], way)])
            around = np.stack([vectors[way[at - 1]], vectors[way[at + 1]], places[at - 1]])
            way[at] = free[np.argmin(_rough(vectors[free] @ around.T) @ (1.0, 1.0, PULL))]
        if len(way) <= SHORT:
            way = _swapped(vectors, way, places)
        if np.array_equal(way, before):
            break
    return way


def _swapped(vectors: Vectors, way: Rows, places: Vectors) -> Rows:
    """The way after every exchange of two of its tracks that makes it cheaper."""
    cheapest = _cost(vectors, way, places)
    for one, other in combinations(range(1, len(way) - 1), 2):
        changed = way.copy()
        changed[[one, other]] = way[[other, one]]
        if (cost := _cost(vectors, changed, places)) < cheapest:
            way, cheapest = changed, cost
    return way


def _cost(vectors: Vectors, way: Rows, places: Vectors) -> float:
    at = vectors[way]
    steps, strays = np.einsum("nd,nd->n", at[1:], at[:-1]), np.einsum("nd,nd->n", at[1:-1], places)
    return float(_rough(steps).sum() + PULL * _rough(strays).sum())


def _repeated(rows: Rows) -> Rows:
    values, counts = np.unique(rows, return_counts=True)
    return np.asarray(values[counts > 1], dtype=np.int64)
