"""`segue train continuation`: what a library's own playlists and other playlist files teach, kept in the library."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from engine.continuation.fit import FitSettings, Fitted, Tools, fit_suite
from engine.continuation.model import ColdTracks, model_folder, save_model
from indexers.catalog.corpus import Vocabulary, key_of
from indexers.catalog.playlists.entry import Entry, Playlist
from indexers.catalog.tables import read_playlists
from indexers.encoders.playlist.sources import gather_playlists, library_playlists
from indexers.generation import Generation
from indexers.library import Library
from indexers.schema import Rows, Vectors
from rankers.recommend.cold import ArtistMeans, ColdPredictor
from rankers.recommend.directions import unit
from rankers.recommend.item_vectors import ItemVectors

if TYPE_CHECKING:
    from indexers.base import TextEncoder

NAMES = ("artist", "title", "album")
FEWEST_WARM = 50  # tracks of the library that playlists hold, for cold ones to be predicted from


@dataclass(frozen=True, slots=True)
class Learnt:
    """What was learnt: where it is, from how many playlists and tracks, and how many tracks of the library it reaches.

    `n_cold` tracks of the library are in no playlist; of these `n_predicted` have a predicted vector.
    """

    folder: Path
    n_playlists: int
    n_tracks: int
    n_warm: int
    n_cold: int
    n_predicted: int
    second_stage: bool


def learn_continuation(
    library: Library, generation: Generation, files: Sequence[Path], settings: FitSettings, tools: Tools
) -> Learnt:
    """Learn from the library's playlists and from files, and keep what was learnt in the library.

    Tracks of the library are known where one playlist holds them, others where two do.

    Raises:
        PlaylistError: a file cannot be read or holds no playlist.
        InputError: there are too few playlists to learn from.
        StorageError: the disk refused.
    """
    own = library_playlists(_matched(read_playlists(library), generation.tracks))
    given = gather_playlists(None, files)
    playlists = [*own, *given]
    held = {key_of(entry) for playlist in playlists for entry in playlist.entries}
    entries = [_entry(row) for row in generation.tracks.select(NAMES).iter_rows()]
    fitted = fit_suite(playlists, settings, tools, always=[entry for entry in entries if key_of(entry) in held])
    tools.told("tracks that no playlist holds")
    warm, rows = _warm(entries, fitted.vocabulary)
    cold = _cold_tracks(generation, entries, (warm, rows), fitted, tools.text)
    folder = model_folder(library)
    save_model(folder, fitted, settings, _described(own, files, given), cold)
    return Learnt(
        folder,
        len(playlists),
        len(fitted.vocabulary),
        len(warm),
        len(entries) - len(warm),
        len(cold.track_ids),
        fitted.suite.ranker is not None,
    )


def _matched(playlists: pl.DataFrame, tracks: pl.DataFrame) -> pl.DataFrame:
    """The library's playlists with the names of the tracks that their entries were matched with."""
    named = playlists.join(tracks.select("track_id", *NAMES), on="track_id", how="left", suffix="_of_track")
    return named.with_columns(pl.coalesce(f"{name}_of_track", name).alias(name) for name in NAMES)


def _entry(row: Sequence[str | None]) -> Entry:
    artist, title, album = (part or "" for part in row)
    return Entry("", artist, title, album)


def _described(own: Sequence[Playlist], files: Sequence[Path], given: Sequence[Playlist]) -> str:
    parts = [f"{len(own):,} playlists of the library"] if own else []
    if files:
        parts.append(f"{len(given):,} of {', '.join(path.name for path in files)}")
    return " and ".join(parts)


def _warm(entries: Sequence[Entry], vocabulary: Vocabulary) -> tuple[Rows, Rows]:
    """The library's rows that the vocabulary knows, and their rows there."""
    row_of = vocabulary.row_of()
    known = [(row, row_of[key]) for row, entry in enumerate(entries) if (key := key_of(entry)) in row_of]
    pairs = np.array(known, dtype=np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def _cold_tracks(
    generation: Generation,
    entries: Sequence[Entry],
    known: tuple[Rows, Rows],
    fitted: Fitted,
    text: "TextEncoder | None",
) -> ColdTracks:
    """Predict where the library's tracks that no playlist holds stand, from their sound, their names and artists."""
    warm, numbers = known
    vectors = next(arm.vectors for arm in fitted.suite.arms if isinstance(arm, ItemVectors))
    placed = vectors[numbers].any(axis=1)
    warm, numbers = warm[placed], numbers[placed]
    cold = np.setdiff1d(np.arange(len(entries)), warm)
    if len(warm) < FEWEST_WARM or not len(cold):
        return ColdTracks((), np.empty((0, vectors.shape[1]), dtype=np.float32))
    features = _features(generation, entries, text)
    artists = _artist_numbers(entries)
    predictor = ColdPredictor.fit(features[warm], vectors[numbers], artists[warm], rng=np.random.default_rng(0))
    means = ArtistMeans.of(vectors[numbers], artists[warm], artists[cold])
    ids = tuple(generation.tracks["track_id"].gather(cold).to_list())
    return ColdTracks(ids, predictor.predict(features[cold], means))


def _features(generation: Generation, entries: Sequence[Entry], text: "TextEncoder | None") -> Vectors:
    """Sound and name side by side, [n_tracks, n_features], each part of unit rows."""
    sound = unit(np.asarray(generation.track_vectors("music"), dtype=np.float32))
    if text is None:
        return sound
    return np.hstack([sound, text.encode([f"{entry.title} by {entry.artist}" for entry in entries])])


def _artist_numbers(entries: Sequence[Entry]) -> Rows:
    """A number per artist; a track without one has a number of its own."""
    numbers: dict[object, int] = {}
    names = ((key_of(entry)[0] or row) for row, entry in enumerate(entries))
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.int64)
