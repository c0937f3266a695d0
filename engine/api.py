"""The engine: everything a program, the command line or the page does with one library."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import build, playback
from engine.answering import answer
from engine.config import Settings
from engine.gone import catalogued_on, gone_rows
from engine.path import Stop, walk
from engine.playlists import PlaylistMethods
from engine.query import Answer, Query
from engine.query_log import Logged, QueryLog
from engine.search import Searcher
from engine.seeds import row_of
from engine.status import Published, Status, published
from indexers.errors import LibraryError
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
BESIDE = 2  # generations kept open beside the serving one: enough to hold two against each other


class Engine(PlaylistMethods):
    """One library, ready to answer.

    Opening costs nothing: models, indexes and tables are read when first needed. A new generation is picked up by the
    next search. Searches may run in several threads at once.
    """

    def __init__(self, library: Library, settings: Settings, models: "build.Models") -> None:
        self.library = library
        self.settings = settings
        self.models = models
        self._serving: tuple[tuple[int | None, int], Searcher] | None = None
        self._beside = lru_cache(maxsize=BESIDE)(self._opened)
        self._log = QueryLog(library.queries) if settings.search.log else None
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

    def search(self, query: Query, k: int | None = None, *, generation: int | None = None) -> Answer:
        """Find the k tracks that fit a query best, and say why.

        Where at least k tracks pass the filter and are neither seeds nor duplicates of others, k results come back.

        Args:
            query: What is asked.
            k: 1 to 1000; None takes the one in segue.toml.
            generation: The published generation that answers; None is the serving one, which does not change by asking
                another.

        Raises:
            QueryError: nothing is asked, k is out of range, a track or a column is unknown, or the filter is wrong.
            MediaError: the query's sound cannot be decoded.
            ModelError: a model that this query needs was not pulled.
            LibraryError: nothing was published yet, or there is no such generation.
            StaleIndexError: an encoder is no longer the one that built the generation.
        """
        k = self.settings.search.k if k is None else k
        query.check(k)
        searcher = self.refresh() if generation is None else self.searcher_of(generation)
        found = answer(searcher, query, k, self.settings.search, self.models)
        if self._log is not None:
            self._log.append(Logged.of(found))
        return found

    def refresh(self) -> Searcher:
        """The searcher of the serving generation; costs a look at the pointer while that stays the same.

        Tracks that a scan no longer found are no longer answers, whether or not a rebuild has run since.

        Raises:
            LibraryError: nothing was published yet, or the catalogue is damaged.
        """
        state = (self.library.serving(), catalogued_on(self.library))
        known = self._serving
        if known is not None and known[0] == state:
            return known[1]
        searcher = self._opened(state[0]) if known is None or known[0][0] != state[0] else self._less(known[1])
        self._serving = state, searcher
        return searcher

    def _less(self, searcher: Searcher) -> Searcher:
        """The searcher of the same generation less what the catalogue has lost; the very same where that is nothing."""
        gone = gone_rows(self.library, searcher.generation)
        return searcher if np.array_equal(gone, searcher.generation.gone) else self._over(searcher.generation, gone)

    def searcher_of(self, number: int) -> Searcher:
        """The searcher of any published generation; its encoders are those that its own manifest names.

        Raises:
            LibraryError: there is no such generation.
        """
        if number not in (known := self.library.published()):
            raise LibraryError(f"no generation {number}; there are {known}")
        serving = None if self._serving is None else self._serving[1]
        return serving if serving is not None and serving.generation.number == number else self._beside(number)

    def _opened(self, number: int | None) -> Searcher:
        """A new searcher of a generation; None is the serving one."""
        generation = Generation.open(self.library, number)
        return self._over(generation, gone_rows(self.library, generation))

    def _over(self, generation: Generation, gone: "Rows") -> Searcher:
        return build.searcher(generation.without(gone), self.settings.search, self.models)

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
        settings = RebuildSettings(analysis, self.settings.index, self.settings.cluster, self.settings.qdrant)
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
        state = (generation.number, catalogued_on(self.library), read_on(self.library), learnt_on(self.library))
        if self._reading is None or self._reading[0] != state:
            self._reading = state, build.playlists(generation, self.library, self.settings, self.models)
        return self._reading[1]

    def _file(self, track_id: str) -> Path:
        tracks = self.refresh().generation.tracks
        return playback.first_existing(tracks["copies"][row_of(tracks, track_id)].to_list())
