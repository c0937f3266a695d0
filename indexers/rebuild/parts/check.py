"""What a build must pass before it is published."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from indexers.base import Index
from indexers.errors import CheckError
from indexers.schema import Vectors
from indexers.vectors.exact import nearest

DEPTH = 10  # of the lists compared
QUERIES = 1000  # at most, for an index that may miss
QUERIES_EXACT = 64  # for one that is exact by design: only its code is checked
SPREAD = 0.1  # length of the noise that moves a track to a query, as a share of the track's length
SEED = 11


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was measured: `ok` says whether `value` keeps `limit`; `remedy` what to do where it does not."""

    check: str
    subject: str
    value: float
    limit: float
    ok: bool
    remedy: str

    def as_json(self) -> dict[str, Any]:
        """The check as JSON types."""
        return asdict(self)


def check_recall(space: str, index: Index, vectors: Vectors, min_recall: float) -> Check:
    """Measure recall of the exact top 10 for tracks moved a little: queries the index has not seen.

    A row counts as found where its score reaches the exact tenth, since tracks of equal score may stand for each other.

    Args:
        space: Whose index it is.
        index: Over `vectors`.
        vectors: [n_tracks, dim], at least one row.
        min_recall: The share of the exact top 10 that must be found.
    """
    n_queries = QUERIES if index.kind == "hnsw" else QUERIES_EXACT
    queries = perturbed(vectors, n_queries)
    _, scores = index.search(queries, DEPTH)
    _, exact = nearest(queries, np.asarray(vectors, dtype=np.float32), DEPTH)
    tolerance = 1e-4 * np.maximum(1.0, np.abs(exact[:, -1:]))
    recall = float((scores >= exact[:, -1:] - tolerance).mean())
    remedy = 'set kind = "exact" in [index] of segue.toml'
    return Check(f"recall@{DEPTH} against exact", f"{space} index", recall, min_recall, recall >= min_recall, remedy)


def perturbed(vectors: Vectors, n_queries: int) -> Vectors:
    """Move tracks by noise of a tenth of their length: [min(n_queries, n_tracks), dim], the same ones always."""
    rng = np.random.default_rng(SEED)
    rows = np.sort(rng.choice(len(vectors), min(n_queries, len(vectors)), replace=False))
    chosen = np.asarray(vectors[rows], dtype=np.float32)
    noise = rng.normal(size=chosen.shape)
    lengths = np.linalg.norm(chosen, axis=1, keepdims=True) / np.linalg.norm(noise, axis=1, keepdims=True)
    moved: Vectors = (chosen + SPREAD * lengths * noise).astype(np.float32)
    return moved


def check_finite(space: str, vectors: Vectors, rows_at_once: int = 4096) -> Check:
    """Count rows with a value that is not finite; none may be."""
    starts = range(0, len(vectors), rows_at_once)
    bad = sum(int((~np.isfinite(vectors[at : at + rows_at_once]).all(axis=1)).sum()) for at in starts)
    return Check("rows that are not finite", f"{space} vectors", bad, 0, bad == 0, "delete cache/ and rebuild")


def check_counts(n_catalogued: int, n_built: int, n_dropped: int) -> Check:
    """Every track of the catalogue is in the generation or in the ledger with its reason."""
    missing = n_catalogued - n_built - n_dropped
    remedy = "run `segue scan` on the same folders, then rebuild"
    return Check("tracks unaccounted for", "generation", missing, 0, missing == 0, remedy)


def refuse_failed(checks: list[Check]) -> None:
    """Stop a build that failed.

    Raises:
        CheckError: names each check that failed, its value, limit and remedy.
    """
    failed = [check for check in checks if not check.ok]
    if failed:
        said = "; ".join(f"{c.subject}: {c.check} is {c.value:.4g}, limit {c.limit:.4g} ({c.remedy})" for c in failed)
        raise CheckError(f"the new generation failed its checks and was not published, the old one serves: {said}")
