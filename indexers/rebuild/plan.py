"""What each encoder still owes: tracks × encoders, less what the cache holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from indexers.rebuild.analyse import Task
from indexers.rebuild.embeddings.cache import EncoderCache

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Plan:
    """The tasks to run, and what is there already: per encoder, track_id to number of clips."""

    tasks: tuple[Task, ...]
    known: Mapping[str, Mapping[str, int]]

    @property
    def owed(self) -> dict[str, int]:
        """How many tracks each encoder still owes."""
        return {name: sum(name in task.encoders for task in self.tasks) for name in self.known}


def make_plan(tracks: "pl.DataFrame", caches: Sequence[EncoderCache]) -> Plan:
    """Compare the catalogue with the caches, whose damaged parts are dropped on the way.

    Args:
        tracks: The catalogue: track_id, path, copies, duration_s.
        caches: One per encoder.
    """
    for cache in caches:
        cache.verify()
    known = {cache.key.encoder: cache.clips() for cache in caches}
    return Plan(owing(tracks, known), known)


def owing(tracks: "pl.DataFrame", known: Mapping[str, Mapping[str, int]]) -> tuple[Task, ...]:
    """One task per track that some encoder owes, in order of track_id."""
    rows = tracks.sort("track_id").select("track_id", "path", "copies", "duration_s").iter_rows()
    tasks = []
    for track_id, path, copies, duration_s in rows:
        encoders = tuple(name for name, clips in known.items() if track_id not in clips)
        if encoders:
            paths = (path, *(copy for copy in copies or () if copy != path))
            tasks.append(Task(track_id, paths, duration_s, encoders))
    return tuple(tasks)
