"""The engine: everything a program, the command line or the page does with one library."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import build, playback
from engine.arms import Request
from engine.config import Settings
from engine.language import language_notes
from engine.path import Stop, walk
from engine.playlists import PlaylistMethods
from engine.query import Answer, Query
from engine.search import Searcher
from engine.seeds import row_of, rows_of
from engine.sounds import listen
from engine.status import Published, Status, published
from engine.tags import prompts_of_tags, tag_notes
from indexers.generation import Calibration, Generation
from indexers.library import Library
from indexers.settings import AnalysisSettings, parse

if TYPE_CHECKING:
    import polars as pl

    from engine.continuation.service import Playlists
    from indexers.catalog.report import ScanReport
    from indexers.rebuild.run import RebuildReport, Step
    from indexers.schema import Rows

MAP_COLUMNS = ("track_id", "title", "artist", "album", "genre", "path", "x", "y", "top_tags")
TRACK_HIDDEN = ("group", "x", "y")


class Engine(PlaylistMethods):
    """One library, ready to answer.

    Opening costs nothing: models, indexes and tables are read when first needed. A new generation is picked up by the
    next search. Searches may run in several threads at once.
    """

    def __init__(self, library: Library, settings: Settings, models: "build.Models") -> None:
        self.library = library
        self.settings = settings
        self.models = models
        self._searcher: Searcher | None = None
        self._reading: tuple[tuple[int, ...], Playlists] | None = None

    @classmethod
    def open(cls, library: Path | str = "library", *, models: Path | None = None, create: bool = False) -> "Engine":
        """Open a library.

        Args:
            library: Its folder.
            models: The folder of the model store; None is the default one.
            create: Make the library where there is none.

        Raises:
            LibraryError: there is none, or it has a newer format.
            ConfigError: its settings are wrong.
        """
        opened = Library.create(Path(library)) if create else Library.open(Path(library))
        return cls(opened, Settings.load(opened.settings_path), build.Models(models))

    def search(self, query: Query, k: int | None = None) -> Answer:
        """Find the k tracks that fit a query best, and say why.

        Where at least k tracks pass the filter and are neither seeds nor duplicates of others, k results come back.

        Raises:
            QueryError: nothing is asked, k is not 1 to 1000, a track or a column is unknown, or the filter is wrong.
            MediaError: the query's sound cannot be decoded.
            ModelError: a model that this query needs was not pulled.
            LibraryError: nothing was published yet.
        """
        started = time.perf_counter()
        k = self.settings.search.k if k is None else k
        query.check(k)
        searcher = self.refresh()
        found = searcher.search(self._request(query, searcher.generation), k)
        return Answer(
            query=query,
            results=found.results,
            abstained=found.abstained,
            generation=searcher.generation.number,
            latency_ms=1000 * (time.perf_counter() - started),
            confidence=found.confidence,
            settings={**self.settings.search.model_dump(), "k": k, "weights": dict(found.weights)},
            notes=(*language_notes(query.text, searcher.generation.joints), *tag_notes(query.tags)),
        )

    def refresh(self) -> Searcher:
        """The searcher of the serving generation; costs a look at the pointer while that stays the same.

        Raises:
            LibraryError: nothing was published yet.
        """
        serving = self.library.serving()
        searcher = self._searcher
        if searcher is None or searcher.generation.number != serving:
            generation = Generation.open(self.library, serving)
            searcher = build.searcher(generation, self.settings.search, self.models)
            self._searcher = searcher
        return searcher

    def track(self, name: str) -> dict[str, Any]:
        """What the serving generation knows of one track, named by id, the beginning of one, or path.

        Raises:
            QueryError: there is no such track, or several fit.
        """
        tracks = self.refresh().generation.tracks
        row = tracks.drop(TRACK_HIDDEN, strict=False).row(row_of(tracks, name), named=True)
        return dict(row)

    def cover(self, track_id: str) -> bytes | None:
        """The cover picture of a track as the bytes of an image file; None where it has none.

        Raises:
            QueryError: there is no such track.
            MediaError: its file is gone.
        """
        return playback.cover(self._file(track_id))

    def excerpt(self, track_id: str, start_s: float = 0.0, seconds: float = 30.0) -> bytes:
        """A span of a track as a WAV file (mono, 44.1 kHz).

        Raises:
            QueryError: there is no such track, or the span is out of range.
            MediaError: its file is gone or cannot be decoded.
        """
        return playback.excerpt(self._file(track_id), start_s, seconds)

    def map(self) -> "pl.DataFrame":
        """One row per track: track_id, title, artist, album, genre, path, x, y and top_tags.

        Distances on the map are approximate.
        """
        return self.refresh().generation.tracks.select(MAP_COLUMNS)

    def path(self, start: str, end: str, k: int = 12) -> tuple[Stop, ...]:
        """A way of k tracks from one to another, both included, on which each sounds like the one before.

        Args:
            start: Where it begins, named as in `Query.like`.
            end: Where it ends.
            k: 2 to 1000; no recording comes twice.

        Raises:
            QueryError: k is out of range or more than there are recordings, or both ends are the same recording.
            LibraryError: nothing was published yet.
        """
        searcher = self.refresh()
        return walk(searcher.generation, searcher.groups, (start, end), k)

    def columns(self) -> list[str]:
        """The columns that `Query.where` may name."""
        return self.refresh().generation.tracks.columns

    def ledger(self) -> "pl.DataFrame":
        """Every file seen and what became of it: path, kind, state, reason, track_id, size_bytes and times."""
        from indexers.catalog.ledger import read_ledger

        return read_ledger(self.library)

    def generations(self) -> list[Published]:
        """Every published generation, newest first."""
        return published(self.library)

    def calibration(self) -> dict[str, Calibration]:
        """How the serving generation's thresholds of abstention were found, by arm."""
        return self.refresh().generation.calibration

    def status(self) -> Status:
        """What the library holds; nothing needs to be published for it."""
        from indexers.catalog.tables import read_tracks

        serving = self.library.serving()
        searchable = 0 if serving is None else Generation.open(self.library, serving).n_tracks
        return Status(str(self.library.root), len(read_tracks(self.library)), searchable, serving)

    def scan(
        self,
        roots: Sequence[Path],
        *,
        metadata: Path | None = None,
        prune_anyway: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> "ScanReport":
        """Bring catalogue and ledger up to date with folders of audio, playlists and videos.

        Args:
            roots: Folders or files; what was found under other roots stays.
            metadata: A side file (CSV, JSONL or Parquet) joined on path.
            prune_anyway: Whether to drop missing files even where most of what was known is missing.
            progress: Told how many files are done, and of how many.

        Raises:
            InputError: a root or the side file makes no sense.
            LockedError: another process is writing to the library.
        """
        from indexers.catalog.scan import scan

        return scan(
            self.library, roots, self.settings.scan, metadata=metadata, prune_anyway=prune_anyway, progress=progress
        )

    def rebuild(
        self,
        *,
        dry_run: bool = False,
        device: str | None = None,
        engine: str | None = None,
        progress: "Callable[[Step], None] | None" = None,
    ) -> "RebuildReport":
        """Analyse what is owed, build the indexes, check them and publish a new generation.

        Args:
            dry_run: Whether only to tell what is owed.
            device: "auto", "cpu" or "cuda" for this time; None takes the one in segue.toml.
            engine: "local" or "ray" for this time; None takes the one in segue.toml.
            progress: Told of every step.

        Raises:
            ConfigError: there is no such device or engine, or no cluster to be had.
            LibraryError: nothing was scanned yet.
            LockedError: another process is writing to the library.
            CheckError: the new generation failed its checks; the old one still serves.
            ModelError: an encoder's weights were not pulled.
            StorageError: the disk refused.
        """
        from indexers.rebuild.run import RebuildSettings, rebuild

        analysis = self.settings.analysis
        asked = {key: value for key, value in (("device", device), ("engine", engine)) if value is not None}
        if asked:
            analysis = parse(AnalysisSettings, "analysis", {**analysis.model_dump(), **asked})
        settings = RebuildSettings(analysis, self.settings.index, self.settings.cluster)
        return rebuild(self.library, settings, self.models.store(), dry_run=dry_run, progress=progress)

    def promote(self, number: int) -> None:
        """Let another published generation answer from now on.

        Raises:
            LibraryError: there is no such generation.
        """
        from indexers.rebuild.publish import promote

        promote(self.library, number)

    def rollback(self) -> int:
        """Let the generation before the serving one answer again, and give its number.

        Raises:
            LibraryError: there is none before it.
        """
        from indexers.rebuild.publish import rollback

        return rollback(self.library)

    def _playlists(self) -> "Playlists":
        """What reads and continues playlists; made anew where generation, playlists or what was learnt changed."""
        from engine.continuation.model import learnt_on
        from engine.continuation.reading import read_on

        generation = self.refresh().generation
        state = (generation.number, read_on(self.library), learnt_on(self.library))
        if self._reading is None or self._reading[0] != state:
            self._reading = state, build.playlists(generation, self.library, self.settings, self.models)
        return self._reading[1]

    def _request(self, query: Query, generation: Generation) -> Request:
        """A query in the terms of one generation."""
        request = Request(
            text=query.text.strip(),
            tags=prompts_of_tags(query.tags),
            liked=rows_of(generation.tracks, query.like),
            unliked=rows_of(generation.tracks, query.unlike),
            allowed=_allowed(generation, query.where),
        )
        if query.sound is None:
            return request
        n_windows = self.settings.analysis.windows
        vector, own = listen(generation, Path(query.sound), lambda: self.models.listeners(generation), n_windows)
        return replace(request, sound=vector, own=own)

    def _file(self, track_id: str) -> Path:
        tracks = self.refresh().generation.tracks
        return playback.first_existing(tracks["copies"][row_of(tracks, track_id)].to_list())


def _allowed(generation: Generation, where: str | None) -> "Rows | None":
    if where is None or not where.strip():
        return None
    from indexers.catalog.filters import matching_rows

    return matching_rows(generation.tracks, where)
