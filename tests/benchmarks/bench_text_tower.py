"""Has the text tower of `clap` kept what sentence vectors know? Summaries of captions ask for the captions.

python tests/benchmarks/bench_text_tower.py --summaries FILE --texts FILE --model DIR

`--summaries` is LP-MusicCaps' caption_summary.json.gz: a summary and the MusicCaps caption that it was made from, 2,839
times. `--texts` is the manifest of texts alone that the model learnt from, as `segue train pairs --texts` writes it:
captions on its test side were never learnt from, nor their summaries. Each summary is compared with all captions; plain
MiniLM is asked the same. Intervals are by a bootstrap over summaries, those of the ratio over paired draws.
"""

import argparse
import gzip
import json
import os
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
from record import record

from engine.evaluation.probes.intervals import mean_draws, resample
from indexers.encoders import load_text_encoder
from indexers.encoders.clap.encoder import ClapEncoder
from indexers.encoders.clap.storage import read_towers
from indexers.encoders.clap.training.retrieval import ranks_of
from indexers.models.store import ModelStore
from indexers.pairs.manifest import read_pairs
from indexers.schema import Vectors

DRAWS = 2_000


def first_places(summaries: Vectors, captions: Vectors) -> np.ndarray:
    """Which summaries find their own caption first, [n]."""
    return (ranks_of(summaries @ captions.T) == 1).astype(np.float64)


def figures(hits: dict[str, np.ndarray], rows: np.ndarray) -> dict[str, Any]:
    """Recall@1 of both over some summaries, and the ratio of clap to MiniLM."""
    resampling = resample(np.arange(len(rows)), DRAWS, np.random.default_rng(0))
    draws = {name: mean_draws(values[rows], resampling) for name, values in hits.items()}
    found: dict[str, Any] = {"summaries": len(rows)}
    for name, drawn in draws.items():
        low, high = np.percentile(drawn, [2.5, 97.5])
        found[name] = [round(float(value), 4) for value in (hits[name][rows].mean(), low, high)]
    low, high = np.percentile(draws["clap"] / draws["minilm"], [2.5, 97.5])
    ratio = hits["clap"][rows].mean() / hits["minilm"][rows].mean()
    found["clap to minilm"] = [round(float(value), 4) for value in (ratio, low, high)]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--summaries", type=Path, required=True)
    parser.add_argument("--texts", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    given = parser.parse_args()
    with gzip.open(given.summaries, "rt", encoding="utf-8") as stream:
        rows = json.load(stream)
    summaries, captions = [row["prediction"] for row in rows], [row["ground_truth"] for row in rows]
    test = {text for pair in read_pairs(given.texts) if pair.split == "test" for text in (pair.text, *pair.rewrites)}
    held_out = np.array([row for row, caption in enumerate(captions) if caption in test], dtype=np.int64)
    text = load_text_encoder("text", ModelStore())
    clap = ClapEncoder("clap", given.model, text)
    encoders = {"minilm": text.encode, "clap": clap.encode}
    hits = {name: first_places(encode(summaries), encode(captions)) for name, encode in encoders.items()}
    found = {
        "pool": len(captions),
        "captions never learnt from": figures(hits, held_out),
        "all": figures(hits, np.arange(len(captions))),
    }
    record("text-tower", found, {"draws": DRAWS, "command": read_towers(given.model).about["command"]})


if __name__ == "__main__":
    main()
