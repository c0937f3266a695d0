"""The playlists of a library, and reading a playlist in whatever form it is given."""

import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from engine.continuation.atlas import Atlas, summary
from engine.continuation.inputs import (
    Draft,
    Pasted,
    PlaylistInput,
    Uploaded,
    draft_of_file,
    draft_of_text,
    draft_of_upload,
)
from engine.continuation.seeds import Finder, Recognised
from indexers.catalog.playlists.formats import READERS
from indexers.catalog.tables import playlists_path
from indexers.errors import PlaylistError
from indexers.generation import Generation
from indexers.library import Library
from indexers.schema import NAME_BYTES

if TYPE_CHECKING:
    import polars as pl

MOST_NAMED = 5  # playlists that an error names


class Reader:
    """Reads playlists in terms of one generation's tracks."""

    def __init__(self, generation: Generation, entries: "pl.DataFrame", finder: Finder) -> None:
        """Take the tracks and the playlists.

        Args:
            generation: Whose tracks are recognised.
            entries: Those of the library's playlists; see `PLAYLISTS`.
            finder: What recognises them.
        """
        self.finder = finder
        self._generation = generation
        self._entries = entries

    @cached_property
    def table(self) -> "pl.DataFrame":
        """The library's playlists: playlist_id, name, path, n_tracks and n_matched."""
        return summary(self._entries)

    @cached_property
    def atlas(self) -> Atlas:
        """Where these playlists stand."""
        parts = self._entries.partition_by("playlist_id", as_dict=True)
        lists = [self.finder.matched(parts[(playlist_id,)]).rows for playlist_id in self.table["playlist_id"]]
        return Atlas(self.table, lists, self._generation.track_vectors("music"))

    @cached_property
    def music_folder(self) -> Path:
        """The deepest folder that holds every track."""
        folders = {str(Path(path).parent) for path in self._generation.tracks["path"]}
        return Path(os.path.commonpath(folders)) if folders else Path(os.sep)

    def read(self, playlist: PlaylistInput, name: str) -> tuple[Draft, Recognised]:
        """Read a playlist and recognise its tracks.

        Args:
            playlist: In any form.
            name: Which playlist, where a file holds several.

        Raises:
            PlaylistError: it cannot be read, or there is none of this name.
            QueryError: a track is unknown.
        """
        if isinstance(playlist, str | Path):
            return self._named(playlist, name)
        if isinstance(playlist, Pasted):
            return self._drafted(draft_of_text(playlist))
        if isinstance(playlist, Uploaded):
            return self._drafted(draft_of_upload(playlist, name))
        return Draft("", (), "the playlist"), self.finder.tracks(self.finder.rows(playlist))

    def _named(self, playlist: str | Path, name: str) -> tuple[Draft, Recognised]:
        path = Path(playlist)
        if _is_file(path):
            return self._drafted(draft_of_file(path, name))
        found = self._find(str(playlist))
        if found is None and path.suffix.lower() in READERS and "\0" not in str(path):
            return self._drafted(draft_of_file(path, name))
        if found is None:
            raise PlaylistError(
                f"no playlist {str(playlist)[:NAME_BYTES]!r}: give a file, or one of the library's ({self._some()})"
            )
        playlist_id, called = found
        entries = self._entries.filter(self._entries["playlist_id"] == playlist_id).sort("position")
        named = called != Path(entries["path"][0]).stem
        return Draft(called, (), f"playlist {called!r}", named), self.finder.matched(entries)

    def _drafted(self, draft: Draft) -> tuple[Draft, Recognised]:
        return draft, self.finder.entries(draft.entries, draft.folder or str(self.music_folder))

    def _find(self, wanted: str) -> tuple[str, str] | None:
        """The id and name of the library's playlist of this id or name."""
        pairs: list[tuple[str, str]] = self.table.select("playlist_id", "name").rows()
        by_id = [pair for pair in pairs if pair[0] == wanted]
        found = by_id or [pair for pair in pairs if pair[1].casefold() == wanted.casefold()]
        if len(found) > 1:
            ids = ", ".join(playlist_id for playlist_id, _ in found[:MOST_NAMED])
            raise PlaylistError(f"{len(found)} playlists are named {wanted!r}: give the id of one, such as {ids}")
        return found[0] if found else None

    def _some(self) -> str:
        names = self.table["name"].to_list()
        some = ", ".join(repr(name) for name in names[:MOST_NAMED]) or "it has none"
        return f"{some}, …" if len(names) > MOST_NAMED else some


def _is_file(path: Path) -> bool:
    """Whether a file is there; not where the text could be no path, being too long, or of a user who is not there."""
    try:
        return path.expanduser().is_file()
    except (OSError, ValueError, RuntimeError):
        return False


def read_on(library: Library) -> int:
    """When the library's playlists were last written, in nanoseconds; 0 where they never were."""
    path = playlists_path(library)
    return path.stat().st_mtime_ns if path.exists() else 0
