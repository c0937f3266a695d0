"""Does `clap` hear in which order sounds come, and whether music is fast, loud or high?

python tests/benchmarks/bench_order.py --model DIR [--model DIR]… [--joined FILE] [--pairs FILE] [--split test]

`--joined` is a manifest of `segue train pairs --join`: of one split, where neither the sounds nor what they are called
nor the wordings were ever joined in training. `--pairs` is a manifest of clips played from scores, whose couples have
the same leading instrument and differ in one attribute. Scores are those of CompA: "text" (both clips have their own
text above the other), "audio" (both texts have their own clip above the other), "group" (both). Intervals are by a
bootstrap over whole couples of names, or instruments. All must have been heard already, as `segue train clap` does.
"""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
from clap_couples import Twins, attribute_twins, order_twins
from record import record

from engine.evaluation.probes.intervals import mean_draws, resample
from indexers.base import TextEncoder
from indexers.encoders import load_text_encoder
from indexers.encoders.clap.encoder import ClapEncoder
from indexers.encoders.clap.storage import read_towers
from indexers.encoders.clap.training.learn import HEARD, examples_of, spans_of
from indexers.models.store import ModelStore
from indexers.pairs.checks import read_checked
from indexers.pairs.manifest import Pair
from rankers.metrics.composition import CHANCE, composition

DRAWS = 2_000


def told_apart(twins: Sequence[Twins], encoder: ClapEncoder, heard: Path, text: TextEncoder) -> dict[str, Any]:
    """The scores of one kind of couples, with intervals."""
    clips = [pair for one in twins for pair in one.clips]
    examples = examples_of(clips, spans_of(clips), heard, text)
    audio = encoder.whole_clips(examples.frames, examples.counts).reshape(len(twins), 2, -1)
    texts = encoder.encode([text for one in twins for text in one.texts]).reshape(len(twins), 2, -1)
    found = composition(np.einsum("cad,ctd->cat", audio, texts))
    resampling = resample(np.array([one.unit for one in twins]), DRAWS, np.random.default_rng(0))
    scores: dict[str, Any] = {"couples": len(twins), "units": len({one.unit for one in twins})}
    for name, right in found.items():
        hits = right.astype(np.float64)
        low, high = np.percentile(mean_draws(hits, resampling), [2.5, 97.5])
        scores[name] = [round(float(value), 4) for value in (hits.mean(), low, high)]
    return scores


def of_split(path: Path, split: str) -> list[Pair]:
    return [pair for pair in read_checked(path) if pair.kind == "clip" and pair.split == split]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, action="append", required=True)
    parser.add_argument("--joined", type=Path)
    parser.add_argument("--pairs", type=Path)
    parser.add_argument("--split", default="test")
    given = parser.parse_args()
    text = load_text_encoder("text", ModelStore())
    kinds: list[tuple[str, list[Twins], Path]] = []
    if given.joined:
        couples = order_twins(of_split(given.joined, given.split))
        kinds += [(name, own, given.joined.parent / HEARD) for name, own in couples.items()]
    if given.pairs:
        couples = attribute_twins(of_split(given.pairs, given.split), np.random.default_rng(0))
        kinds += [(name, own, given.pairs.parent / HEARD) for name, own in couples.items()]
    found: dict[str, Any] = {"chance": {name: round(value, 4) for name, value in CHANCE.items()}}
    for folder in given.model:
        encoder = ClapEncoder("clap", folder, text)
        found[folder.name] = {
            "command": read_towers(folder).about["command"],
            **{name: told_apart(own, encoder, heard, text) for name, own, heard in kinds if own},
        }
    record("order", found, {"split": given.split, "draws": DRAWS})


if __name__ == "__main__":
    main()
