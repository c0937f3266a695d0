"""What do playlist vectors know of genre, diversity, length, order and content? BoW, SIF and seq2seq beside chance.

python tests/benchmarks/bench_probes.py --models DIR [--train FILE --test FILE] [--tags DIR] [--out DIR]

`--models` holds a folder per encoder, as `segue train playlist` writes them. `--train` and `--test` are playlists as
JSONL; without them the real playlists are divided as everywhere, the newest tenth of each source held out. `--tags`
holds the Last.fm tags of the Yes.com songs. The tables go into probes.md in `--out`, the figures into
results/probes-<commit>.json.
"""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from probes_table import as_page
from record import ROOT, record

from engine.evaluation.probes.findings import weigh_claims
from engine.evaluation.probes.labels import GenreBook, playlist_genres, read_genre_book, track_genres
from engine.evaluation.probes.run import run_probes
from engine.evaluation.probes.table import as_values
from engine.evaluation.probes.task import ProbeSettings
from engine.evaluation.probes.tasks import Sides
from indexers.catalog.corpus import Corpus, Vocabulary, build_corpus
from indexers.catalog.playlists.formats import read_playlist_file
from indexers.catalog.splits import Split, split_newest
from indexers.encoders.playlist import NamedPlaylistEncoder, load_playlist_encoder

DATA = Path(os.environ.get("SEGUE_DATA", ROOT.parent / "shared" / "data"))
KINDS = ("bow", "sif", "seq2seq-uni", "seq2seq-bi")


def load_encoders(folder: Path) -> list[NamedPlaylistEncoder]:
    """The encoders that are there, over one vocabulary."""
    encoders = [load_playlist_encoder(folder / kind) for kind in KINDS if (folder / kind / "card.json").is_file()]
    if not encoders:
        sys.exit(f"{folder} holds none of {', '.join(KINDS)}: run segue train playlist")
    if any(one.vocabulary.keys != encoders[0].vocabulary.keys for one in encoders):
        sys.exit(f"the encoders of {folder} know different tracks: train them on the same playlists")
    return encoders


def divide(train: Path | None, test: Path | None) -> Split:
    """The two sides, from two files or from the real playlists."""
    if train and test:
        return Split(read_playlist_file(train), read_playlist_file(test))
    return split_newest(read_playlist_file(DATA / "playlists" / "playlists.jsonl.gz"))


def coverage(vocabulary: Vocabulary, sides: Mapping[str, Corpus], book: GenreBook) -> dict[str, Any]:
    """How many tracks and playlists have a genre, by tags of the track alone and with those of its artist."""
    found = {}
    for name, by_artist in (("tags of the track", False), ("tags of the track or its artist", True)):
        genre_of = track_genres(vocabulary, book, by_artist=by_artist)
        labels = {side: playlist_genres(corpus.lists, genre_of) for side, corpus in sides.items()}
        found[name] = {
            "tracks": len(genre_of),
            "of tracks": len(vocabulary),
            **{side: len(of) for side, of in labels.items()},
            **{f"of {side}": len(corpus.lists) for side, corpus in sides.items()},
            "genres": dict(Counter(genre for of in labels.values() for genre in of.values()).most_common()),
        }
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--train", type=Path)
    parser.add_argument("--test", type=Path)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--tags", type=Path, default=DATA / "tags" / "yes_songs")
    parser.add_argument("--out", type=Path, default=ROOT / "tests" / "benchmarks")
    given = parser.parse_args()
    if bool(given.train) != bool(given.test):
        parser.error("--train and --test go together")
    start, settings = time.perf_counter(), ProbeSettings()
    split, encoders = divide(given.train, given.test), load_encoders(given.models)
    vocabulary = encoders[0].vocabulary
    corpora = {"training": build_corpus(split.train, vocabulary), "held-out": build_corpus(split.test, vocabulary)}
    book = read_genre_book(given.tags)
    genre_of = track_genres(vocabulary, book, by_artist=True)
    sides = Sides(corpora["training"], corpora["held-out"], genre_of)
    rows = run_probes(sides, encoders, settings, lambda line: print(line, file=sys.stderr, flush=True))
    findings, found = weigh_claims(rows), coverage(vocabulary, corpora, book)
    figures = {**as_values(rows, findings), "coverage": found, "seconds": round(time.perf_counter() - start)}
    path = record("probes", figures, {**asdict(settings), "encoders": {one.name: one.fingerprint for one in encoders}})
    page = as_page(rows, findings, found, settings, path.name)
    (given.out / "probes.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
