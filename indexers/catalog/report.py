"""What one scan found, as values and as the document of `segue scan --json`."""

from dataclasses import dataclass
from typing import Any

from indexers.schema import FileState


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file of a scan; `reason` is empty where there is nothing to say."""

    path: str
    state: FileState
    reason: str


@dataclass(frozen=True, slots=True)
class PlaylistRow:
    """One playlist file: how many entries all its playlists have, and which found no track.

    `error` is empty unless the file could not be read.
    """

    path: str
    playlists: int
    tracks: int
    matched: int
    unmatched: tuple[str, ...]
    error: str = ""


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What one scan found under its roots; playlists are told apart and are not among the files.

    `pruned` counts files that are gone and were forgotten, `moved` those whose sound was found under another name.
    """

    files: tuple[FileRow, ...]
    playlists: tuple[PlaylistRow, ...]
    examined: int
    pruned: int
    moved: int
    warnings: tuple[str, ...]

    @property
    def found(self) -> int:
        """How many files were found: always indexed + skipped + failed."""
        return len(self.files)

    @property
    def indexed(self) -> int:
        """How many files have sound in the catalogue."""
        return self._count(FileState.INDEXED)

    @property
    def skipped(self) -> int:
        """How many files were passed over, each with its reason."""
        return self._count(FileState.SKIPPED)

    @property
    def failed(self) -> int:
        """How many files could not be read, each with its reason."""
        return self._count(FileState.FAILED)

    def as_json(self) -> dict[str, Any]:
        """Give the document that `segue scan --json` prints."""
        return {
            "found": self.found,
            "indexed": self.indexed,
            "skipped": self.skipped,
            "failed": self.failed,
            "examined": self.examined,
            "files": [{"path": row.path, "state": str(row.state), "reason": row.reason} for row in self.files],
            "playlists": [_playlist(row) for row in self.playlists],
            "pruned": self.pruned,
            "moved": self.moved,
            "warnings": list(self.warnings),
        }

    def _count(self, state: FileState) -> int:
        return sum(row.state is state for row in self.files)


def _playlist(row: PlaylistRow) -> dict[str, Any]:
    told = {
        "path": row.path,
        "playlists": row.playlists,
        "tracks": row.tracks,
        "matched": row.matched,
        "unmatched": list(row.unmatched),
    }
    return {**told, "error": row.error} if row.error else told
