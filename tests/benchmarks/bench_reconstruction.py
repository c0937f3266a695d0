"""How much of held-out playlists their vectors alone hold.

`python tests/benchmarks/bench_reconstruction.py --train TRAIN --test TEST MODEL…` writes the playlists of TEST again
from each model's vectors, with and without attention and vector, and prints one JSON document. A model is a folder
that `segue train playlist --playlists TRAIN` made. Averages cannot write: of them, the tracks nearest to the vector are
taken, as many as the playlist really has.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from record import commit, hardware

from indexers.catalog.corpus import build_corpus
from indexers.catalog.playlists.formats import read_playlist_file
from indexers.encoders.playlist import NamedPlaylistEncoder, load_playlist_encoder
from indexers.encoders.playlist.reconstruct import compare, report
from indexers.encoders.playlist.seq2seq import Seq2SeqEncoder
from indexers.schema import Rows

SEED = 0


def main() -> None:
    asked = _arguments()
    reports = {folder.name: _examine(folder, asked.train, asked.test, asked.sample) for folder in asked.models}
    about = {"commit": commit(), "hardware": hardware(), "sample": asked.sample, "seed": SEED}
    text = json.dumps({**about, "models": reports}, indent=2)
    if asked.out:
        asked.out.write_text(text + "\n", encoding="utf-8")
    print(text)


def _examine(folder: Path, train: Path, test: Path, sample: int) -> dict[str, Any]:
    encoder = load_playlist_encoder(folder)
    learnt, held_out = (build_corpus(read_playlist_file(path), encoder.vocabulary) for path in (train, test))
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    lists = _sampled(held_out.lists, sample)
    found: Mapping[str, Any]
    if isinstance(encoder, Seq2SeqEncoder):
        found = report(encoder, lists, learnt.counts)
    else:
        written = asdict(compare(lists, _nearest(encoder, lists)))
        found = {"playlists": len(lists), "nearest tracks": {"written": written}}
    return {"fingerprint": encoder.fingerprint, "training": card["figures"], **found}


def _nearest(encoder: NamedPlaylistEncoder, lists: Sequence[Rows]) -> list[Rows]:
    tracks = encoder.stored().tensors["track_vectors"]
    order = np.argsort(-(encoder.encode(lists) @ tracks.T), axis=1, kind="stable")
    return [near[: len(rows)] for near, rows in zip(order, lists, strict=True)]


def _sampled(lists: Sequence[Rows], sample: int) -> list[Rows]:
    known = [rows for rows in lists if len(rows)]
    return [known[row] for row in np.sort(np.random.default_rng(SEED).permutation(len(known))[:sample])]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--test", type=Path, required=True)
    parser.add_argument("--sample", type=int, default=300, help="playlists of TEST that hold a known track")
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
