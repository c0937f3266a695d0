"""How near does exact search on a GPU come to the bandwidth of its memory, and are its neighbours those of the CPU?

python tests/benchmarks/bench_cuda.py [--rows 1000000,10000000] [--device cuda] [--encode yamnet,musicnn_msd]

Random unit vectors of 512 dims in float16. Parity: the rows of 100 queries against the exact answer of the CPU over the
first million rows. Speed: queries a second alone, in tens and in hundreds; a query that reads every vector once can be
no faster than memory bandwidth allows, which is measured by copying a block on the same device. Encoders: windows a
second of noise on the device. With `--device cpu` it runs without a GPU, at a size that fits.
"""

import argparse
import os
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import torch
from record import record

from indexers.encoders import load_audio_encoder
from indexers.models.store import ModelStore
from indexers.vectors.cuda import CudaIndex
from indexers.vectors.exact import nearest

DIM, DEPTH, BLOCK = 512, 10, 100_000
BATCHES = (1, 10, 100)
ROUNDS = 20
WINDOWS = 64


def vectors_of(n_rows: int) -> np.ndarray:
    """Random unit rows, [n_rows, 512] in float16."""
    rng = np.random.default_rng(7)
    rows = np.empty((n_rows, DIM), dtype=np.float16)
    for start in range(0, n_rows, BLOCK):
        block = rng.standard_normal((min(BLOCK, n_rows - start), DIM), dtype=np.float32)
        rows[start : start + len(block)] = block / np.linalg.norm(block, axis=1, keepdims=True)
    return rows


def seconds(call: Callable[[], Any], device: torch.device) -> float:
    """The median of several calls, after three that are not counted."""
    taken = []
    for number in range(ROUNDS + 3):
        began = time.perf_counter()
        call()
        if device.type == "cuda":
            torch.cuda.synchronize()
        if number >= 3:
            taken.append(time.perf_counter() - began)
    return float(np.median(taken))


def bandwidth(device: torch.device) -> float:
    """Bytes a second that a copy within the device's memory reads and writes."""
    source = torch.empty(1 << 28, dtype=torch.float16, device=device)
    target = torch.empty_like(source)
    return 2 * source.numel() * 2 / seconds(lambda: target.copy_(source), device)


def searched(rows: np.ndarray, device: torch.device, rate: float) -> dict[str, Any]:
    """Queries a second, each as a share of what reading all vectors once per batch allows."""
    index = CudaIndex(rows, device)
    queries = vectors_of(max(BATCHES)).astype(np.float32)[::-1].copy()
    found: dict[str, Any] = {}
    for size in BATCHES:
        taken = seconds(lambda: index.search(queries[:size], DEPTH), device)  # noqa: B023 - called at once
        found[f"batch {size}"] = {
            "queries_per_second": round(size / taken, 1),
            "share_of_bandwidth": round(rows.nbytes / rate / taken, 3),
        }
    part = rows[:1_000_000]
    same, _ = CudaIndex(part, device).search(queries, DEPTH)
    exact, _ = nearest(queries, part, DEPTH)
    return {**found, "same_neighbours": round(float((same == exact).mean()), 4)}


def encoded(name: str, device: str) -> dict[str, Any]:
    """Windows a second of one encoder."""
    encoder = load_audio_encoder(name, ModelStore(), device=device)
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, (WINDOWS, encoder.window_samples)).astype(np.float32)
    return {"windows_per_second": round(WINDOWS / seconds(lambda: encoder.encode(noise), torch.device(device)), 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", default="1000000,10000000")
    parser.add_argument("--device", default="cuda", choices=("cuda", "cpu"))
    parser.add_argument("--encode", default="musicnn_msd,yamnet")
    options = parser.parse_args()
    device = torch.device(options.device)
    rate = bandwidth(device)
    figures: dict[str, Any] = {"bytes_per_second": round(rate)}
    for size in map(int, options.rows.split(",")):
        figures[f"{size:,} rows"] = searched(vectors_of(size), device, rate)
    for name in filter(None, options.encode.split(",")):
        figures[name] = encoded(name, options.device)
    named = torch.cuda.get_device_name(0) if options.device == "cuda" else "cpu"
    record(f"cuda-{options.device}", figures, {"device": named, "dim": DIM, "depth": DEPTH, "rounds": ROUNDS})


if __name__ == "__main__":
    main()
