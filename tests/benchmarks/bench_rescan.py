"""Nothing changed, or everything moved: how long do `scan` and `rebuild` take on 10,000 tracks?

python tests/benchmarks/bench_rescan.py [--tracks 10000]

The tracks are real files of half a second, each with other noise, analysed by the cheap "fake" encoder: what is
measured (walking, comparing, planning) does not depend on which encoder filled the cache.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile
from record import record, segue

RATE_HZ = 16_000


def write_tracks(folder: Path, n_tracks: int) -> None:
    """Half a second of noise per file, 100 files per folder."""
    rng = np.random.default_rng(1)
    for number in range(n_tracks):
        path = folder / f"album {number // 100:03d}" / f"{number % 100:02d} track {number}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, rng.normal(scale=0.1, size=RATE_HZ // 2), RATE_HZ)


def timed(*arguments: str) -> tuple[float, dict[str, object]]:
    """Seconds of a command as a whole process, and its JSON document."""
    started = time.monotonic()
    said = segue(*arguments, "--json")
    return time.monotonic() - started, json.loads(said.stdout)


def main() -> None:
    """Scan and rebuild, again, and again after the folder has moved."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tracks", type=int, default=10_000)
    n_tracks = parser.parse_args().tracks
    with tempfile.TemporaryDirectory() as name:
        music, moved, library = Path(name) / "music", Path(name) / "moved", str(Path(name) / "library")
        write_tracks(music, n_tracks)
        Path(library).mkdir()
        (Path(library) / "segue.toml").write_text('format = 1\n[analysis]\nencoders = ["fake"]\n')
        figures: dict[str, object] = {"tracks": n_tracks}
        for label, folder in (("first", music), ("unchanged", music), ("moved", moved)):
            if label == "moved":
                music.rename(moved)
            scan_s, scanned = timed("scan", str(folder), "--library", library)
            rebuild_s, rebuilt = timed("rebuild", "--library", library)
            figures[label] = {
                "scan_s": round(scan_s, 2),
                "rebuild_s": round(rebuild_s, 2),
                "both_s": round(scan_s + rebuild_s, 2),
                "indexed": scanned["indexed"],
                "rebuild": {key: value for key, value in rebuilt.items() if not isinstance(value, list | dict)},
            }
    record("rescan", figures, {"tracks": n_tracks, "encoders": ["fake"]})


if __name__ == "__main__":
    sys.exit(main())
