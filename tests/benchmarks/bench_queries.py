"""What do more ways of looking change? The twelve written queries, asked of whole libraries.

python tests/benchmarks/bench_queries.py --library DIR [--library DIR]…

Each library holds the same music (jamendolyrics, librosa and three packages of Debian, see bench_quality.py), built
with other settings: the first without joint spaces, say, the second with them. Queries and what fits them are those of
quality_queries.json; nothing was chosen by them. Asked as a listener asks, through every arm, fusion and all that
follows; set `artist_cap = 1000` under [search] in each segue.toml, since most of this music has four makers.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from bench_quality import ASKED, _mark, average_precision
from record import record

from engine import Engine, Query

SHOWN, ALL = 5, 1_000


def answer(engine: Engine, query: dict[str, Any]) -> dict[str, Any] | None:
    """The first tracks and how good they are; None where no track fits."""
    found = engine.search(Query(text=query["text"]), k=ALL).results
    marks = np.array([_mark(query, Path(result.path)) for result in found])
    possible = np.sort(marks)[::-1][:SHOWN].sum()
    if not possible:
        return None
    return {
        "query": query["text"],
        "share of 5": round(float(marks[:SHOWN].sum() / possible), 3),
        "average_precision": round(average_precision(marks == marks.max()), 3),
        "first": [[Path(result.path).stem, float(mark)] for result, mark in zip(found, marks, strict=False)][:SHOWN],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", type=Path, action="append", required=True)
    given = parser.parse_args()
    found: dict[str, Any] = {}
    for folder in given.library:
        engine = Engine.open(folder)
        answers = [told for query in ASKED["queries"] if (told := answer(engine, query))]
        found[folder.name] = {
            "tracks": len(engine.map()),
            "mean share of 5": round(float(np.mean([told["share of 5"] for told in answers])), 3),
            "mean average precision": round(float(np.mean([told["average_precision"] for told in answers])), 3),
            "queries": answers,
        }
    record("queries", found, {"shown": SHOWN})


if __name__ == "__main__":
    main()
