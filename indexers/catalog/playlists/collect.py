"""The playlists of a library: read where their files changed, matched where anything changed."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import polars as pl

from indexers.catalog.kinds import Kind, not_audio
from indexers.catalog.playlists.entry import Playlist
from indexers.catalog.playlists.formats import read_playlist_file
from indexers.catalog.report import PlaylistRow
from indexers.catalog.tables import PLAYLISTS
from indexers.errors import PlaylistError
from indexers.schema import FileState


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a file that might be a playlist turned out to be."""

    kind: Kind
    state: FileState
    reason: str


@dataclass(frozen=True, slots=True)
class Collected:
    """New playlists, not yet matched (columns of `PLAYLISTS`), and what each of their files is."""

    entries: pl.DataFrame
    verdicts: dict[str, Verdict]


def candidates(found: pl.DataFrame, old: pl.DataFrame, *, known: bool) -> list[str]:
    """List the files that may be playlists and were never read as they are now.

    Args:
        found: Rows of this scan: path, kind, state, size_bytes and mtime_ns.
        old: The ledger so far.
        known: Whether what was read of them before is still there.
    """
    same = ["path", "size_bytes", "mtime_ns"]
    unread = (pl.col("state") == FileState.FAILED) | (pl.lit(value=not known) & (pl.col("kind") == "playlist"))
    may_be = found.filter((pl.col("kind") == "playlist") & (pl.col("state") == FileState.INDEXED))
    return may_be.join(old.filter(~unread), on=same, how="anti")["path"].sort().to_list()


def read_new(paths: Sequence[str]) -> Collected:
    """Read playlist files that are new or changed; a bad one is told in its verdict."""
    rows: list[tuple[object, ...]] = []
    verdicts = {}
    for path in paths:
        try:
            playlists = read_playlist_file(Path(path))
        except PlaylistError as error:
            verdicts[path] = Verdict("playlist", FileState.FAILED, " ".join(str(error).split()))
            continue
        verdicts[path] = (
            Verdict("playlist", FileState.INDEXED, "")
            if playlists
            else Verdict("other", FileState.SKIPPED, not_audio(path))
        )
        rows += _rows(playlists, path)
    return Collected(pl.DataFrame(rows, schema=PLAYLISTS, orient="row"), verdicts)


def report_on(playlists: pl.DataFrame, ledger: pl.DataFrame) -> tuple[PlaylistRow, ...]:
    """Count what was matched, one row per playlist file, sorted by path.

    Args:
        playlists: See `PLAYLISTS`.
        ledger: The rows of the files to report on.
    """
    rows = []
    by_path = playlists.partition_by("path", as_dict=True)
    files = ledger.filter(pl.col("kind") == "playlist").sort("path")
    for path, state, reason in files.select("path", "state", "reason").iter_rows():
        entries = by_path.get((path,), playlists.clear())
        lost = entries.filter(pl.col("track_id").is_null())
        unmatched = tuple(_named(*row) for row in lost.select("artist", "title", "location").iter_rows())
        error = reason if state != FileState.INDEXED else ""
        n_lists = entries["playlist_id"].n_unique()
        rows.append(PlaylistRow(path, n_lists, entries.height, entries.height - lost.height, unmatched, error))
    return tuple(rows)


def _named(artist: str, title: str, location: str) -> str:
    return " - ".join(part for part in (artist, title) if part) or location


def _rows(playlists: Sequence[Playlist], path: str) -> Iterator[tuple[object, ...]]:
    """Give one row per entry; a name that two playlists of a file share is told apart by a number."""
    seen: Counter[str] = Counter()
    for row, playlist in enumerate(playlists):
        given = playlist.given_id or blake2b(f"{path}\n{row}".encode(), digest_size=8).hexdigest()
        seen[given] += 1
        playlist_id = given if seen[given] == 1 else f"{given}-{seen[given]}"
        for position, entry in enumerate(playlist.entries):
            said = (entry.artist, entry.title, entry.album, entry.location, entry.duration_s)
            yield (playlist_id, playlist.name, path, position, None, *said, "unmatched", "")
