"""How well do long texts find whole tracks, and where in them, with `collap` and by pools of what is below it?

python tests/benchmarks/bench_longform.py --pairs FILE --model DIR [--split test] [--medleys 0]

`--pairs` is the manifest that the model was trained from; what held-out tracks sound like is kept beside it. Everything
is what `segue evaluate longform` tells, with all windows of a track and with 12 as in a library. Medleys are tracks
composed of held-out clips: they make the pool larger where there are few long tracks. Speed, on one thread: tracks of
12 windows a second that get their vectors from those of the towers below, as a rebuild does; the milliseconds that
reading a query takes beyond its sentence vectors; and those that attending to the clips of 200 tracks takes.
"""

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
from record import record

from engine.build import Models
from engine.evaluation.longform.run import Encoders, LongformPlan, evaluate_longform
from indexers.encoders.collap.storage import read_stored
from indexers.schema import Laid
from indexers.testing import unit_rows
from indexers.vectors.exact import one_thread
from rankers.attention import fused_scores

N_TRACKS, N_WINDOWS, ROUNDS = 200, 12, 20
SHORT = "slow piano, then drums and a choir join in"
LONG = (
    "It begins with a flute over soft strings. Then a choir joins in, loud and slow. At last drums and brass end it. "
    * 8
)


def best_s(work: Callable[[], object]) -> float:
    """The seconds of the fastest of some rounds, after one that is not counted."""
    work()
    seconds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def speeds(encoders: Encoders) -> dict[str, Any]:
    """Vectors a second, and milliseconds a query."""
    rng = np.random.default_rng(0)
    clips = unit_rows(rng.normal(size=(N_TRACKS * N_WINDOWS, encoders.long.dim)).astype(np.float32))
    starts_s = np.tile(20.0 * np.arange(N_WINDOWS, dtype=np.float32), N_TRACKS)
    laid = Laid(
        np.stack([starts_s, starts_s + 3], axis=1),
        N_WINDOWS * np.arange(N_TRACKS + 1),
        np.full(N_TRACKS, 20.0 * N_WINDOWS, dtype=np.float32),
    )
    with one_thread():
        placed, tracks = encoders.long.place(clips, laid)
        found: dict[str, Any] = {"tracks a second": round(N_TRACKS / best_s(lambda: encoders.long.place(clips, laid)))}
        found["clips a second"] = N_WINDOWS * found["tracks a second"]
        halves = placed.astype(np.float16)
        for name, text in (("short query", SHORT), ("long query", LONG)):
            reading = encoders.long.read(text)  # its sentences are remembered from here on
            found[f"{name}, sentences"] = len(reading.sentences) - 1
            found[f"{name}, reading, ms"] = round(1e3 * best_s(lambda text=text: encoders.long.read(text)), 2)
            attended_s = best_s(
                lambda reading=reading: fused_scores(reading, tracks, halves.astype(np.float32), laid.starts)
            )
            found[f"{name}, attending to {N_TRACKS} tracks, ms"] = round(1e3 * attended_s, 2)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--split", default="test")
    parser.add_argument("--medleys", type=int, default=0)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    encoders = Models().longform(f"collap:{given.model.absolute()}")
    plan = LongformPlan(given.pairs, given.split, given.medleys, workers=given.workers, tell=print)
    found = {**evaluate_longform(plan, encoders), "speed": speeds(encoders)}
    about = read_stored(given.model).about
    settings = {"split": given.split, "medleys": given.medleys}
    record("longform", found, {**settings, "trained": {key: about[key] for key in ("command", "data", "figures")}})


if __name__ == "__main__":
    main()
