"""How well do labels nobody trained on fit real sounds: named, in one template, and described as ReCLAP does?

python tests/benchmarks/bench_zeroshot.py [--data FOLDER] [--encoder taggram] [--encoder clap:/FOLDER] …

`--data` (or SEGUE_DATA) holds audio/esc10, audio/jamendolyrics, audio/clotho and captions/clotho. What there was to
choose (how descriptions, scenes and words are weighed) was chosen on folds 1-4 of ESC-10; fold 5 is the figure. The
genres of ten songs, and seven sounds found by their five captions each, chose nothing. Each file is heard alone, by
windows as a library hears it, and what is usual is the built-in reference.
"""

import argparse
import csv
import gzip
import os
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from record import ROOT, record

from engine.build import PLUS, Models, zero_shot
from engine.evaluation.zeroshot.captions import captions_found
from engine.evaluation.zeroshot.report import as_json
from engine.evaluation.zeroshot.run import ZeroShotResult, evaluate_zero_shot, hear_all
from engine.evaluation.zeroshot.sources import Labelled, read_labelled
from engine.query import joint_called
from engine.zeroshot.scorers import Scorer
from indexers.base import AudioEncoder
from indexers.encoders.prompts import Way, built_in, prompts_of

N_CAPTIONS = 5
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
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        return {
            row["file_name"]: [row[f"caption_{n}"] for n in range(1, N_CAPTIONS + 1)] for row in csv.DictReader(stream)
        }


def both_ways(data: Path, scorers: Sequence[Scorer], listeners: Sequence[AudioEncoder]) -> dict[str, Any]:
    """Recall at one of Clotho's sounds and captions."""
    told = captions(data / "captions" / "clotho" / "clotho_captions_evaluation.csv.gz")
    items = [Labelled(path, path.name) for path in sorted((data / "audio" / "clotho").iterdir()) if path.name in told]
    heard = hear_all(items, listeners, lambda *_: None).heard
    asked = [told[one.path.name] for one in heard]
    return {"sounds": len(heard), **{called(one.name): asdict(captions_found(one, heard, asked)) for one in scorers}}


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
    given = parser.parse_args()
    data, models = Path(given.data), Models()
    scorers = [zero_shot(name, models) for name in given.encoder or ["taggram"]]
    listeners = [models.audio(name) for name in dict.fromkeys(one for scorer in scorers for one in scorer.hears)]

    def measured(items: Sequence[Labelled]) -> ZeroShotResult:
        return evaluate_zero_shot(hear_all(items, listeners, lambda *_: None), scorers)

    sounds = measured(read_labelled(data / "audio" / "esc10"))
    found = {
        "esc10": figures(sounds),
        "esc10_folds_1_4": figures(sounds.part(lambda path: path.name[0] != "5")),
        "esc10_fold_5": figures(sounds.part(lambda path: path.name[0] == "5")),
        "genres": figures(measured(songs(data / "audio" / "jamendolyrics"))),
        "clotho": both_ways(data, scorers, listeners),
        "seconds_of_a_described_label": {
            called(name): round(seconds_of_a_label(name, models), 3)
            for name in given.encoder or ["taggram"]
            if len(PLUS.split(name)) == 1
        },
    }
    record("zeroshot", found, {"encoders": [called(one.name) for one in scorers]})


if __name__ == "__main__":
    main()
