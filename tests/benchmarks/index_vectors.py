"""A million vectors made of real ones: what `bench_index.py` and its companions search.

python tests/benchmarks/index_vectors.py --pairs FILE --out FOLDER [--rows 1000000]

`--pairs` is a manifest whose clips were heard, as `segue train clap` does. Every row is the vector that the shipped
`clap` gives to a clip of the training split, with noise of 0.3 of each dimension's own deviation, of length one again.
`queries.npy` are vectors of the test split, whose tunes are in no other, with the same noise.
"""

import argparse
import os
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np

from indexers.encoders import load_text_encoder
from indexers.encoders.clap.encoder import ClapEncoder
from indexers.encoders.clap.training.learn import HEARD, examples_of, spans_of
from indexers.encoders.shipped import in_full
from indexers.models.store import ModelStore
from indexers.pairs.checks import read_checked
from indexers.pairs.manifest import Pair
from indexers.schema import Vectors

NOISE = 0.3  # standard deviation, in units of the vectors' own per-dimension deviation
BLOCK = 50_000
QUERIES = 10_000
SEED = 5


def clip_vectors(pairs: list[Pair], heard: Path) -> Vectors:
    """The shipped clap's vectors of clips, [n_clips, 512]."""
    text = load_text_encoder("text", ModelStore())
    examples = examples_of(pairs, spans_of(pairs), heard, text)
    encoder = ClapEncoder("clap", Path(in_full("clap").removeprefix("clap:")), text)
    return encoder.whole_clips(examples.frames, examples.counts)


def noisy(real: Vectors, scale: Vectors, n_rows: int, rng: np.random.Generator) -> Vectors:
    """Rows of `real` [n, dim] with noise of `scale` [dim], of length one, [n_rows, dim]."""
    rows = real[rng.integers(len(real), size=n_rows)]
    rows = rows + rng.normal(size=rows.shape).astype(np.float32) * scale
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    pairs = [pair for pair in read_checked(options.pairs) if pair.kind == "clip"]
    sides = {split: [pair for pair in pairs if pair.split == split] for split in ("train", "test")}
    real = {split: clip_vectors(chosen, options.pairs.parent / HEARD) for split, chosen in sides.items()}
    scale = (NOISE * real["train"].std(axis=0)).astype(np.float32)
    rng = np.random.default_rng(SEED)
    np.save(options.out / "queries.npy", noisy(real["test"], scale, QUERIES, rng))
    shape = (options.rows, real["train"].shape[1])
    rows = np.lib.format.open_memmap(options.out / "vectors.npy", mode="w+", dtype=np.float32, shape=shape)
    for start in range(0, options.rows, BLOCK):
        count = min(BLOCK, options.rows - start)
        rows[start : start + count] = noisy(real["train"], scale, count, rng)
    rows.flush()


if __name__ == "__main__":
    main()
