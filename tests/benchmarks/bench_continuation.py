"""How long does continuing a playlist of 50 tracks take, over a library of 70,000 tracks, and what takes it?

python tests/benchmarks/bench_continuation.py LIBRARY --playlists FILE [--tracks 70000] [--work FOLDER]

The large library is the serving generation of LIBRARY with its real vectors resampled with noise; its tracks bear the
names of the tracks of FILE (JSON lines of playlists), first those that most playlists hold, and it learns from FILE.
What is in --work already is measured as it is.
"""

import argparse
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before numpy, torch and faiss load

import numpy as np
import polars as pl
from bench_latency import NOISE, enlarge, percentiles
from record import record

from engine import Engine
from engine.continuation.fit import FitSettings, Tools
from engine.continuation.learn import learn_continuation
from indexers.catalog.corpus import build_corpus, build_vocabulary
from indexers.catalog.playlists.formats import read_playlist_file
from indexers.generation import Generation
from indexers.library import Library
from indexers.words import WordIndex, track_texts

N_SEEDS = 50
ROUNDS = 200
FEW = 0.02  # of the playlists held out to tune: how long an answer takes does not hang on it, learning does


def name_tracks(library: Library, file: Path) -> None:
    """Give the library's tracks the names of the playlists' tracks, the most listed first."""
    playlists = read_playlist_file(file)
    vocabulary = build_vocabulary(playlists, min_playlists=1)
    order = np.argsort(-build_corpus(playlists, vocabulary).counts, kind="stable")
    path = library.generation(1) / "tracks.parquet"
    tracks = pl.read_parquet(path)
    order = order[: tracks.height].tolist()
    if len(order) < tracks.height:
        raise SystemExit(f"{file} names {len(order)} tracks, fewer than --tracks")
    tracks = tracks.with_columns(
        artist=pl.Series([vocabulary.artists[row] for row in order]),
        title=pl.Series([vocabulary.titles[row] for row in order]),
        album=pl.lit(None, dtype=pl.String),
    )
    tracks.write_parquet(path)
    WordIndex.build(track_texts(tracks)).save(library.generation(1) / "words")


def measure(engine: Engine, rng: np.random.Generator) -> dict[str, Any]:
    """Milliseconds of warm continuations with names, after ten that are not counted, and of their parts."""
    ids = engine.refresh().generation.tracks["track_id"]
    taken: list[float] = []
    parts: dict[str, list[float]] = {}
    for number in range(ROUNDS + 10):
        seeds = ids.gather(rng.integers(len(ids) // 2, size=N_SEEDS)).to_list()
        started = time.perf_counter()
        answer = engine.continue_playlist(seeds, 50, name=("rainy piano", "party", "sunday morning")[number % 3])
        if number >= 10:
            taken.append(time.perf_counter() - started)
            for part, spent_ms in answer.parts_ms.items():
                parts.setdefault(part, []).append(spent_ms / 1000)
    return {"whole": percentiles(taken), "parts": {part: percentiles(spent) for part, spent in parts.items()}}


def build(folder: Path, options: argparse.Namespace) -> None:
    """Make the large library and let it learn."""
    library = Library.create(folder)
    enlarge(Generation.open(Library.open(options.library)), library, options.tracks)
    name_tracks(library, options.playlists)
    engine = Engine.open(folder)
    settings = FitSettings(held_out=FEW)
    learn_continuation(
        library, engine.refresh().generation, [options.playlists], settings, Tools(engine.models.text("text"), print)
    )


def main() -> None:
    """Measure and record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("library", type=Path)
    parser.add_argument("--playlists", type=Path, required=True)
    parser.add_argument("--tracks", type=int, default=70_000)
    parser.add_argument("--work", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = options.work or Path(name) / "library"
        if not (folder / "models" / "continuation").exists():
            build(folder, options)
        engine = Engine.open(folder)
        started = time.perf_counter()
        engine.continue_playlist((), 50, name="rainy piano")
        card = json.loads((folder / "models" / "continuation" / "card.json").read_text())
        figures = {
            "first_answer_s": round(time.perf_counter() - started, 2),
            "model_bytes": sum(path.stat().st_size for path in (folder / "models" / "continuation").iterdir()),
            "known_tracks": card["tracks"],
            "tracks_placed_by_sound_and_name": len(card["cold"]),
            "warm": measure(engine, np.random.default_rng(2)),
        }
    record(
        "continuation",
        figures,
        {
            "tracks": options.tracks,
            "seeds": N_SEEDS,
            "k": 50,
            "rounds": ROUNDS,
            "threads": f"numpy {os.cpu_count()}, others 1",
            "noise": NOISE,
        },
    )


if __name__ == "__main__":
    main()
