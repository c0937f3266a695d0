"""The library's playlists as points: which are alike, and where each stands on a map."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from indexers.schema import Rows, Vectors

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A playlist of the library that is like the one at hand.

    `likeness` is the cosine of the two playlists' vectors, `shared` how many tracks they have in common.
    """

    playlist_id: str
    name: str
    n_tracks: int
    likeness: float
    shared: int


class Atlas:
    """The playlists of a library as the means of their tracks' music vectors."""

    def __init__(self, playlists: "pl.DataFrame", lists: Sequence[Rows], vectors: Vectors) -> None:
        """Take the playlists.

        Args:
            playlists: One row per playlist; see `summary`.
            lists: Each playlist's library rows; a playlist without any stands nowhere.
            vectors: [n_tracks, dim], unit rows.
        """
        self._vectors = vectors
        placed = [number for number, rows in enumerate(lists) if len(rows)]
        self._table = playlists[placed]
        self._lists = [lists[number] for number in placed]

    def neighbours(self, rows: Rows, k: int) -> tuple[Neighbour, ...]:
        """The k playlists whose sound is most like these tracks', best first."""
        if not len(rows) or not self._lists:
            return ()
        cosines = self._points @ self._mean(rows)
        order = np.argsort(-cosines, kind="stable")[:k].tolist()
        return tuple(self._neighbour(number, float(cosines[number]), rows) for number in order)

    def map(self, rows: Rows) -> "pl.DataFrame":
        """Where every playlist stands, and, of the kind "this" and last, where these tracks do if any are given.

        The axes are the first two principal components of the library's playlists, which all stand in [-1, 1]; these
        tracks do not move them and may stand farther out.
        """
        import polars as pl

        table = self._table.select("playlist_id", "name", "n_tracks").with_columns(kind=pl.lit("library"))
        points = self._points
        if len(rows):
            this = {"playlist_id": [""], "name": [""], "n_tracks": [len(rows)], "kind": ["this"]}
            table = pl.concat([table, pl.DataFrame(this, schema=table.schema)])
            points = np.concatenate([points, self._mean(rows)[np.newaxis]])
        placed = (points - self._centre) @ self._axes
        placed /= max(float(np.abs(placed[: len(self._lists)]).max(initial=0.0)), 1e-9)
        return table.with_columns(x=placed[:, 0], y=placed[:, 1]).select(
            "playlist_id", "name", "n_tracks", "x", "y", "kind"
        )

    def _neighbour(self, number: int, likeness: float, rows: Rows) -> Neighbour:
        playlist_id, name, n_tracks = self._table.select("playlist_id", "name", "n_tracks").row(number)
        return Neighbour(playlist_id, name, n_tracks, likeness, len(np.intersect1d(self._lists[number], rows)))

    @cached_property
    def _points(self) -> Vectors:
        if not self._lists:
            return np.empty((0, self._vectors.shape[1]), dtype=np.float32)
        return np.stack([self._mean(rows) for rows in self._lists])

    @cached_property
    def _centre(self) -> Vectors:
        dim = self._points.shape[1]
        return self._points.mean(axis=0) if len(self._points) else np.zeros(dim, dtype=np.float32)

    @cached_property
    def _axes(self) -> Vectors:
        """[dim, 2]: the directions in which playlists differ most; the largest entry of each is positive."""
        centred = self._points - self._centre
        _, _, directions = np.linalg.svd(centred, full_matrices=False)
        axes = np.zeros((centred.shape[1], 2), dtype=np.float32)
        used = directions[:2].T
        if used.shape[1]:
            axes[:, : used.shape[1]] = used * np.sign(used[np.abs(used).argmax(axis=0), np.arange(used.shape[1])])
        return axes

    def _mean(self, rows: Rows) -> Vectors:
        mean = np.asarray(self._vectors[rows], dtype=np.float32).mean(axis=0)
        length = float(np.linalg.norm(mean))
        return np.asarray(mean / length if length > 0 else mean, dtype=np.float32)


def summary(entries: "pl.DataFrame") -> "pl.DataFrame":
    """One row per playlist: playlist_id, name, path, n_tracks and n_matched, sorted by name, path and id.

    Args:
        entries: See `PLAYLISTS`.
    """
    import polars as pl

    counted = entries.group_by("playlist_id").agg(
        pl.col("name").first(), pl.col("path").first(), n_tracks=pl.len(), n_matched=pl.col("track_id").count()
    )
    return counted.sort("name", "path", "playlist_id")
