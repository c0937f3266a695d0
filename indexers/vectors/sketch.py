"""A quick look at many vectors: their inner products to within a little, at a quarter of the reading."""

from dataclasses import dataclass

import numpy as np

from indexers.schema import Vectors

SAMPLED = 10_000  # vectors that the directions are found from
BLOCK = 1 << 15  # vectors looked at at once: they may be halves on a disk
SEED = 5


@dataclass(frozen=True, slots=True)
class Sketch:
    """Vectors along the directions in which most of their length lies.

    Source: principal components without centring, as in Eckart and Young 1936, "The approximation of one matrix by
    another of lower rank".
    """

    basis: Vectors  # [dim, n_directions], orthonormal columns
    rows: Vectors  # [n_vectors, n_directions]

    @classmethod
    def of(cls, vectors: Vectors, n_directions: int) -> "Sketch":
        """Sketch vectors, [n_vectors, dim]; as many directions as they have dimensions lose nothing.

        The same vectors give the same sketch.
        """
        rng = np.random.default_rng(SEED)
        chosen = np.sort(rng.permutation(len(vectors))[:SAMPLED])
        sample = np.asarray(vectors[chosen], dtype=np.float32)
        _, directions = np.linalg.eigh(sample.T @ sample)  # the longest come last
        basis = np.ascontiguousarray(directions[:, ::-1][:, :n_directions], dtype=np.float32)
        rows = np.empty((len(vectors), basis.shape[1]), dtype=np.float32)
        for start in range(0, len(vectors), BLOCK):
            block = np.asarray(vectors[start : start + BLOCK], dtype=np.float32)
            np.matmul(block, basis, out=rows[start : start + len(block)])
        return cls(basis, rows)

    def products(self, queries: Vectors) -> Vectors:
        """About the inner products of queries [n_queries, dim] with all vectors, [n_queries, n_vectors]."""
        return np.asarray((queries @ self.basis) @ self.rows.T, dtype=np.float32)
