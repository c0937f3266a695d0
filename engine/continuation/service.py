"""Everything the engine does with the playlists of one generation."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.continuation.answer import Continuation
from engine.continuation.atlas import Neighbour
from engine.continuation.continuer import Continuer
from engine.continuation.inputs import Changes, PlaylistInput
from engine.continuation.reading import Reader
from indexers.catalog.playlists.entry import Entry, Playlist
from indexers.catalog.playlists.writers import render_playlist, write_playlist
from indexers.generation import Generation

if TYPE_CHECKING:
    import polars as pl

WRITTEN = ("path", "artist", "title", "album", "duration_s")


class Playlists:
    """The playlists of a library, listed, placed, continued and written. Threads may share it."""

    def __init__(self, generation: Generation, reader: Reader, continuer: Continuer) -> None:
        self._generation = generation
        self._reader = reader
        self._continuer = continuer

    def continue_playlist(self, playlist: PlaylistInput, k: int, changes: Changes) -> Continuation:
        """See `Continuer.continue_playlist`."""
        return self._continuer.continue_playlist(playlist, k, changes)

    def table(self) -> "pl.DataFrame":
        """See `Reader.table`."""
        return self._reader.table

    def music_folder(self) -> Path:
        """See `Reader.music_folder`."""
        return self._reader.music_folder

    def map(self, track_ids: Sequence[str]) -> "pl.DataFrame":
        """See `Atlas.map`."""
        return self._reader.atlas.map(self._reader.finder.rows(track_ids))

    def neighbours(self, track_ids: Sequence[str], k: int) -> tuple[Neighbour, ...]:
        """See `Atlas.neighbours`."""
        return self._reader.atlas.neighbours(self._reader.finder.rows(track_ids), k)

    def written(self, tracks: Continuation | Sequence[str], name: str, *, only_new: bool) -> Playlist:
        """Tracks, or a continuation after its seeds, as a playlist of absolute paths; see `write_playlist`.

        Raises:
            QueryError: a track is unknown.
        """
        if not isinstance(tracks, Continuation):
            return Playlist(name, tuple(self._entries(tracks)))
        seeds = [] if only_new else list(tracks.seeds)
        owned = iter(self._entries([seed.track_id for seed in seeds if seed.track_id]))
        first = [next(owned) if seed.track_id else Entry("", seed.artist, seed.title) for seed in seeds]
        new = self._entries([track.track_id for track in tracks.tracks])
        return Playlist(name or tracks.name, (*first, *new))

    def export(self, playlist: Playlist, form: str, folder: Path | str | None) -> bytes:
        """See `render_playlist`; the music folder where none is given."""
        base = self.music_folder() if folder is None else Path(folder).expanduser().absolute()
        return render_playlist(playlist, form, base)

    def save(self, playlist: Playlist, path: Path, *, overwrite: bool) -> Path:
        """See `write_playlist`."""
        write_playlist(path, playlist, overwrite=overwrite)
        return path

    def _entries(self, names: Sequence[str]) -> list[Entry]:
        rows = self._generation.tracks[self._reader.finder.rows(names)].select(WRITTEN).iter_rows()
        return [
            Entry(path, artist or "", title or "", album or "", duration_s or 0.0)
            for path, artist, title, album, duration_s in rows
        ]
