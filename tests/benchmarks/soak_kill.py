"""Kill a rebuild at random moments: does the old generation answer, does the next one resume, are the bytes equal?

python tests/benchmarks/soak_kill.py MUSIC --first SMALLER_FOLDER [--kills 20] [--seed 1]
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from record import record, segue

VOLATILE = {"build.json"}  # the one file that says when and where a generation was built


def digest(generation: Path) -> dict[str, str]:
    """SHA-256 of every file of a generation but the volatile one."""
    files = sorted(path for path in generation.rglob("*") if path.is_file() and path.name not in VOLATILE)
    return {str(path.relative_to(generation)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def answers(library: Path) -> bool:
    """Whether a search on the library gives results."""
    said = segue("search", "piano", "--library", str(library), "--json", "--k", "3")
    return len(json.loads(said.stdout)["results"]) > 0


def kill_once(library: Path, after_s: float) -> bool:
    """Start a rebuild and SIGKILL its whole process group after a while; true when it was still running."""
    rebuild = subprocess.Popen(
        [sys.executable, "-m", "engine.cli", "rebuild", "--library", str(library)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        rebuild.wait(timeout=after_s)
    except subprocess.TimeoutExpired:
        os.killpg(rebuild.pid, signal.SIGKILL)
        rebuild.wait()
        return True
    return False


def prepare(library: Path, first: Path, music: Path) -> None:
    """Publish a generation of the smaller folder, then catalogue the larger one."""
    segue("scan", str(first), "--library", str(library))
    segue("rebuild", "--library", str(library))
    segue("scan", str(music), str(first), "--library", str(library))


def timed_rebuild(library: Path) -> float:
    """Rebuild without disturbance; seconds."""
    started = time.monotonic()
    segue("rebuild", "--library", str(library))
    return time.monotonic() - started


def newest(library: Path) -> Path:
    """The folder of the youngest generation."""
    return max((library / "generations").iterdir(), key=lambda path: int(path.name))


def shake(library: Path, start: Path, blows_s: Iterator[float], kills: int) -> tuple[int, int]:
    """Kill rebuilds until `kills` were hit; how often the library still answered, and how many finished too early."""
    answered, early = 0, 0
    while kills:
        if kill_once(library, next(blows_s)):
            answered += answers(library)
            kills -= 1
        else:  # it finished before the blow: begin again from where all began
            early += 1
            shutil.rmtree(library)
            shutil.copytree(start, library)
    return answered, early


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("music", type=Path)
    parser.add_argument("--first", type=Path, required=True, help="a smaller folder: the generation that serves")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> None:
    """Measure an undisturbed rebuild, then a shaken one."""
    options = parsed()
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as name:
        calm, shaken, start = (Path(name) / part for part in ("calm", "shaken", "start"))
        prepare(start, options.first, options.music)
        for library in (calm, shaken):
            shutil.copytree(start, library)
        whole_s = timed_rebuild(calm)
        blows_s = iter(lambda: rng.uniform(0.3, whole_s / 4), None)
        answered, early = shake(shaken, start, blows_s, options.kills)
        resumed_s = timed_rebuild(shaken)
        same = digest(newest(calm)) == digest(newest(shaken))
    figures = {
        "undisturbed_s": round(whole_s, 1),
        "kills": options.kills,
        "old_generation_answered": answered,
        "finished_before_the_blow": early,
        "last_rebuild_s": round(resumed_s, 1),
        "bit_for_bit_equal": same,
    }
    record("soak_kill", figures, vars(options) | {"music": options.music.name, "first": options.first.name})
    if answered != options.kills or not same:
        sys.exit("a killed rebuild left something behind")


if __name__ == "__main__":
    main()
