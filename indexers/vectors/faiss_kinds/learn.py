"""What an inverted file learns from a sample: centroids, and how vectors are shortened."""

import math
from typing import Any

import numpy as np

from indexers.vectors.faiss_kinds.native import faiss, one_faiss_thread
from indexers.vectors.matrix import RowRange

POINTS = 39  # of the sample for each centroid: FAISS's own least
ROUNDS = 10  # of k-means; more hardly moves centroids
CODE_DIMS = 4  # of the turned vector that one byte of a product code tells of
CODE_BYTES = 64  # at most
TURN_POINTS = 1 << 14  # that a turn and product codes are learnt from
TURN_ROUNDS, TURN_PQ_ROUNDS = 8, 4
SEED = 17


def n_lists(n_rows: int) -> int:
    """How many lists suit so many rows: some twice their root, a power of two, with points enough to learn."""
    wanted = 2 * math.sqrt(2 * max(1, n_rows))
    most = max(1, n_rows // POINTS)
    return int(2 ** math.floor(math.log2(min(wanted, most))))


def learn(rows: RowRange, codes: str) -> Any:
    """Learn an inverted file without rows; the same rows give the same one, bit for bit.

    Args:
        rows: Of which a sample is read.
        codes: "Flat", "SQ8" or "PQ": how vectors are kept in the lists.

    Returns:
        A trained FAISS index; for "PQ" an `IndexPreTransform` that turns vectors first (OPQ).
    """
    size, dim = rows.shape
    lists = n_lists(size)
    sample = rows.sample(POINTS * lists, np.random.default_rng(SEED))
    native = faiss()
    index = native.index_factory(dim, _recipe(dim, lists, len(sample), codes), native.METRIC_INNER_PRODUCT)
    inner = native.extract_index_ivf(index)
    _temper(inner.cp, ROUNDS)
    if codes == "PQ":
        product = native.downcast_index(inner).pq
        _temper(product.cp, ROUNDS)
        product.cp.max_points_per_centroid = TURN_POINTS // product.ksub
        turn = native.downcast_VectorTransform(index.chain.at(0))
        turn.niter, turn.niter_pq, turn.niter_pq_0 = TURN_ROUNDS, TURN_PQ_ROUNDS, ROUNDS
        turn.max_train_points = TURN_POINTS
        codes_of_turn = native.ProductQuantizer(product.d, product.M, product.nbits)  # used while learning alone
        _temper(codes_of_turn.cp, ROUNDS)
        turn.pq = codes_of_turn
    with one_faiss_thread():
        index.train(sample)
    if codes == "PQ":
        turn.pq = None
    return index


def _recipe(dim: int, lists: int, n_sample: int, codes: str) -> str:
    """FAISS's words for it; product codes are of fewer bits where the sample could not fill 256 centroids."""
    if codes != "PQ":
        return f"IVF{lists},{codes}"
    n_codes = max(1, min(CODE_BYTES, dim // CODE_DIMS))
    bits = max(4, min(8, int(math.log2(max(1, n_sample // POINTS)))))
    width = CODE_DIMS * n_codes if dim >= CODE_DIMS else dim
    return f"OPQ{n_codes}_{width},IVF{lists},PQ{n_codes}x{bits}"


def _temper(settings: Any, rounds: int) -> None:
    settings.niter = rounds
    settings.min_points_per_centroid = 1  # what is small is small: no warnings
    settings.seed = SEED
