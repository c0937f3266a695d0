"""Running the tasks of a plan, wherever that is done, into the cache."""

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from indexers.errors import CheckError, LibraryError
from indexers.files import write_text
from indexers.library import Library
from indexers.rebuild.analyse import Task, hear
from indexers.rebuild.embeddings.cache import EncoderCache
from indexers.rebuild.embeddings.writer import CacheWriter
from indexers.rebuild.plan import Plan
from indexers.rebuild.report import Progress, Step
from indexers.rebuild.runner import Hearing, Runner
from indexers.schema import FileState
from indexers.settings import AnalysisSettings

if TYPE_CHECKING:
    from indexers.base import AudioEncoder
    from indexers.models.store import ModelStore

BROKEN_SHARE = 0.5  # of the tracks: where more break their workers, it is hardly the tracks' fault
BROKEN_FEW = 3  # that may break whatever their share
RATE_TRACKS = 8  # analysed, from which a rate is worth remembering

Marks = dict[str, tuple[FileState, str]]


def load_listeners(names: tuple[str, ...], store: "ModelStore", device: str) -> "dict[str, AudioEncoder]":
    """Load encoders by name, once in each worker.

    Raises:
        ModelError: weights are missing.
        ConfigError: there is no such device.
    """
    from indexers.encoders import load_audio_encoder

    return {name: load_audio_encoder(name, store, device=device) for name in names}


def listen(
    plan: Plan,
    caches: Mapping[str, EncoderCache],
    settings: AnalysisSettings,
    store: "ModelStore",
    runner: Runner,
    progress: Progress,
) -> Marks:
    """Run every task of a plan and keep what was heard.

    Returns:
        track_id to the ledger's state and reason, for tracks that could not be heard.

    Raises:
        LibraryError: more than half of the files are gone.
        ModelError: an encoder's weights are missing.
        CheckError: so many tracks broke their workers that the machine is to blame; nothing is marked, what was heard
            is kept.
        StorageError: the disk refused.
    """
    refuse_missing(plan.tasks)
    marks: Marks = {}
    broken: dict[str, str] = {}
    began = time.monotonic()
    progress(Step("analyse", 0, len(plan.tasks)))
    hearing = _hearing(plan, caches, settings, store)
    with closing(runner.hear(plan.tasks, hearing)) as outcomes, CacheWriter(caches) as writer:
        for done, outcome in enumerate(outcomes, start=1):
            if outcome.value is None:
                broken[outcome.task.track_id] = str(outcome.error)
            elif outcome.value.state is FileState.INDEXED:
                writer.add(outcome.value.entries)
            else:
                marks[outcome.task.track_id] = (outcome.value.state, outcome.value.reason)
            progress(_step(done, len(plan.tasks), time.monotonic() - began))
    for cache in caches.values():
        cache.compact()
    _refuse_breakdown(broken, len(plan.tasks))
    return marks | {track_id: (FileState.FAILED, reason) for track_id, reason in broken.items()}


def _hearing(
    plan: Plan, caches: Mapping[str, EncoderCache], settings: AnalysisSettings, store: "ModelStore"
) -> Hearing:
    names = tuple(name for name, owed in plan.owed.items() if owed)
    return Hearing(
        partial(hear, n_windows=settings.windows),
        partial(load_listeners, names, store, settings.device),
        settings.timeout_s,
        caches,
    )


def refuse_missing(tasks: Sequence[Task]) -> None:
    """Stop before most tracks are marked as failed because a disk is not mounted.

    Raises:
        LibraryError: more than half of the files to analyse are gone.
    """
    gone = [task.paths[0] for task in tasks if not any(Path(path).exists() for path in task.paths)]
    if len(gone) > max(BROKEN_FEW, BROKEN_SHARE * len(tasks)):
        raise LibraryError(
            f"{len(gone)} of the {len(tasks)} files to analyse are gone, {gone[0]!r} the first: "
            "mount their disk, or run `segue scan` on where they are now"
        )


def _refuse_breakdown(broken: Mapping[str, str], n_tasks: int) -> None:
    if len(broken) > max(BROKEN_FEW, BROKEN_SHARE * n_tasks):
        first = next(iter(broken.values()))
        raise CheckError(
            f"{len(broken)} of {n_tasks} tracks broke their workers (the first: {first}); none was marked as failed, "
            "what was heard is kept: mend the cause, perhaps fewer [analysis] workers, and rebuild"
        )


def _step(done: int, total: int, seconds: float) -> Step:
    rate = done / max(seconds, 1e-6)
    return Step("analyse", done, total, rate * 3600, (total - done) / rate)


def remember_rate(library: Library, n_tracks: int, tracks_per_hour: float) -> None:
    """Keep how fast tracks were analysed, for the next estimate; too few tell nothing.

    Raises:
        StorageError: the disk refused.
    """
    if n_tracks >= RATE_TRACKS:
        write_text(library.cache / "rate.json", json.dumps({"tracks_per_hour": round(tracks_per_hour, 1)}))


def known_rate(library: Library) -> float | None:
    """Tracks per hour of the last analysis; None where there was none."""
    try:
        said = json.loads((library.cache / "rate.json").read_text(encoding="utf-8"))
        return float(said["tracks_per_hour"])
    except (OSError, ValueError, KeyError, TypeError):
        return None  # an estimate is a courtesy: without a rate there is none
