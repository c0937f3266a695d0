"""What was learnt to continue playlists, on disk: one folder, whole or absent."""

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from engine.continuation.fit import FitSettings, Fitted
from indexers.base import Recommender, TextEncoder
from indexers.catalog.corpus import Corpus, Vocabulary
from indexers.catalog.storage import read_table, write_table
from indexers.encoders.learning.cards import read_card, read_tensors, write_tensors
from indexers.encoders.playlist.settings import Item2VecSettings
from indexers.encoders.playlist.sif import fit_sif
from indexers.encoders.playlist.storage import read_vocabulary, write_vocabulary
from indexers.errors import ModelError
from indexers.files import disk_errors, write_text
from indexers.library import Library
from indexers.schema import Vectors
from rankers.blend import Blend
from rankers.facts import Facts
from rankers.learned import LearnedRanker, LearnedSettings
from rankers.recommend.als import Als, AlsSettings
from rankers.recommend.item_knn import ItemKnn, ItemKnnSettings
from rankers.recommend.item_vectors import ItemVectors
from rankers.recommend.names import Names
from rankers.recommend.playlist_neighbours import NeighbourSettings, PlaylistNeighbours
from rankers.recommend.popularity import Popularity
from rankers.recommend.session_knn import SessionKnn, SessionKnnSettings
from rankers.suite import Suite, fact_names

FORMAT = 2
CARD, TENSORS, PLAYLISTS, TRACKS = (
    "card.json",
    "tensors.safetensors",
    "playlists.parquet",
    "tracks.parquet",
)
REMEDY = "run `segue train continuation` again"
PLAYLIST_COLUMNS: dict[str, pl.DataType] = {
    "playlist_id": pl.String(),
    "name": pl.String(),
    "source": pl.String(),
    "day": pl.Int64(),
    "rows": pl.List(pl.Int64()),
}
SECTIONS = {
    "cosine": ItemKnnSettings,
    "bm25": ItemKnnSettings,
    "als": AlsSettings,
    "session": SessionKnnSettings,
    "item2vec": Item2VecSettings,
    "neighbours": NeighbourSettings,
    "names": NeighbourSettings,
    "names_recent": NeighbourSettings,
    "ranker": LearnedSettings,
}


@dataclass(frozen=True, slots=True)
class ColdTracks:
    """Tracks that no playlist holds, by track id, and where they are thought to stand among the track vectors.

    `vectors` is [n_cold, dim], unit rows.
    """

    track_ids: tuple[str, ...]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class ContinuationModel:
    """Recommenders, blend and ranker over one vocabulary, the library's cold tracks, and what it was learnt from."""

    suite: Suite
    vocabulary: Vocabulary
    learnt_from: str
    cold: ColdTracks


def model_folder(library: Library) -> Path:
    """Where a library keeps what it learnt to continue playlists."""
    return library.root / "models" / "continuation"


def learnt_on(library: Library) -> int:
    """When it last learnt that, in nanoseconds; 0 where it never did."""
    card = model_folder(library) / CARD
    return card.stat().st_mtime_ns if card.exists() else 0


def save_model(folder: Path, fitted: Fitted, settings: FitSettings, learnt_from: str, cold: ColdTracks) -> None:
    """Write a model beside its place and put it there in one step; what was there before goes.

    Raises:
        StorageError: the disk refused.
    """
    with disk_errors(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        try:
            _write(staging, fitted, settings, learnt_from, cold)
            staging.chmod(0o755)
            old = folder.with_name(f".{folder.name}.old")
            shutil.rmtree(old, ignore_errors=True)
            if folder.exists():
                folder.rename(old)
            staging.rename(folder)
            shutil.rmtree(old, ignore_errors=True)
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def load_model(folder: Path, text: TextEncoder | None) -> ContinuationModel:
    """Read a model; arms that need no more than the playlists are made from them again.

    Args:
        folder: Where `save_model` wrote it.
        text: The text encoder for names; None leaves the names' arms silent.

    Raises:
        ModelError: it is of another format, or a file is damaged or missing.
    """
    card = read_card(folder / CARD, FORMAT, REMEDY)
    if card["format"] < FORMAT:
        raise ModelError(f"{folder} was learnt by an older Segue (format {card['format']}, not {FORMAT}): {REMEDY}")
    try:
        settings = _settings(card["settings"])
        blend = Blend(tuple(card["arms"]), {int(n): tuple(weights) for n, weights in card["weights"].items()})
        tensors = read_tensors(folder / TENSORS, REMEDY)
        corpus = _read_corpus(folder)
        suite = _suite(corpus, settings, blend, tensors, text)
        cold = ColdTracks(tuple(card["cold"]), tensors["cold"])
        ranker = _read_ranker(folder, card["second_stage"], suite.names)
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise ModelError(f"{folder} is damaged ({error}): {REMEDY}") from error
    suite = Suite(suite.arms, suite.facts, blend, ranker)
    return ContinuationModel(suite, corpus.vocabulary, card["learnt_from"], cold)


def _suite(
    corpus: Corpus, settings: FitSettings, blend: Blend, tensors: Mapping[str, Any], text: TextEncoder | None
) -> Suite:
    item2vec = ItemVectors(tensors["item2vec"], "item2vec")
    cosine = _neighbours(tensors, "item_knn_cosine")
    arms: dict[str, Recommender] = {
        arm.name: arm
        for arm in (
            Popularity.fit(corpus, settings.popularity_half_life_days),
            cosine,
            _neighbours(tensors, "item_knn_bm25"),
            SessionKnn.fit(corpus, settings.session),
            item2vec,
            PlaylistNeighbours.fit(corpus, fit_sif(corpus, item2vec.vectors), settings.neighbours),
            Als(tensors["als"], tensors["als_gram"], settings.als.alpha),
        )
    }
    if text is not None and "names" in tensors:
        names = Names.of(corpus, text, tensors["names"], settings.names)
        arms |= {"names": names, "names_recent": names.with_settings(settings.names_recent, "names_recent")}
    facts = Facts.fit(corpus, item2vec, cosine)
    return Suite(tuple(arms[name] for name in blend.arms), facts, blend)


def _write(folder: Path, fitted: Fitted, settings: FitSettings, learnt_from: str, cold: ColdTracks) -> None:
    suite, corpus = fitted.suite, fitted.corpus
    tensors = {"cold": cold.vectors}
    for arm in suite.arms:
        tensors |= _tensors(arm)
    write_tensors(folder / TENSORS, tensors)
    write_vocabulary(folder / TRACKS, corpus.vocabulary)
    lists = (corpus.ids, corpus.names, corpus.sources, corpus.days.tolist(), [rows.tolist() for rows in corpus.lists])
    table = pl.DataFrame(dict(zip(PLAYLIST_COLUMNS, lists, strict=True)), schema=PLAYLIST_COLUMNS)
    write_table(folder / PLAYLISTS, table)
    forests = suite.ranker.texts() if suite.ranker is not None else {}
    for objective, forest in forests.items():
        write_text(folder / f"{objective}.txt", forest)
    card = {
        "format": FORMAT,
        "learnt_from": learnt_from,
        "date": date.today().isoformat(),
        "playlists": len(corpus.lists),
        "tracks": len(corpus.vocabulary),
        "arms": suite.names,
        "weights": {str(n_seeds): weights for n_seeds, weights in suite.blend.weights.items()},
        "second_stage": list(forests),
        "settings": settings_json(settings),
        "cold": cold.track_ids,
    }
    write_text(folder / CARD, json.dumps(card, indent=2) + "\n")


def _read_ranker(folder: Path, objectives: Sequence[str], arms: Sequence[str]) -> LearnedRanker | None:
    texts = {objective: (folder / f"{objective}.txt").read_text(encoding="utf-8") for objective in objectives}
    return LearnedRanker.from_texts(texts, fact_names(arms)) if texts else None


def settings_json(settings: FitSettings) -> dict[str, Any]:
    """The settings as JSON types."""
    return {**asdict(settings), "item2vec": settings.item2vec.model_dump()}


def _settings(said: Mapping[str, Any]) -> FitSettings:
    return FitSettings(**{name: SECTIONS[name](**value) if name in SECTIONS else value for name, value in said.items()})


def _tensors(arm: Recommender) -> dict[str, Any]:
    """What of an arm cannot be made again from the playlists at once."""
    match arm:
        case Als():
            return {"als": arm.factors, "als_gram": arm.gram}
        case ItemVectors():
            return {"item2vec": arm.vectors}
        case ItemKnn():
            matrix = arm.similarity
            return {f"{arm.name}.{part}": getattr(matrix, part) for part in ("indptr", "indices", "data")}
        case Names(name="names"):
            return {"names": arm.vectors}
        case _:
            return {}


def _neighbours(tensors: Mapping[str, Any], name: str) -> ItemKnn:
    from scipy.sparse import csr_matrix

    data, indices, indptr = (tensors[f"{name}.{part}"] for part in ("data", "indices", "indptr"))
    n_tracks = len(indptr) - 1
    return ItemKnn(csr_matrix((data, indices, indptr), shape=(n_tracks, n_tracks)), name)


def _read_corpus(folder: Path) -> Corpus:
    playlists = read_table(folder / PLAYLISTS, PLAYLIST_COLUMNS, remedy=REMEDY)
    return Corpus(
        read_vocabulary(folder / TRACKS, REMEDY),
        tuple(np.array(rows, dtype=np.int64) for rows in playlists["rows"].to_list()),
        tuple(playlists["playlist_id"].to_list()),
        tuple(playlists["name"].to_list()),
        tuple(playlists["source"].to_list()),
        playlists["day"].to_numpy().astype(np.int64),
    )
