"""Telling which scores are the same tune, before any is put on a side of the split."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from indexers.errors import SegueError
from indexers.pairs.journal import append_journal, read_journal
from indexers.pool import Outcome, run_tasks
from indexers.scores.melody import Likeness, likeness_of, same_tunes
from indexers.scores.places import Place, read_place

JOURNAL = "tunes.jsonl"
BATCH = 20  # scores a task
TIMEOUT_S = 300.0
Look = tuple[str, Likeness | None, str]  # a score's name, what is compared, and why it could not be read


def look_at(places: Sequence[Place]) -> list[Look]:
    """Read scores and give what is compared of each, or one line about why it cannot be read."""
    return [_look(place) for place in places]


def find_tunes(
    places: Sequence[Place], folder: Path, *, workers: int, progress: Callable[[int, int], None] | None = None
) -> tuple[dict[str, str], dict[str, str]]:
    """Find the tune of each score; what an earlier run read is remembered in the folder, and compared with too.

    Returns:
        Name to tune for those that can be read, and name to reason for the others.

    Raises:
        StorageError: the disk refused.
    """
    journal = folder / JOURNAL
    known = read_journal(journal)
    missing = [place for place in places if place.name not in known]
    done = len(places) - len(missing)
    for outcome in _looked(missing, workers):
        for name, likeness, reason in outcome.value or [
            (place.name, None, outcome.error or "") for place in outcome.task
        ]:
            said = {"title": likeness.title, "stretches": likeness.stretches} if likeness else {"reason": reason}
            known[name] = {"name": name, **said}
            append_journal(journal, known[name])
        done += len(outcome.task)
        if progress is not None:
            progress(done, len(places))
    tunes = same_tunes(
        {name: Likeness(row["title"], tuple(row["stretches"])) for name, row in known.items() if "reason" not in row}
    )
    wanted = {place.name for place in places}
    failed = {name: str(row["reason"]) for name, row in known.items() if "reason" in row and name in wanted}
    return {name: tune for name, tune in tunes.items() if name in wanted}, failed


def _looked(places: Sequence[Place], workers: int) -> Iterator[Outcome[Sequence[Place], list[Look]]]:
    batches = [places[start : start + BATCH] for start in range(0, len(places), BATCH)]
    if batches:
        yield from run_tasks(look_at, batches, workers=min(workers, len(batches)), timeout_s=TIMEOUT_S)


def _look(place: Place) -> Look:
    try:
        return place.name, likeness_of(read_place(place)), ""
    except SegueError as error:
        return place.name, None, str(error)
