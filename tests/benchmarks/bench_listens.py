"""How well do recommenders find what listeners also play? On the Last.fm listens of HetRec 2011, leave ten out.

python tests/benchmarks/bench_listens.py [--data FOLDER] [--seed 0]

`--data` (or SEGUE_DATA) holds listens/lastfm_hetrec. Writes results/listens-<commit>.json and listens.md.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import argparse
import resource
from pathlib import Path

from record import ROOT, record

from engine.evaluation.listens.report import as_json, as_markdown
from engine.evaluation.listens.run import ListensPlan, evaluate_listens
from indexers.catalog.listens import read_listens

PAGE = Path(__file__).parent / "listens.md"


def main() -> None:
    """Measure, record and write the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=os.environ.get("SEGUE_DATA", ROOT.parent / "shared" / "data"))
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    folder = Path(asked.data) / "listens" / "lastfm_hetrec"
    listens = read_listens(folder / "user_artists.dat.gz", names=folder / "artists.dat.gz")
    plan = ListensPlan(seed=asked.seed)
    document = as_json(evaluate_listens(listens, plan, lambda step, done, total: print(f"{step} {done}/{total}")))
    used = resource.getrusage(resource.RUSAGE_SELF)
    cost = {"core_seconds": round(used.ru_utime + used.ru_stime), "peak_gib": round(used.ru_maxrss / 2**20, 2)}
    path = record("listens", {**document, **cost}, {"set": "hetrec2011-lastfm-2k", **document["settings"]})
    PAGE.write_text(f"{as_markdown(document)}\n{_how(path, cost)}", encoding="utf-8")


def _how(path: Path, cost: dict[str, float]) -> str:
    made_by = "python tests/benchmarks/bench_listens.py"
    same = "segue evaluate listens user_artists.dat.gz --names artists.dat.gz --out DIR"
    return (
        "The set is hetrec2011-lastfm-2k (Cantador, Brusilovsky and Kuflik 2011, for research); items are artists.\n"
        f"Made by `{made_by}` in {cost['core_seconds']} core-seconds and {cost['peak_gib']} GiB;\n"
        f"all figures are in `results/{path.name}`. The same from the command line:\n`{same}`.\n"
    )


if __name__ == "__main__":
    main()
