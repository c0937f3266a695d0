"""A path from one track to another: each step sounds like the one before it."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from engine.query import MAX_K
from engine.seeds import rows_of
from indexers.errors import QueryError
from indexers.generation import Generation
from rankers.groups import Groups
from rankers.path import find_path

SHOWN = ("track_id", "path", "title", "artist", "album", "duration_s")


@dataclass(frozen=True, slots=True)
class Stop:
    """A track on the way; `likeness` is its cosine to the one before, 1 for the first."""

    rank: int
    track_id: str
    path: str
    title: str
    artist: str | None
    album: str | None
    duration_s: float
    likeness: float

    def as_json(self) -> dict[str, Any]:
        """The stop as JSON types."""
        return asdict(self)


def walk(generation: Generation, groups: Groups, ends: tuple[str, str], k: int) -> tuple[Stop, ...]:
    """Find a way of k tracks between two, both included; see `Engine.path`."""
    if not 2 <= k <= MAX_K:
        raise QueryError(f"k = {k} is out of range: a path has 2 to {MAX_K} tracks, both ends included")
    first, last = rows_of(generation.tracks, ends).tolist()
    of_row = groups.of(np.arange(generation.n_tracks))
    if of_row[first] == of_row[last]:
        raise QueryError("both ends of the path are the same recording: name two different ones")
    if k > (n_recordings := len(np.unique(of_row))):
        raise QueryError(f"no path of {k} tracks: there are {n_recordings} recordings; ask for that many at most")
    vectors = np.asarray(generation.track_vectors("music"), dtype=np.float32)
    rows = find_path(vectors, of_row, (first, last), k)
    tracks = generation.tracks.select(SHOWN)[rows].to_dicts()
    way = vectors[rows]
    likeness = [1.0, *np.einsum("nd,nd->n", way[1:], way[:-1]).tolist()]
    return tuple(
        Stop(rank=rank, likeness=cosine, **track)
        for rank, (track, cosine) in enumerate(zip(tracks, likeness, strict=True), start=1)
    )
