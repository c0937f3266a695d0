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


def main() -> None:
    """Measure an undisturbed rebuild, then kill others until none is left to kill."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("music", type=Path)
    parser.add_argument(
        "--first", type=Path, required=True, help="a smaller folder for the generation that serves meanwhile"
    )
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        calm, shaken = folder / "calm", folder / "shaken"
        for library in (calm, shaken):
            segue("scan", str(options.first), "--library", str(library))
            segue("rebuild", "--library", str(library))
            segue("scan", str(options.music), str(options.first), "--library", str(library))
        start = folder / "start"
        shutil.copytree(shaken, start)
        started = time.monotonic()
        segue("rebuild", "--library", str(calm))
        whole_s = time.monotonic() - started
        killed, answered, published_early = 0, 0, 0
        while killed < options.kills:
            if not kill_once(shaken, rng.uniform(0.3, 1.05 * whole_s / 4)):
                published_early += 1  # it finished before the blow: begin again from where all began
                shutil.rmtree(shaken)
                shutil.copytree(start, shaken)
                continue
            killed += 1
            answered += answers(shaken)
        resumed = time.monotonic()
        segue("rebuild", "--library", str(shaken))
        resumed_s = time.monotonic() - resumed
        newest = [max((lib / "generations").iterdir(), key=lambda path: int(path.name)) for lib in (calm, shaken)]
        same = digest(newest[0]) == digest(newest[1])
    figures = {
        "undisturbed_s": round(whole_s, 1),
        "kills": killed,
        "old_generation_answered": answered,
        "finished_before_the_blow": published_early,
        "last_rebuild_s": round(resumed_s, 1),
        "bit_for_bit_equal": same,
    }
    record("soak_kill", figures, {"kills": options.kills, "seed": options.seed})
    if answered != killed or not same:
        sys.exit("a killed rebuild left something behind")


if __name__ == "__main__":
    main()
