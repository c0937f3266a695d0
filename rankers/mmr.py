"""Maximal marginal relevance: near neighbours of what is already listed wait."""

import numpy as np

from indexers.errors import ConfigError, ShapeError
from indexers.schema import Rows, Vectors
from rankers.fusion import Shares


def diversify(relevance: Shares, vectors: Vectors, k: int, *, balance: float, avoid: Vectors | None = None) -> Rows:
    """Choose k positions one by one, each the best of relevance against likeness to those chosen before.

    The value of a candidate is balance · relevance − (1 − balance) · (its highest cosine to any chosen or avoided
    track); likeness below 0 counts as 0.

    Args:
        relevance: [n_candidates], on the scale of cosines (1 is as good as can be).
        vectors: [n_candidates, dim], unit rows.
        k: At least 0; fewer candidates give fewer.
        balance: 0 to 1; 1 keeps the order of relevance.
        avoid: [n_avoid, dim], unit rows that count as chosen from the start, such as disliked tracks.

    Returns:
        Positions [min(k, n_candidates)] in the order chosen; ties keep candidate order.

    Raises:
        ConfigError: balance is out of range.
        ShapeError: relevance and vectors differ in length.

    Source: Carbonell and Goldstein, "The use of MMR, diversity-based reranking", SIGIR 1998, equation 1.
    """
    if not 0 <= balance <= 1:
        raise ConfigError(f"balance = {balance} is out of range: 0 (variety alone) to 1 (relevance alone)")
    if len(relevance) != len(vectors):
        raise ShapeError(f"{len(relevance)} relevances do not fit {len(vectors)} vectors")
    worth = balance * relevance.astype(np.float64)
    likeness = _likeness(vectors, avoid)
    chosen = np.empty(min(max(k, 0), len(relevance)), dtype=np.int64)
    for turn in range(len(chosen)):
        best = int(np.argmax(worth - (1 - balance) * likeness))
        chosen[turn] = best
        worth[best] = -np.inf
        np.maximum(likeness, vectors @ vectors[best], out=likeness)
    return chosen


def _likeness(vectors: Vectors, avoid: Vectors | None) -> Vectors:
    likeness = np.zeros(len(vectors), dtype=np.float32)
    if avoid is not None and len(avoid):
        np.maximum(likeness, (vectors @ avoid.T).max(axis=1), out=likeness)
    return likeness
