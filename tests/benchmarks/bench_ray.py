"""How fast is a rebuild on Ray beside the local engine, on the same folder in the same run, and what does a kill cost?

python tests/benchmarks/bench_ray.py FOLDER [--tracks 200] [--rounds 3] [--workers 2]

Each rebuild begins with an empty cache. In the third one of each round SIGKILL hits one of the actors once a third of
the tracks are heard. The generations of all are compared byte by byte. Ray's workers are as nice as the local ones,
which is not Ray's default: otherwise whatever else the machine does would count against Ray alone.
"""

import argparse
import logging
import os

os.environ.setdefault("RAY_worker_niceness", "0")

import shutil
import signal
import statistics
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from record import record
from soak_kill import digest

from engine import Engine
from indexers.rebuild.cluster import crew
from indexers.rebuild.report import RebuildReport, Step

SOUNDS = {".mp3", ".ogg", ".flac", ".wav", ".m4a", ".opus"}
ENGINES = ("local", "ray", "ray, one killed")


class Actors(logging.Handler):
    """The processes of the actors of one rebuild, as their crew tells of them."""

    def __init__(self) -> None:
        super().__init__()
        self.processes: list[int] = []

    def emit(self, record: logging.LogRecord) -> None:
        if "actor has started" in record.msg:
            self.processes.append(record.args[1])


@dataclass
class Watch:
    """What is seen of a rebuild from outside."""

    kills: bool
    actors: Actors = field(default_factory=Actors)
    killed: int | None = None
    heard: list[tuple[float, int]] = field(default_factory=list)  # moments, and tracks done by then

    def __call__(self, step: Step) -> None:
        if step.stage != "analyse":
            return
        self.heard.append((time.monotonic(), step.done))
        if self.kills and self.killed is None and 3 * step.done >= step.total:
            self.killed = self.actors.processes[0]
            os.kill(self.killed, signal.SIGKILL)

    @property
    def seconds(self) -> float:
        """From the beginning to the last track."""
        return self.heard[-1][0] - self.heard[0][0]

    @property
    def start_s(self) -> float:
        """From the beginning to the first track: the workers load their encoders, and hear one track or shard."""
        return self.heard[1][0] - self.heard[0][0]


@dataclass(frozen=True)
class Run:
    """One rebuild."""

    engine: str
    tracks_per_hour: float  # of the analysis; starting Ray and loading encoders included
    heard_s: float  # of it, once Ray runs
    first_s: float  # of that, until the first outcome came
    seconds: float  # with building and publishing


def rebuild(folder: Path, library: Path, engine: str, workers: int) -> tuple[Run, dict[str, str]]:
    """Scan a folder into a new library and rebuild it: the figures, and the digest of the generation."""
    library.mkdir()
    settings = f"[analysis]\nworkers = {workers}\n[cluster]\nworkers = {workers}\n"
    (library / "segue.toml").write_text(f"format = 1\n{settings}")
    opened = Engine.open(library)
    opened.scan([folder])
    watch = Watch("killed" in engine)
    crew.log.addHandler(watch.actors)
    report: RebuildReport = opened.rebuild(engine=engine.split(",", maxsplit=1)[0], progress=watch)
    crew.log.removeHandler(watch.actors)
    if report.failed or (watch.kills and watch.killed is None):
        raise SystemExit(f"{engine}: failed {report.failed}, killed {watch.killed}")
    run = Run(engine, report.tracks_per_hour, round(watch.seconds, 2), round(watch.start_s, 2), report.seconds)
    return run, digest(library / "generations" / "1")


def choose(folder: Path, n_tracks: int, into: Path) -> Path:
    """Copy some of the tracks of a folder, spread evenly over them in order of name."""
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SOUNDS)
    chosen = found[:: max(1, len(found) // n_tracks)][:n_tracks]
    into.mkdir()
    for number, path in enumerate(chosen):
        shutil.copy(path, into / f"{number:04d}{path.suffix.lower()}")
    return into


def measure(folder: Path, workers: int, rounds: int, scratch: Path) -> dict[str, object]:
    """Rebuild with every engine in turn, several times."""
    runs: list[Run] = []
    digests = []
    for number in range(rounds):
        for name in ENGINES:
            library = scratch / f"{number}-{name}"
            run, content = rebuild(folder, library, name, workers)
            shutil.rmtree(library)
            print(run, flush=True)
            runs.append(run)
            digests.append(content)
    rates = {name: [run.tracks_per_hour for run in runs if run.engine == name] for name in ENGINES}
    median = {name: statistics.median(of) for name, of in rates.items()}
    shares = {
        name: [rate / local for rate, local in zip(of, rates["local"], strict=True)] for name, of in rates.items()
    }
    return {
        "tracks_per_hour": median,
        "share_of_local": {name: round(statistics.median(of), 3) for name, of in shares.items()},
        "share_of_local_each_round": {name: [round(share, 3) for share in of] for name, of in shares.items()},
        "same_bytes": all(content == digests[0] for content in digests),
        "files_of_a_generation": len(digests[0]),
        "runs": [asdict(run) for run in runs],
    }


def main() -> None:
    """Measure and record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tracks", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    crew.log.setLevel(logging.INFO)
    with tempfile.TemporaryDirectory() as name:
        folder = choose(options.folder, options.tracks, Path(name) / "music")
        tracks = len(list(folder.iterdir()))
        figures = measure(folder, options.workers, options.rounds, Path(name))
    record("ray", figures, {"tracks": tracks, "rounds": options.rounds, "workers": options.workers})


if __name__ == "__main__":
    main()
