"""What do filters and updates cost an index, in recall and in time?

python tests/benchmarks/bench_index_changes.py --data DATA --work WORK [--kinds ivf-pq,ivf-sq8,hnsw,edge]

Over the indexes that `bench_index.py` built. Filters: a random tenth, hundredth and thousandth of the rows, decided
beforehand; recall@10 against the exact answer among them, and milliseconds of single queries on one thread, with the
preparation of the filter. Updates: 10,000 rows replaced by new vectors, 10,000 added and 10,000 deleted; recall@10
against the exact answer over what is there then, and milliseconds before and after.
"""

import argparse
import os
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
from bench_index import DEPTH, buckets, share
from record import record

from indexers.base import Index, Updatable
from indexers.catalog.conditions import chosen_by, parse_condition
from indexers.schema import Rows, Vectors
from indexers.vectors import load_index
from indexers.vectors.exact import nearest
from indexers.vectors.live import LiveIndex
from indexers.vectors.matrix import VectorFile

N_QUERIES = 200
CHANGED = 10_000
SHARES = (0.1, 0.01, 0.001)
SEED = 3


def asked(index: Index, queries: Vectors, true: Rows, allowed: Rows | None = None) -> dict[str, Any]:
    """Recall, and milliseconds of single queries."""
    for query in queries[:20]:
        index.search(query[np.newaxis], DEPTH, allowed=allowed)
    times, found = [], []
    for query in queries:
        began = time.perf_counter()
        found.append(index.search(query[np.newaxis], DEPTH, allowed=allowed)[0][0])
        times.append(time.perf_counter() - began)
    p50, p95 = np.percentile(np.array(times) * 1000, [50, 95])
    shortest = min(len(rows) for rows in found)
    recall = share(np.stack(found), true) if shortest == true.shape[1] else None
    return {"recall": recall, "shortest": shortest, "p50_ms": round(float(p50), 2), "p95_ms": round(float(p95), 2)}


def filtered(index: Index, vectors: Vectors, queries: Vectors) -> dict[str, Any]:
    """The index among random rows of each share."""
    found: dict[str, Any] = {}
    for portion in SHARES:
        limit = round(1000 * portion)
        chosen = np.flatnonzero(buckets(len(vectors)) < limit).astype(np.int64)
        allowed = chosen_by(parse_condition(f"year < {limit}"), chosen)
        rows, _ = nearest(queries, vectors[chosen], DEPTH)
        found[f"{portion:.1%}"] = asked(index, queries, chosen[rows], allowed)
    return found


def updated(index: Index, vectors: Vectors, queries: Vectors) -> dict[str, Any]:
    """The index before and after changes; the new vectors lie among the queries, so that they matter."""
    rng = np.random.default_rng(SEED)
    chosen = rng.permutation(len(vectors))[: 2 * CHANGED].astype(np.int64)
    replaced, deleted = np.sort(chosen[:CHANGED]), np.sort(chosen[CHANGED:])
    fresh = queries[rng.integers(len(queries), size=2 * CHANGED)]
    fresh = fresh + 0.9 / np.sqrt(fresh.shape[1]) * rng.normal(size=fresh.shape).astype(np.float32)
    fresh /= np.linalg.norm(fresh, axis=1, keepdims=True)
    now = np.concatenate([vectors, fresh[CHANGED:]])
    now[replaced] = fresh[:CHANGED]
    before, _ = nearest(queries, vectors, DEPTH)
    there = np.setdiff1d(np.arange(len(now)), deleted)
    after, _ = nearest(queries, now[there], DEPTH)
    live: Updatable = index if isinstance(index, Updatable) else LiveIndex(index)
    found = {"before": asked(live, queries, before)}
    began = time.perf_counter()
    live.upsert(replaced, fresh[:CHANGED])
    live.upsert(np.arange(len(vectors), len(now), dtype=np.int64), fresh[CHANGED:])
    live.delete(deleted)
    found["seconds"] = {"changes": round(time.perf_counter() - began, 2)}
    found["after"] = asked(live, queries, there[after])
    found["changed"] = {
        "share_of_answers": round(float(np.isin(there[after], np.concatenate([replaced, there[-CHANGED:]])).mean()), 3)
    }
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--kinds", default="hnsw,ivf-sq8,ivf-pq,edge")
    options = parser.parse_args()
    queries = np.load(options.data / "queries.npy")[:N_QUERIES]
    vectors = np.asarray(VectorFile(options.work / "exact").mapped)
    figures: dict[str, Any] = {}
    for name in options.kinds.split(","):
        index = load_index(options.work / name)
        effort = getattr(index, "effort", None)
        figures[name] = {"effort": effort, "filtered": filtered(index, vectors, queries)}
        figures[name] |= {"updated": updated(index, vectors, queries)}
        print(name, figures[name], flush=True)
    settings = {"rows": len(vectors), "dim": vectors.shape[1], "queries": N_QUERIES, "depth": DEPTH, "changed": CHANGED}
    record("index-changes", figures, settings)


if __name__ == "__main__":
    main()
