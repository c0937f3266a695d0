"""Learn what is usual for each class from folders of sound, into indexers/encoders/tag_reference.json.

python tests/benchmarks/learn_reference.py --about TEXT --kept FOLDER WEIGHT=FOLDER [WEIGHT=FOLDER…]
"""

import argparse
import json
from pathlib import Path

import numpy as np
from quality_audio import Listener, evidence_of, sound_files
from record import ROOT

from indexers.encoders.classes import class_names
from indexers.encoders.taggram import TAG_ENCODERS

TARGET = ROOT / "indexers" / "encoders" / "tag_reference.json"
WINDOWS = 12


def main() -> None:
    """Pool the folders by weight and write mean and standard deviation of each class's log-odds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--about", required=True, help="what the folders hold, kept in the file")
    parser.add_argument("--kept", type=Path, required=True, help="where what was heard is kept between runs")
    parser.add_argument("groups", nargs="+", help="WEIGHT=FOLDER")
    chosen = parser.parse_args()
    listener, total, first, second = Listener(chosen.kept), 0.0, 0.0, 0.0
    for group in chosen.groups:
        weight, folder = group.split("=", 1)
        evidence = evidence_of(listener.hear(sound_files([Path(folder)]), WINDOWS)).astype(np.float64)
        total += float(weight)
        first = first + float(weight) * evidence.mean(axis=0)
        second = second + float(weight) * np.square(evidence).mean(axis=0)
    centre = first / total
    spread = np.sqrt(second / total - centre**2)
    edges = np.cumsum([len(class_names((name,))) for name in TAG_ENCODERS])[:-1]
    parts = zip(TAG_ENCODERS, np.split(centre, edges), np.split(spread, edges), strict=True)
    encoders = {name: {"centre": _short(middle), "spread": _short(width)} for name, middle, width in parts}
    document = {"learnt_from": chosen.about, "encoders": encoders}
    TARGET.write_text(json.dumps(document, indent=1).replace("\n    ", " ") + "\n", encoding="utf-8")


def _short(values: np.ndarray) -> list[float]:
    return [round(value, 3) for value in values.tolist()]


if __name__ == "__main__":
    main()
