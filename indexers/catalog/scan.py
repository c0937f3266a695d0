"""One scan: folders to catalogue and ledger."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from indexers.catalog.changes import found_frame, ledger_of, owed, settle, with_examined, with_verdicts
from indexers.catalog.examine import Examined, Notes, examine_file
from indexers.catalog.ledger import read_ledger, write_ledger
from indexers.catalog.playlists.collect import candidates, read_new, report_on
from indexers.catalog.playlists.refresh import refresh_playlists
from indexers.catalog.pruning import Sight, outermost, plan_pruning
from indexers.catalog.report import FileRow, ScanReport
from indexers.catalog.sidecar import join_sidecar, merge_metadata, read_sidecar
from indexers.catalog.storage import write_table
from indexers.catalog.tables import files_path, metadata_path, playlists_path, read_files, read_metadata, refresh_tracks
from indexers.catalog.walk import READABLE_NAME, shown, walk
from indexers.errors import InputError
from indexers.library import Library
from indexers.pool import Outcome, run_tasks
from indexers.schema import FileState
from indexers.settings import ScanSettings

CHECKPOINT_FILES = 1000  # examined files lost at most when a scan is killed
CHECKPOINT_S = 30.0

Progress = Callable[[int, int], None]
"""Called with the number of files examined so far and the number to examine."""


def scan(
    library: Library,
    roots: Sequence[Path],
    settings: ScanSettings,
    *,
    metadata: Path | None = None,
    prune_anyway: bool = False,
    progress: Progress | None = None,
) -> ScanReport:
    """Find every file under the roots, examine what is new or changed, and write catalogue and ledger.

    A scan that is killed goes on where it was: what was examined is saved every half minute.

    Args:
        library: Where to write; its own files are never scanned.
        roots: Folders or files. What was scanned under other roots stays as it is.
        settings: How files are found and matched.
        metadata: A side file joined on path; its columns are kept until another side file says otherwise.
        prune_anyway: Forget files that are gone however many they are; a root may then be gone itself.
        progress: Told how far the examining is.

    Raises:
        InputError: a root does not exist, or the side file cannot be used.
        LibraryError: a table is damaged, or another process holds the library.
        StorageError: the disk refused.
    """
    places = _checked(roots, gone_too=prune_anyway)
    side = (metadata, read_sidecar(metadata)) if metadata else None
    with library.lock("segue scan"):
        old = read_ledger(library)
        listing = walk(_present(places), follow_links=settings.follow_links, ignored=_own_files(library))
        listed = found_frame(listing.found)
        lists = read_new(candidates(listed, old, known=playlists_path(library).exists()))
        found = with_verdicts(listed, old, lists.verdicts)
        seen = _examine(library, found, settings, progress)
        fresh = ledger_of(found, seen.files, old, datetime.now(UTC))
        limit = 0.0 if prune_anyway else settings.shrink_limit
        pruning = plan_pruning(old, fresh, Sight(places, listing.closed, seen.track_ids), limit)
        ledger = settle([fresh, pruning.kept])
        warnings = _join(library, side, seen.files)
        tracks = _publish(library, ledger, seen.files)
        playlists = refresh_playlists(library, lists.entries, ledger, tracks, settings.match_threshold)
    here = ledger.join(fresh, on="path", how="semi")
    return ScanReport(
        files=_file_rows(here),
        playlists=report_on(playlists, here),
        examined=seen.n_examined,
        pruned=pruning.pruned,
        moved=pruning.moved,
        warnings=(*pruning.warnings, *warnings),
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    files: pl.DataFrame  # see FILES
    track_ids: tuple[str, ...]  # of the files examined in this scan
    n_examined: int


def _examine(library: Library, found: pl.DataFrame, settings: ScanSettings, progress: Progress | None) -> _Seen:
    """Examine what is owed, saving now and then, and at the end whatever ends it."""
    files = read_files(library)
    todo = owed(found, files)
    notes = Notes()
    saved = time.monotonic()
    try:
        for outcome in _outcomes(todo, settings):
            notes.take(outcome)
            if progress is not None:
                progress(len(notes), len(todo))
            if len(notes) % CHECKPOINT_FILES == 0 or time.monotonic() - saved > CHECKPOINT_S:
                write_table(files_path(library), with_examined(files, notes, found))
                saved = time.monotonic()
    finally:
        files = with_examined(files, notes, found)
        if todo:
            write_table(files_path(library), files)
    return _Seen(files, notes.track_ids(), len(notes))


def _outcomes(todo: Sequence[str], settings: ScanSettings) -> Iterator[Outcome[Path, Examined]]:
    if todo:  # no processes are started where nothing is owed
        paths = map(Path, todo)
        yield from run_tasks(examine_file, paths, workers=settings.workers, timeout_s=settings.timeout_s)


def _checked(roots: Sequence[Path], *, gone_too: bool) -> tuple[str, ...]:
    places = outermost([os.path.abspath(root.expanduser()) for root in roots])  # noqa: PTH100 - "a/.." is resolved
    for place in places:
        if shown(place) != place:
            raise InputError(f"{shown(place)} has a name that is not valid UTF-8: {READABLE_NAME}")
        if not gone_too and not os.path.exists(place):  # noqa: PTH110 - False, not an error, without permission
            raise InputError(
                f"{place} does not exist: name a folder that does, or forget its files with --prune-anyway"
            )
    return places


def _present(places: Sequence[str]) -> list[Path]:
    return [Path(place) for place in places if os.path.exists(place)]  # noqa: PTH110 - as above


def _own_files(library: Library) -> list[Path]:
    """The library's own files, should it lie in the music folder; what else is beside them is scanned."""
    names = ("models", "current", ".lock")
    own = [library.catalog, library.cache, library.generations, library.staging]
    return [*own, library.settings_path, library.ledger_path, *(library.root / name for name in names)]


def _join(library: Library, side: tuple[Path, pl.DataFrame] | None, files: pl.DataFrame) -> tuple[str, ...]:
    """Keep what the side file says of known tracks; give its warnings."""
    if side is None:
        return ()
    known = files.filter(pl.col("track_id").is_not_null())
    joined = join_sidecar(side[1], side[0], dict(known.select("path", "track_id").iter_rows()))
    write_table(metadata_path(library), merge_metadata(read_metadata(library), joined.metadata))
    return joined.warnings


def _publish(library: Library, ledger: pl.DataFrame, files: pl.DataFrame) -> pl.DataFrame:
    write_table(files_path(library), files.join(ledger, on="path", how="semi").sort("path"))
    write_ledger(library, ledger)
    return refresh_tracks(library, ledger)


def _file_rows(here: pl.DataFrame) -> tuple[FileRow, ...]:
    rows = here.filter(pl.col("kind") != "playlist").select("path", "state", "reason")
    return tuple(FileRow(path, FileState(state), reason) for path, state, reason in rows.iter_rows())
