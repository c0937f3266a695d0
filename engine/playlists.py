"""The part of the engine that lists, continues and writes playlists."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.config import Settings
from engine.continuation.answer import Continuation
from engine.continuation.inputs import Changes

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

    from engine.build import Models
    from engine.continuation.atlas import Neighbour
    from engine.continuation.inputs import PlaylistInput
    from engine.continuation.learn import Learnt
    from engine.continuation.service import Playlists
    from engine.search import Searcher
    from indexers.library import Library


class PlaylistMethods(ABC):
    """What `Engine` does with playlists."""

    settings: Settings
    library: "Library"
    models: "Models"

    def continue_playlist(
        self,
        playlist: "PlaylistInput",
        k: int | None = None,
        *,
        keep: Sequence[str] = (),
        unlike: Sequence[str] = (),
        name: str = "",
    ) -> Continuation:
        """Continue a playlist with k tracks of the library, best first, and say why each is there.

        Seeds, refused tracks and their duplicates never come; where the library has k other recordings, k come.

        Args:
            playlist: A playlist file; the id or name of one of the library's playlists; tracks as in `Query.like`; or
                `Pasted` or `Uploaded` content. No tracks and a name continue the name alone.
            k: 1 to 1000; None takes the one in segue.toml.
            keep: More seeds, after the playlist's own, named as in `Query.like`.
            unlike: Refused tracks, named so too: they are no seeds, never come, and push away what is like them.
            name: What to call the playlist instead of its own name; chooses one where a file holds several.

        Raises:
            QueryError: k is out of range, or a track is unknown.
            PlaylistError: the playlist cannot be read, or nothing in it is known and no name says how to go on.
            LibraryError: nothing was published yet.
        """
        k = self.settings.continuation.k if k is None else k
        return self._playlists().continue_playlist(playlist, k, Changes(tuple(keep), tuple(unlike), name))

    def playlists(self) -> "pl.DataFrame":
        """One row per playlist of the library: playlist_id, name, path, n_tracks and n_matched, sorted by name."""
        return self._playlists().table()

    def playlist_map(self, track_ids: Sequence[str] = ()) -> "pl.DataFrame":
        """Where the library's playlists stand: playlist_id, name, n_tracks, x, y and kind ("library").

        They stand in [-1, 1], near those of like sound; distances are approximate. Where track_ids are given, the last
        row, of kind "this", is where they stand.

        Raises:
            QueryError: a track is unknown.
        """
        return self._playlists().map(track_ids)

    def playlist_neighbours(self, track_ids: Sequence[str], k: int = 8) -> "tuple[Neighbour, ...]":
        """The k playlists of the library whose sound is most like these tracks', best first.

        Raises:
            QueryError: a track is unknown.
        """
        return self._playlists().neighbours(track_ids, k)

    def export_playlist(
        self,
        tracks: Continuation | Sequence[str],
        form: str = "m3u8",
        *,
        name: str = "",
        folder: Path | str | None = None,
        only_new: bool = False,
    ) -> bytes:
        """A playlist file's content, whose paths start from the folder that the file is for.

        Args:
            tracks: Tracks as in `Query.like`; or a continuation, whose seeds come first. A seed that the library lacks
                is written by name, which m3u8 cannot do and leaves out.
            form: "m3u8", "xspf" or "jspf".
            name: The playlist's name.
            folder: None is `music_folder()`.
            only_new: Whether to leave a continuation's seeds out.

        Raises:
            QueryError: a track is unknown.
            PlaylistError: there is no such format, or a path cannot be written in it.
        """
        playlists = self._playlists()
        return playlists.export(playlists.written(tracks, name, only_new=only_new), form, folder)

    def save_playlist(
        self,
        tracks: Continuation | Sequence[str],
        path: Path | str,
        *,
        name: str = "",
        only_new: bool = False,
        overwrite: bool = False,
    ) -> Path:
        """Write a playlist file in the format that its ending names (see `export_playlist`), and give its path.

        Raises:
            QueryError: a track is unknown.
            PlaylistError: the ending is no format, a path cannot be written in it, or the file is there already.
            StorageError: the disk refused.
        """
        playlists = self._playlists()
        return playlists.save(playlists.written(tracks, name, only_new=only_new), Path(path), overwrite=overwrite)

    def music_folder(self) -> Path:
        """The deepest folder that holds every track: where a playlist file from `export_playlist` belongs."""
        return self._playlists().music_folder()

    def learn_continuation(
        self, files: Sequence[Path] = (), *, told: "Callable[[str], None]" = lambda _: None
    ) -> "Learnt":
        """Learn from the library's playlists and from playlist files how to continue others, and keep it.

        Args:
            files: Of any playlist format; JSON lines and slices of the Million Playlist Dataset hold many each.
            told: Told which stage begins.

        Raises:
            PlaylistError: a file cannot be read or holds no playlist.
            InputError: there are fewer than twenty playlists, or none shares a track with another.
            LibraryError: nothing was published yet, or a table is damaged.
            StorageError: the disk refused.
        """
        from engine.continuation.fit import FitSettings, Tools
        from engine.continuation.learn import learn_continuation

        tools = Tools(self.models.text("text"), told)
        return learn_continuation(self.library, self.refresh().generation, files, FitSettings(), tools)

    @abstractmethod
    def refresh(self) -> "Searcher":
        """The searcher of the serving generation."""

    @abstractmethod
    def _playlists(self) -> "Playlists":
        """What reads and continues playlists over the serving generation."""
