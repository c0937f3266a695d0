"""How long does an answer take: cold from the command line, and warm at 100,000 tracks on one thread?

python tests/benchmarks/bench_latency.py LIBRARY [--tracks 100000]

The large library is the serving generation of LIBRARY with its real vectors resampled with noise to the wanted size.
"""

import argparse
import json
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS"):
    os.environ[threads] = "1"

import numpy as np
import polars as pl
from record import record, segue

from engine import Engine, Query
from indexers.generation import Generation
from indexers.library import Library
from indexers.vectors import make_index
from indexers.vectors.columns import ColumnWriter
from indexers.words import WordIndex, track_texts

NOISE = 0.3  # standard deviation, in units of the vectors' own per-dimension deviation
QUERIES = (
    "heavy metal guitar", "slow piano", "rap", "orchestral battle music", "choir singing", "happy pop song",
    "reggae", "techno with a hard beat", "sad strings", "jazz trumpet", "rain and thunder", "acoustic folk guitar",
)  # fmt: skip


def resampled(vectors: np.ndarray, rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Real rows with noise of their own scale, [n_rows, dim] float32."""
    scale = (NOISE * vectors.std(axis=0)).astype(np.float32)
    return vectors[rows] + rng.normal(size=(len(rows), vectors.shape[1])).astype(np.float32) * scale


def unit(vectors: np.ndarray) -> np.ndarray:
    """Rows of length one."""
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _write_index(folder: Path, kind: str, vectors: np.ndarray) -> None:
    if kind != "columns":
        make_index(folder, vectors, kind)
        return
    writer = ColumnWriter(folder, vectors.shape)
    writer.put(0, vectors)
    writer.finish()


def write_tables(source: Generation, folder: Path, rows: np.ndarray) -> None:
    """The tracks, resampled, each with an id, a path and a bucket of its own, and their words."""
    n_tracks = len(rows)
    tracks = source.tracks[rows].with_columns(
        track_id=pl.Series([f"{row:032x}" for row in range(n_tracks)]),
        path=pl.Series([f"/music/{row // 12:05d}/{row:06d}.ogg" for row in range(n_tracks)]),
        group=pl.Series(np.arange(n_tracks)),
        bucket=pl.Series(np.random.default_rng(3).permutation(n_tracks) * 1000 // n_tracks),
    )
    tracks.write_parquet(folder / "tracks.parquet")
    WordIndex.build(track_texts(tracks)).save(folder / "words")


def enlarge(source: Generation, library: Library, n_tracks: int) -> None:
    """Write a generation of n_tracks into an empty library."""
    rng = np.random.default_rng(1)
    rows = rng.integers(source.n_tracks, size=n_tracks)
    folder = library.generation(1)
    folder.mkdir(parents=True)
    write_tables(source, folder, rows)
    kinds = {}
    for space, kind in (("taggram", "columns"), ("music", "hnsw")):
        vectors = resampled(np.asarray(source.track_vectors(space)), rows, rng)
        _write_index(folder / space / "index", kind, vectors if space == "taggram" else unit(vectors))
        kinds[space] = kind
        clips = source.clips(space)
        np.save(folder / space / "clips.npy", clips.matrix[clips.offsets[rows]])  # one clip a track
    (folder / "clips").mkdir()
    np.save(folder / "clips" / "offsets.npy", np.arange(n_tracks + 1))
    np.save(folder / "clips" / "times_s.npy", np.tile(np.float32([0, 3]), (n_tracks, 1)))
    for name in ("taggram/classes.json", "taggram/class_vectors.npy", "calibration.json"):
        shutil.copy(source.folder / name, folder / name)
    manifest = {**source.manifest, "counts": {**source.manifest["counts"], "tracks": n_tracks}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    library.serve(1)


def percentiles(seconds: list[float]) -> dict[str, float]:
    """Milliseconds."""
    return {f"p{share}_ms": round(1000 * float(np.percentile(seconds, share)), 1) for share in (50, 95, 99)}


def warm(engine: Engine, queries: list[Query], rounds: int) -> dict[str, float]:
    """Time every query, after one round that is not counted."""
    taken: list[float] = []
    for number in range(rounds + 1):
        for query in queries:
            started = time.perf_counter()
            engine.search(query, 20)
            if number:
                taken.append(time.perf_counter() - started)
    return {"queries": len(taken), **percentiles(taken)}


def filtered(engine: Engine, generation: Generation) -> dict[str, Any]:
    """At each selectivity: recall@10 of the music index against brute force, how many came back, and latency."""
    vectors = np.asarray(generation.track_vectors("music"))
    buckets = generation.tracks["bucket"].to_numpy()
    queries = unit(
        resampled(vectors, np.random.default_rng(5).integers(len(vectors), size=200), np.random.default_rng(6))
    )
    table = {}
    for label, limit in (("10 %", 100), ("1 %", 10), ("0.1 %", 1)):
        allowed = np.flatnonzero(buckets < limit)
        found, _ = generation.index("music").search(queries.astype(np.float32), 10, allowed=allowed)
        exact = allowed[np.argsort(-(queries @ vectors[allowed].T), axis=1)[:, :10]]
        hits = [len(set(mine) & set(best)) for mine, best in zip(found.tolist(), exact.tolist(), strict=True)]
        asked = [Query(text=text, where=f"bucket < {limit}") for text in QUERIES]
        counts = [len(engine.search(query, 20).results) for query in asked]
        table[label] = {
            "allowed": len(allowed),
            "recall_at_10": round(float(np.mean(hits)) / 10, 4),
            "fewest_results_of_20": min(counts),
            **warm(engine, asked, 3),
        }
    return table


def cold(library: Path) -> list[float]:
    """Wall seconds of five whole `segue search` processes."""
    taken = []
    for _ in range(5):
        started = time.monotonic()
        segue("search", "slow piano", "--library", str(library), "--json")
        taken.append(round(time.monotonic() - started, 2))
    return taken


def main() -> None:
    """Measure and record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path)
    parser.add_argument("--tracks", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        library = Library.create(Path(name))
        enlarge(Generation.open(Library.open(options.library)), library, options.tracks)
        engine = Engine.open(library.root)
        generation = Generation.open(library)
        seeds = generation.tracks["track_id"].gather(np.arange(0, options.tracks, options.tracks // 12)).to_list()
        figures = {
            "text": warm(engine, [Query(text=text) for text in QUERIES], 10),
            "like": warm(engine, [Query(like=(seed,)) for seed in seeds], 10),
            "text_and_like": warm(engine, [Query(text=t, like=(s,)) for t, s in zip(QUERIES, seeds, strict=False)], 10),
            "filtered": filtered(engine, generation),
            "cold_s_100000": cold(library.root),
            "cold_s_small": cold(options.library),
        }
    record("latency", figures, {"tracks": options.tracks, "k": 20, "threads": 1, "noise": NOISE, "queries": QUERIES})


if __name__ == "__main__":
    main()
