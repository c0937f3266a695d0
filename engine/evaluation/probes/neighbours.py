"""The recommendation task: are a playlist's nearest neighbours of its genre, of its length?

Source: Papreja et al. 2019, the recommendation task: precision of the neighbours of 100 query playlists, averaged.
"""

import numpy as np
import numpy.typing as npt

from engine.evaluation.probes.task import Examples, Words
from indexers.errors import InputError
from indexers.schema import Rows, Vectors

Numbers = npt.NDArray[np.float64]


def draw_queries(groups: Words, n_queries: int, rng: np.random.Generator) -> Rows:
    """Rows of playlists to ask about, at most one of each list."""
    order = rng.permutation(len(groups))
    _, first = np.unique(groups[order], return_index=True)
    return np.sort(order[rng.permutation(first)[:n_queries]])


def neighbour_precision(vectors: Vectors, examples: Examples, queries: Rows, k: int) -> Numbers:
    """Of each query's k nearest playlists of other lists, the share with its label: [n_queries].

    Args:
        vectors: [n_examples, dim], unit rows; equal cosines keep row order.
        examples: Labels and lists.
        queries: Rows of the examples.
        k: At least 1.

    Raises:
        InputError: fewer than k playlists are of other lists.
    """
    precisions = []
    for query in queries.tolist():
        others = _others(examples, query, k)
        cosines = vectors[others] @ vectors[query]
        near = others[np.argsort(-cosines, kind="stable")[:k]]
        precisions.append(float(np.mean(examples.labels[near] == examples.labels[query])))
    return np.array(precisions)


def chance_precision(examples: Examples, queries: Rows, k: int) -> Numbers:
    """The same share, expected of k playlists of other lists drawn at random."""
    return np.array(
        [
            float(np.mean(examples.labels[_others(examples, query, k)] == examples.labels[query]))
            for query in queries.tolist()
        ]
    )


def _others(examples: Examples, query: int, k: int) -> Rows:
    others = np.flatnonzero(examples.groups != examples.groups[query])
    if len(others) < k:
        raise InputError(
            f"{len(others)} playlists of other lists, {k} neighbours wanted: ask for fewer or give more lists"
        )
    return others
