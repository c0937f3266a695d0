"""How many four-minute tracks an hour does a rebuild analyse on two processes, beside bliss-audio in the same run?

python tests/benchmarks/bench_rebuild.py FOLDER… [--tracks 48] [--three-hours] [--bliss-python PYTHON]

The tracks are real music from the folders, looped or cut to 240 s and encoded as mp3, ogg, flac and m4a in turn.
bliss-audio (GPL-3.0, hand-made features) is never imported here: it runs as a program of its own, in an environment
that this benchmark makes for it unless one is given.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import psutil
import soundfile
from record import ROOT, record

from indexers.catalog.tables import read_tracks
from indexers.library import Library
from indexers.media.decode import blocks, read_windows
from indexers.media.windows import plan_windows

RATE_HZ, LENGTH_S = 44_100, 240
FORMATS = ("mp3", "ogg", "flac", "m4a")
BLISS = "import sys, bliss_audio\nfor path in sys.argv[1:]: bliss_audio.Song(path)"


def real_music(folders: Iterable[Path]) -> list[Path]:
    """Every track of at least a minute under the folders."""
    found = sorted(path for folder in folders for path in folder.rglob("*") if path.suffix in {".mp3", ".ogg", ".flac"})
    return [path for path in found if soundfile.info(path).duration >= 60]


def stereo(path: Path) -> np.ndarray:
    """The track looped or cut to LENGTH_S: [n_samples, 2], taken as 44.1 kHz whatever it was."""
    samples, _ = soundfile.read(path, dtype="float32", always_2d=True)
    samples = samples[:, :2] if samples.shape[1] > 1 else np.repeat(samples, 2, axis=1)
    return np.resize(samples, (LENGTH_S * RATE_HZ, 2))


def write_m4a(path: Path, samples: np.ndarray) -> None:
    """Encode [n_samples, 2] as AAC."""
    with av.open(path, "w") as container:
        stream = container.add_stream("aac", rate=RATE_HZ, layout="stereo", bit_rate=192_000)
        for start in range(0, len(samples), 1024):
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(samples[start : start + 1024].T), "fltp", layout="stereo"
            )
            frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, start, Fraction(1, RATE_HZ)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def write_set(folder: Path, sources: list[Path], n_tracks: int) -> list[Path]:
    """The four-minute tracks, each with a little other noise so that no two are the same recording."""
    rng = np.random.default_rng(1)
    written = []
    for number in range(n_tracks):
        suffix = FORMATS[number % len(FORMATS)]
        path = folder / f"{number:03d}.{suffix}"
        samples = stereo(sources[number % len(sources)])
        samples = np.clip(samples + rng.normal(scale=1e-4, size=samples.shape), -1, 1).astype(np.float32)
        if suffix == "m4a":
            write_m4a(path, samples)
        else:
            with soundfile.SoundFile(path, "w", RATE_HZ, 2) as stream:
                for start in range(0, len(samples), RATE_HZ):  # libsndfile crashes on a whole track at once
                    stream.write(samples[start : start + RATE_HZ])
        written.append(path)
    return written


def write_three_hours(path: Path) -> None:
    """A mono mp3 of three hours."""
    with soundfile.SoundFile(path, "w", RATE_HZ, 1, format="MP3") as stream:
        rng = np.random.default_rng(2)
        for _ in range(180):
            stream.write(rng.normal(scale=0.1, size=60 * RATE_HZ).astype(np.float32))


@contextmanager
def peak_memory() -> Iterator[Callable[[], float]]:
    """Sample the proportional memory of this process's children; gives a function that tells the peak in GiB."""
    peak, done = [0.0], threading.Event()

    def watch() -> None:
        while not done.wait(0.1):
            total = 0
            for child in psutil.Process().children(recursive=True):
                try:
                    total += child.memory_full_info().pss
                except psutil.Error:
                    continue
            peak[0] = max(peak[0], total / 2**30)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    yield lambda: peak[0]
    done.set()
    thread.join()


def timed(*commands: list[str]) -> dict[str, float]:
    """Run commands side by side: wall seconds, core seconds, peak memory."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with peak_memory() as peak:
        started = time.monotonic()
        running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for command in commands]
        for process in running:
            _, errors = process.communicate()
            if process.returncode:
                sys.exit(f"{' '.join(process.args[:5])}… ended with {process.returncode}: {errors.decode()[-1500:]}")
        wall_s = time.monotonic() - started
        peak_gib = peak()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cores_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall_s": round(wall_s, 2), "core_s": round(cores_s, 2), "peak_gib": round(peak_gib, 2)}


def bliss_python(folder: Path) -> Path:
    """Make an environment with bliss-audio in it."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    subprocess.run([str(folder / "bin/pip"), "install", "--quiet", "bliss-audio"], check=True)
    return folder / "bin/python"


def decode_seconds(paths: list[Path], n_windows: int) -> dict[str, dict[str, float]]:
    """Core seconds per track and format: the analysed windows alone, and everything."""
    table: dict[str, dict[str, float]] = {}
    for suffix in FORMATS:
        chosen = [path for path in paths if path.suffix == f".{suffix}"][:3]
        windows = plan_windows(float(LENGTH_S), n_windows, 48_128 / 16_000)
        started = time.process_time()
        for path in chosen:
            read_windows(path, windows, sample_rate_hz=16_000, window_samples=48_128)
        windows_s = time.process_time() - started
        started = time.process_time()
        for path in chosen:
            for _ in blocks(path, 16_000):
                pass
        whole_s = time.process_time() - started
        table[suffix] = {"windows_s": round(windows_s / len(chosen), 3), "whole_s": round(whole_s / len(chosen), 3)}
    return table


def folder_bytes(folder: Path) -> int:
    """The bytes of every file below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def measure(folder: Path, options: argparse.Namespace) -> dict[str, object]:
    """Scan, rebuild and bliss on one set."""
    music, library = folder / "music", folder / "library"
    music.mkdir()
    paths = write_set(music, real_music(options.folders), options.tracks)
    bliss = options.bliss_python or bliss_python(folder / "bliss")
    segue = [sys.executable, "-m", "engine.cli"]
    scan = timed([*segue, "scan", str(music), "--library", str(library)])
    rebuild = timed([*segue, "rebuild", "--library", str(library)])
    halves = [[str(bliss), "-c", BLISS, *map(str, paths[start::2])] for start in (0, 1)]
    peer = timed(*halves)
    found = read_tracks(Library.open(library)).height
    generation = library / "generations" / "1"
    n_windows = json.loads((generation / "manifest.json").read_text())["settings"]["analysis"]["windows"]
    rate, peer_rate = (3600 * found / run["wall_s"] for run in (rebuild, peer))
    decode = decode_seconds(paths, n_windows)
    decode_s = sum(entry["windows_s"] for entry in decode.values()) / len(decode)
    return {
        "tracks": found,
        "windows_per_track": n_windows,
        "scan": scan,
        "rebuild": rebuild,
        "bliss": peer,
        "tracks_per_hour": round(rate),
        "tracks_per_hour_with_scan": round(3600 * found / (rebuild["wall_s"] + scan["wall_s"])),
        "bliss_tracks_per_hour": round(peer_rate),
        "ratio_to_bliss": round(rate / peer_rate, 3),
        "decode_core_s_per_track": decode,
        "share_of_core_time_decoding": round(decode_s * found / rebuild["core_s"], 3),
        "cache_bytes_per_track": round(folder_bytes(library / "cache") / found),
        "generation_bytes_per_track": round(folder_bytes(generation) / found),
    }


def with_three_hours(folder: Path) -> dict[str, object]:
    """Add the three-hour file and rebuild again: seconds and peak memory of the whole job."""
    write_three_hours(folder / "music" / "three hours.mp3")
    segue = [sys.executable, "-m", "engine.cli"]
    library = ["--library", str(folder / "library")]
    scan = timed([*segue, "scan", str(folder / "music"), *library])
    return {"scan": scan, "rebuild": timed([*segue, "rebuild", *library])}


def main() -> None:
    """Measure and record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--tracks", type=int, default=48)
    parser.add_argument("--three-hours", action="store_true")
    parser.add_argument("--bliss-python", type=Path)
    options = parser.parse_args()
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory() as name:
        figures = measure(Path(name), options)
        if options.three_hours:
            figures["with_three_hours"] = with_three_hours(Path(name))
    record("rebuild", figures, {"tracks": options.tracks, "length_s": LENGTH_S, "formats": FORMATS, "processes": 2})


if __name__ == "__main__":
    main()
