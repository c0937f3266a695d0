"""How much of the exact answer does each kind of index find, how fast, and what does it cost to build?

python tests/benchmarks/index_vectors.py --pairs FILE --out DATA
python tests/benchmarks/bench_index.py --data DATA --work WORK [--kinds ivf-pq,hnsw] [--peers hnswlib] [--rebuild]

Each kind is built in a process of its own, whose processor time and peak memory are kept (WORK/KIND.json); what is
built already is not built again without --rebuild. Then one process asks all of them, and bare FAISS over the same
files, hnswlib and usearch over the same vectors, the same thousand queries of unseen tunes: one at a time on one
thread, and as one batch on all. Recall is of the exact top 10 in float32. `ceiling` is what reading every vector once
would give at the bandwidth of the machine's memory. The figures go to results/, the plot to docs/index.svg.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import polars as pl
from record import record

from indexers.schema import Rows, Vectors
from indexers.vectors import KINDS, build_index, load_index
from indexers.vectors.exact import nearest
from indexers.vectors.matrix import BLOCK, Storage, VectorFile, VectorWriter
from indexers.vectors.plan import Plan
from indexers.vectors.qdrant.payload import KINDS as PAYLOAD_KINDS
from indexers.vectors.qdrant.payload import write_payload

DEPTH = 10
N_QUERIES = 1000
STORAGE: dict[str, Storage] = {"ivf-sq8": "float16", "ivf-pq": "float16"}
PEERS = ("hnswlib", "usearch")
GRAPHS = (32, 64, 128, 256, 512)
LISTS = (4, 8, 16, 32, 64, 128, 256)
ROUNDS = 3
PLOT = Path(__file__).parents[2] / "docs" / "index.svg"

Search = Callable[[Vectors, int, int], Rows]


def write_rows(data: Path, folder: Path, storage: Storage) -> VectorFile:
    """Copy the vectors into an index folder, a block at a time."""
    source = np.load(data / "vectors.npy", mmap_mode="r")
    shape, offset = source.shape, source.offset
    del source
    with VectorWriter(folder, shape, storage) as writer:
        for start in range(0, shape[0], BLOCK):
            count = min(BLOCK, shape[0] - start) * shape[1]
            rows = np.fromfile(data / "vectors.npy", np.float32, count, offset=offset + 4 * start * shape[1])
            writer.append(rows.reshape(-1, shape[1]))
        return writer.finish()


def build(name: str, data: Path, work: Path) -> None:
    """Build one kind or peer in this process, and keep what it cost."""
    folder = work / name
    shutil.rmtree(folder, ignore_errors=True)
    if name in PEERS:
        import index_peers

        folder.mkdir(parents=True)
        file = VectorFile(work / "exact")
        began = time.process_time()
        getattr(index_peers, f"build_{name}")(file, folder / "index.bin")
    else:
        file = write_rows(data, folder, STORAGE.get(name, "float32"))
        if name in PAYLOAD_KINDS:
            write_payload(folder, pl.DataFrame({"year": buckets(file.shape[0])}))
        began = time.process_time()
        build_index(
            folder, Plan(name, "benchmark", 1.0, STORAGE.get(name, "float32"), -(-file.shape[0] // BLOCK) * BLOCK)
        )
    seconds = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    sizes = {path.name: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    vectors = sizes.pop("vectors.npy", 0)
    cost = {
        "cpu_seconds": round(seconds, 1),
        "peak_bytes": peak,
        "structure_bytes": sum(sizes.values()),
        "vector_bytes": vectors,
    }
    (work / f"{name}.json").write_text(json.dumps(cost))


def buckets(n_rows: int) -> Rows:
    """A number from 0 to 999 for each row, at random: what filters go by."""
    return np.random.default_rng(3).permutation(n_rows) * 1000 // n_rows


def built(names: list[str], options: argparse.Namespace) -> dict[str, Any]:
    """What each build cost; those that were not done yet are done now."""
    costs = {}
    for name in names:
        told = options.work / f"{name}.json"
        if options.rebuild or not told.exists():
            command = [sys.executable, __file__, "--data", options.data, "--work", options.work, "--build", name]
            subprocess.run([str(part) for part in command], check=True)
        costs[name] = json.loads(told.read_text())
    return costs


def share(rows: Rows, true: Rows) -> float:
    """The share of the true rows that were found."""
    hits = [len(set(found) & set(best)) for found, best in zip(rows.tolist(), true.tolist(), strict=True)]
    return round(float(np.mean(hits)) / true.shape[1], 4)


def timed(search: Search, queries: Vectors, true: Rows, effort: int) -> dict[str, Any]:
    """Recall, milliseconds of single queries, and queries a second of single ones and of one batch.

    Brute force (effort 0) is asked a hundred single ones: they are all alike.
    """
    alone = queries if effort else queries[:100]
    search(queries[:64], DEPTH, effort)
    singles, found = [], []
    for query in alone:
        began = time.perf_counter()
        found.append(search(query[np.newaxis], DEPTH, effort)[0])
        singles.append(time.perf_counter() - began)
    batches = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        search(queries, DEPTH, effort)
        batches.append(time.perf_counter() - began)
    p50, p95 = np.percentile(np.array(singles) * 1000, [50, 95])
    return {
        "effort": effort,
        "recall": share(np.stack(found), true[: len(alone)]),
        "p50_ms": round(float(p50), 3),
        "p95_ms": round(float(p95), 3),
        "single_qps": round(len(alone) / sum(singles), 1),
        "batch_qps": round(len(queries) / min(batches), 1),
    }


def efforts_of(name: str) -> tuple[int, ...]:
    if name in ("exact", "flat"):
        return (0,)
    return LISTS if name.startswith("ivf") else GRAPHS


def of_segue(folder: Path) -> Search:
    """A built index as the engine opens it."""
    index: Any = load_index(folder)

    def search(queries: Vectors, k: int, effort: int) -> Rows:
        if effort:
            index.effort = effort
        return np.asarray(index.search(queries, k)[0])

    return search


def bare(name: str, folder: Path) -> Search | None:
    """FAISS itself over the same files; None where the kind is not FAISS's."""
    import index_peers

    if name == "flat":
        return index_peers.bare_flat(folder)
    if name == "hnsw":
        return index_peers.bare_hnsw(folder)
    return index_peers.bare_ivf(folder, KINDS[name]().deep) if name.startswith("ivf") else None


def peer(name: str, work: Path, dim: int) -> Search:
    import index_peers

    path = work / name / "index.bin"
    return index_peers.open_hnswlib(path, dim) if name == "hnswlib" else index_peers.open_usearch(path)


def curves(names: list[str], options: argparse.Namespace) -> dict[str, Any]:
    """Every kind and peer over its efforts; bare FAISS is asked right after Segue, in turn."""
    queries = np.load(options.data / "queries.npy")[:N_QUERIES]
    vectors = VectorFile(options.work / "exact").mapped
    true, _ = nearest(queries, vectors, DEPTH)
    found: dict[str, Any] = {}
    for name in names:
        own = peer(name, options.work, vectors.shape[1]) if name in PEERS else of_segue(options.work / name)
        other = None if name in PEERS else bare(name, options.work / name)
        found[name] = [timed(own, queries, true, effort) for effort in efforts_of(name)]
        if other is not None:
            found[f"bare {name}"] = [timed(other, queries, true, effort) for effort in efforts_of(name)]
        print(name, json.dumps(found[name][-1]), file=sys.stderr, flush=True)
    return found


def overhead(found: dict[str, Any]) -> dict[str, Any]:
    """What Segue adds to bare FAISS: milliseconds for a single query at the median, and the share of a batch's time."""
    added = {}
    for name, points in found.items():
        if f"bare {name}" in found:
            pairs = list(zip(points, found[f"bare {name}"], strict=True))
            added[name] = {
                "single_ms": round(max(own["p50_ms"] - other["p50_ms"] for own, other in pairs), 3),
                "batch_share": round(
                    float(np.median([other["batch_qps"] / own["batch_qps"] - 1 for own, other in pairs])), 3
                ),
            }
    return added


def bandwidth() -> float:
    """Bytes a second that one thread reads from memory: the best of several sums over 1 GiB."""
    block = np.ones(1 << 27, dtype=np.float64)
    times = []
    for _ in range(5):
        began = time.perf_counter()
        block.sum()
        times.append(time.perf_counter() - began)
    return float(block.nbytes / min(times))


def plot(found: dict[str, Any], path: Path) -> None:
    """Recall against queries a second, one thread."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "segue"
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(11, 4.6), sharey=True)
    names = [name for name in found if not name.startswith("bare")]
    colours = {name: f"C{number}" for number, name in enumerate(names)}
    panels = (("single_qps", "one query, one thread"), ("batch_qps", "a batch, two threads"))
    for panel, (key, title) in zip(axes, panels, strict=True):
        for name, points in found.items():
            style, colour = ("--" if name.startswith("bare") else "-"), colours[name.removeprefix("bare ")]
            rates, recalls = zip(*((point[key], point["recall"]) for point in points), strict=True)
            panel.plot(rates, recalls, style, color=colour, marker=".", label=name)
        panel.set(xscale="log", xlabel="queries a second", title=title)
        panel.grid(alpha=0.3)
    axes[0].set_ylabel("recall@10")
    axes[1].legend(fontsize=7, loc="lower left")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--kinds", default=",".join(kind for kind in KINDS if kind != "server"))
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--rebuild", action="store_true")
    parser.add_argument("--only-build", action="store_true")
    parser.add_argument("--draw", type=Path, metavar="RESULT", help="Draw the plot of a result again, and do no more.")
    parser.add_argument("--build", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.draw:
        plot(json.loads(options.draw.read_text())["figures"]["points"], PLOT)
        return
    if options.build:
        build(options.build, options.data, options.work)
        return
    options.work.mkdir(parents=True, exist_ok=True)
    names = [name for name in (*options.kinds.split(","), *options.peers.split(",")) if name]
    costs = built(["exact", *(name for name in names if name != "exact")], options)
    if options.only_build:
        return
    found = curves(names, options)
    rate, shape = bandwidth(), VectorFile(options.work / "exact").shape
    figures = {
        "builds": costs,
        "points": found,
        "overhead": overhead(found),
        "ceiling": {"bytes_per_second": round(rate), "exact_single_qps": round(rate / (4 * shape[0] * shape[1]), 2)},
    }
    record(
        "index", figures, {"rows": shape[0], "dim": shape[1], "queries": N_QUERIES, "depth": DEPTH, "storage": STORAGE}
    )
    plot(found, PLOT)


if __name__ == "__main__":
    main()
