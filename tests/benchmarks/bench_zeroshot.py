"""How well do labels nobody trained on fit real sounds: named, in one template, and described as ReCLAP does?

python tests/benchmarks/bench_zeroshot.py [--data FOLDER] [--kept FOLDER] [--encoder taggram] [--encoder clap:/FOLDER] …

`--data` (or SEGUE_DATA) holds audio/esc10, audio/jamendolyrics, audio/clotho and captions/clotho. What there was to
choose (how descriptions, scenes and words are weighed) was chosen on folds 1-4 of ESC-10; fold 5 is the figure. The
genres of ten songs, and seven sounds found by their five captions each, chose nothing. Each file is heard by
windows as a library hears it, by the default encoders, and kept in `--kept` (or SEGUE_KEPT). What is usual is the
built-in reference; beside it the taggram arm as in a library that holds folds 1-4, whose labels it does not see.
"""

import argparse
import csv
import gzip
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
from quality_audio import Listener
from record import ROOT, record

from engine.build import PLUS, Models, zero_shot
from engine.evaluation.zeroshot.captions import captions_found
from engine.evaluation.zeroshot.report import as_json
from engine.evaluation.zeroshot.run import Hearing, ZeroShotResult, evaluate_zero_shot
from engine.evaluation.zeroshot.sources import Labelled, read_labelled
from engine.query import joint_called
from engine.zeroshot.hearing import HeardFile
from engine.zeroshot.scorers import Scorer, TaggramScorer
from indexers.encoders.prompts import Way, built_in, prompts_of
from indexers.encoders.taggram import (
    TAG_ENCODERS,
    Taggram,
    class_names,
    class_texts,
    clip_evidence,
    fit_norm,
    track_evidence,
)
from indexers.settings import AnalysisSettings

CAPTIONS = tuple(f"caption_{number}" for number in range(1, 6))
TIMED = "bossa nova"  # a label whose prompts are timed


def called(encoder: str) -> str:
    """The name of an encoder without the places of the machine."""
    return "+".join(joint_called(part) or part for part in PLUS.split(encoder))


def figures(result: ZeroShotResult) -> dict[str, Any]:
    """What a table needs of a report."""
    document = as_json(result)
    for one in (*document["figures"], document["best"]):
        one["encoder"] = called(one["encoder"])
    return {name: document[name] for name in ("figures", "baselines", "counts", "best", "labels")}


def songs(folder: Path) -> tuple[Labelled, ...]:
    """The songs of JamendoLyrics that are here, with their genres."""
    with (folder / "JamendoLyrics.csv").open(encoding="utf-8") as stream:
        rows = [(folder / "mp3" / row["Filepath"], row["Genre"]) for row in csv.DictReader(stream)]
    return tuple(Labelled(path, genre) for path, genre in rows if path.is_file())


def captions(path: Path) -> dict[str, list[str]]:
    """File name to its captions."""
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as stream:  # the translations are not UTF-8
        return {row["file_name"]: [row[column] for column in CAPTIONS] for row in csv.DictReader(stream)}


def heard_in(items: Sequence[Labelled], listener: Listener) -> Hearing:
    """What the default encoders hear in files, or have heard before."""
    heard = {one.path: one for one in listener.hear([item.path for item in items], AnalysisSettings().windows)}
    kept = tuple(item for item in items if item.path in heard)
    refused = {item.path.name: "not heard" for item in items if item.path not in heard}
    return Hearing(kept, tuple(HeardFile(item.path, 0.0, {}, heard[item.path].outputs) for item in kept), refused)


def both_ways(data: Path, scorers: Sequence[Scorer], listener: Listener) -> dict[str, Any]:
    """Recall at one of Clotho's sounds and captions."""
    told = captions(data / "captions" / "clotho" / "clotho_captions_evaluation.csv.gz")
    items = [Labelled(path, path.name) for path in sorted((data / "audio" / "clotho").iterdir()) if path.name in told]
    heard = heard_in(items, listener).heard
    asked = [told[one.path.name] for one in heard]
    return {"sounds": len(heard), **{called(one.name): asdict(captions_found(one, heard, asked)) for one in scorers}}


def by_sounds_like_these(hearing: Hearing, models: Models) -> TaggramScorer:
    """The taggram arm of a library that holds folds 1-4: what is usual is learnt from them, their labels unseen."""
    known = [one for item, one in zip(hearing.items, hearing.heard, strict=True) if not last(item.path)]
    evidence = np.stack([track_evidence(clip_evidence(one.outputs)) for one in known])
    text = models.text("text")
    taggram = Taggram(text, class_names(TAG_ENCODERS), vectors=text.encode(class_texts(TAG_ENCODERS)))
    scorer = TaggramScorer(taggram, fit_norm([evidence], TAG_ENCODERS))
    scorer.name = "taggram in a library of folds 1-4"
    return scorer


def last(path: Path) -> bool:
    """Whether a sound of ESC-10 is in fold 5."""
    return path.name[0] == "5"


def seconds_of_a_label(name: str, models: Models) -> float:
    """How long it takes to turn one described label into a row, everything being loaded."""
    vectors = models.text("text") if name == "taggram" else models.joint(name)
    prompts = prompts_of(TIMED, Way.DESCRIBED, built_in())
    texts = prompts.plain if name == "taggram" else prompts.texts
    vectors.encode(texts)
    started = time.perf_counter()
    vectors.encode(texts)
    return time.perf_counter() - started


def main() -> None:
    """Measure, print and record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("SEGUE_DATA", ROOT.parent / "shared" / "data"))
    parser.add_argument("--encoder", action="append")
    parser.add_argument(
        "--kept", type=Path, default=Path(os.environ.get("SEGUE_KEPT", Path(tempfile.gettempdir()) / "segue-heard"))
    )
    given = parser.parse_args()
    data, models, listener = Path(given.data), Models(), Listener(given.kept)
    scorers = [zero_shot(name, models) for name in given.encoder or ["taggram"]]
    hearing = heard_in(read_labelled(data / "audio" / "esc10"), listener)
    sounds = evaluate_zero_shot(hearing, [*scorers, by_sounds_like_these(hearing, models)])
    found = {
        "esc10": figures(sounds),
        "esc10_folds_1_4": figures(sounds.part(lambda path: not last(path))),
        "esc10_fold_5": figures(sounds.part(last)),
        "genres": figures(evaluate_zero_shot(heard_in(songs(data / "audio" / "jamendolyrics"), listener), scorers)),
        "clotho": both_ways(data, scorers, listener),
        "seconds_of_a_described_label": {
            called(name): round(seconds_of_a_label(name, models), 3)
            for name in given.encoder or ["taggram"]
            if len(PLUS.split(name)) == 1
        },
    }
    record("zeroshot", found, {"encoders": [called(one.name) for one in scorers]})


if __name__ == "__main__":
    main()
