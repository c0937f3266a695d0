"""How well do texts find sounds nobody trained on, with `clap` and with the taggram arm, beside chance?

python tests/benchmarks/bench_clap.py --pairs FILE --model DIR [--split test]

`--pairs` is the manifest that the model was trained from, as `segue train pairs` writes it; what its clips sound like
must have been heard already, as `segue train clap` does. Both arms are asked the same captions over the same pool: the
clips of one split, whose tunes are in no other. The taggram arm hears the tags of the same windows, standardised over
the pool as it does in a library. Intervals are by a bootstrap over whole tunes. The taggram's parameters were chosen
elsewhere; the model's on the validation split. Speed: vectors of single windows made from cached features a second, on
one thread, as a rebuild makes them.
"""

import argparse
import os
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
from bench_quality import load_taggram
from record import record

from engine.evaluation.probes.intervals import mean_draws, resample
from indexers.encoders import load_text_encoder
from indexers.encoders.clap.encoder import ClapEncoder
from indexers.encoders.clap.sounds.frames import EMBEDDED
from indexers.encoders.clap.storage import read_towers
from indexers.encoders.clap.training.examples import Examples
from indexers.encoders.clap.training.learn import HEARD, examples_of, spans_of
from indexers.encoders.clap.training.retrieval import DEPTHS, ranks_of
from indexers.encoders.taggram import TAG_ENCODERS, fit_norm, standardise
from indexers.models.cards import CARDS
from indexers.models.store import ModelStore
from indexers.pairs.checks import read_checked
from indexers.pairs.manifest import Pair
from indexers.schema import Vectors

DRAWS = 2_000
ROUNDS = 10
N_EMBEDDED = sum(CARDS[name].outputs[output] for name, output in EMBEDDED)


def tag_scores(examples: Examples, texts: list[str]) -> Vectors:
    """The taggram arm's scores, [n_texts, n_clips]."""
    there = np.arange(examples.frames.shape[1]) < examples.counts[:, None]
    tags = np.where(there[:, :, None], examples.frames[:, :, N_EMBEDDED:].astype(np.float32), 0.0)
    evidence = tags.sum(axis=1) / examples.counts[:, None]
    norm = fit_norm([evidence], TAG_ENCODERS)
    return load_taggram().weights(texts) @ standardise(evidence, norm).T


def figures(cosines: Vectors, tunes: np.ndarray) -> dict[str, Any]:
    """Recalls with intervals, and median ranks, from text to audio and back."""
    found: dict[str, Any] = {}
    for way, scores in (("text_to_audio", cosines), ("audio_to_text", cosines.T)):
        ranks = ranks_of(scores)
        resampling = resample(tunes, DRAWS, np.random.default_rng(0))
        for depth in DEPTHS:
            hits = (ranks <= depth).astype(np.float64)
            low, high = np.percentile(mean_draws(hits, resampling), [2.5, 97.5])
            found[f"{way}_recall_{depth}"] = [round(float(value), 4) for value in (hits.mean(), low, high)]
        found[f"{way}_median_rank"] = float(np.median(ranks))
    return found


def clips_per_s(encoder: ClapEncoder, examples: Examples) -> float:
    """Vectors of single windows a second on one thread, after one round that is not counted."""
    import torch

    torch.set_num_threads(1)
    frames, ones = examples.frames[:, :1], np.ones(len(examples), dtype=np.int64)
    encoder.whole_clips(frames, ones)
    started = time.perf_counter()
    for _ in range(ROUNDS):
        encoder.whole_clips(frames, ones)
    return ROUNDS * len(examples) / (time.perf_counter() - started)


def measure(pairs: list[Pair], folder: Path, heard: Path) -> dict[str, Any]:
    """All arms over one pool; captions, and the shortest rewrite of each as a listener would type it."""
    text = load_text_encoder("text", ModelStore())
    spans = spans_of(pairs)
    examples = examples_of(pairs, spans, heard, text)
    encoder = ClapEncoder("clap", folder, text)
    audio = encoder.whole_clips(examples.frames, examples.counts)
    tunes = np.array([pair.tune for pair in pairs])
    asked = {
        "captions": [pair.text for pair in pairs],
        "short queries": [min((pair.text, *pair.rewrites), key=len) for pair in pairs],
    }
    found: dict[str, Any] = {
        "pool": len(pairs),
        "tunes": len(set(tunes)),
        "chance_recall_10": round(10 / len(pairs), 4),
    }
    for name, texts in asked.items():
        found[name] = {
            "clap": figures(encoder.encode(texts) @ audio.T, tunes),
            "taggram": figures(tag_scores(examples, texts), tunes),
        }
    return {**found, "clips_per_second": round(clips_per_s(encoder, examples))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--split", default="test")
    given = parser.parse_args()
    pairs = [pair for pair in read_checked(given.pairs) if pair.kind == "clip" and pair.split == given.split]
    found = measure(pairs, given.model, given.pairs.parent / HEARD)
    about = read_towers(given.model).about
    record(
        "clap",
        found,
        {"split": given.split, "draws": DRAWS, "trained": {key: about[key] for key in ("command", "data")}},
    )


if __name__ == "__main__":
    main()
