"""Takes: the clips of recordings, measured, heard, and told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from indexers.encoders.clap.sounds.listening import Span, listen, span_of
from indexers.encoders.taggram import TAG_ENCODERS, TagNorm, fit_norm
from indexers.errors import PairsError
from indexers.files import sha256_of
from indexers.models.store import ModelStore
from indexers.pairs.collect import Progress
from indexers.pairs.journal import append_journal, read_journal
from indexers.pairs.real.hearing.heard import Sounding, read_heard
from indexers.pairs.real.measuring.measure import Measured, measure
from indexers.pairs.real.recordings import Recording
from indexers.pool import run_tasks

HEARD = "heard"
JOURNAL = "measured-1.jsonl"  # the number is raised when the same sound would be measured otherwise
TIMEOUT_S = 600.0  # for one recording


@dataclass(frozen=True, slots=True)
class Take:
    """A recording with all that is known of its clips, one by one: spans, measures, what was heard."""

    recording: Recording
    digest: str
    spans: tuple[Span, ...]
    clips: tuple[Measured, ...]
    whole: Measured
    soundings: tuple[Sounding, ...] = ()


def take_all(
    recordings: Sequence[Recording], folder: Path, store: ModelStore, workers: int, tell: Progress
) -> tuple[list[Take], list[str]]:
    """Measure recordings and let the frozen encoders hear their clips, each once; a run cut short is gone on from.

    Returns:
        A take of each recording that could be measured and heard, and a line for each that could not.

    Raises:
        ModelError: an encoder's weights are missing.
        StorageError: the disk refused.
    """
    takes, notes = _measured(recordings, folder, workers, tell)
    spans = [span for take in takes for span in take.spans]
    try:
        listen(spans, folder / HEARD, store, workers=workers, progress=lambda *done: tell("clips heard", *done))
    except PairsError as error:  # those that could be heard are kept
        notes.append(str(error))
    heard = read_heard(spans, folder / HEARD)
    whole = [take for take in takes if all(span.key in heard for span in take.spans)]
    return [_with(take, heard) for take in whole], notes


def usual(takes: Sequence[Take]) -> TagNorm:
    """What is usual for each class in the clips given, with the built-in reference as so many more."""
    return fit_norm([np.stack([sounding.pooled for sounding in take.soundings]) for take in takes], TAG_ENCODERS)


def _with(take: Take, heard: Mapping[str, Sounding]) -> Take:
    soundings = tuple(heard[span.key] for span in take.spans)
    return Take(take.recording, take.digest, take.spans, take.clips, take.whole, soundings)


def _measured(
    recordings: Sequence[Recording], folder: Path, workers: int, tell: Progress
) -> tuple[list[Take], list[str]]:
    found, notes = _distinct(recordings)
    names = {digest: f"{digest}/{len(one.clips)}" for digest, one in found.items()}
    known = read_journal(folder / JOURNAL)
    owed = {names[digest]: one for digest, one in found.items() if names[digest] not in known}
    for done, row in enumerate(_rows(owed, workers), start=1):
        known[row["name"]] = row
        append_journal(folder / JOURNAL, row)
        tell("recordings measured", done, len(owed))
    takes = []
    for digest, recording in found.items():
        row = known[names[digest]]
        if "reason" in row:
            notes.append(f"left out {recording.path.name}: {row['reason']}")
        else:
            takes.append(_take(recording, digest, row))
    return takes, notes


def _distinct(recordings: Sequence[Recording]) -> tuple[dict[str, Recording], list[str]]:
    """Recordings by the SHA-256 of their files; the same bytes may be in two collections, and on two sides."""
    found: dict[str, Recording] = {}
    notes = []
    for recording in recordings:
        first = found.setdefault(sha256_of(recording.path), recording)
        if first is not recording:
            notes.append(
                f"left out {recording.path.name} of {recording.collection.name}: the same as {first.path.name}"
            )
    return found, notes


def _rows(owed: Mapping[str, Recording], workers: int) -> Iterator[dict[str, Any]]:
    names = {one.path: name for name, one in owed.items()}
    if owed:
        for outcome in run_tasks(measure, owed.values(), workers=min(workers, len(owed)), timeout_s=TIMEOUT_S):
            name = names[outcome.task.path]
            yield {"name": name, **(outcome.value or {"reason": outcome.error or "nothing was measured"})}


def _take(recording: Recording, digest: str, row: Mapping[str, Any]) -> Take:
    spans = tuple(span_of(recording.path, start_s, end_s, digest) for start_s, end_s in recording.clips)
    return Take(recording, digest, spans, tuple(Measured(**clip) for clip in row["clips"]), Measured(**row["whole"]))
