"""Making pairs from scores: as many as asked for, in several processes, going on where an earlier run stopped."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from indexers.errors import ConfigError, MediaError
from indexers.pairs.collect import Made, Maker, Progress, collect_pairs
from indexers.pairs.journal import append_journal, read_journal
from indexers.pairs.manifest import CLIP, LONG, Pair
from indexers.pairs.plan import choose_places
from indexers.pairs.splits import split_of
from indexers.pairs.tunes import find_tunes
from indexers.pairs.unit import Job, Unit, make_units
from indexers.pool import run_tasks
from indexers.scores.places import Place, list_corpus, list_places

PLAYED = (CLIP, LONG)
JOURNAL = "made-1-seed{seed}.jsonl"  # the first number is raised when the same unit would be played or told otherwise
CLIPS, LONGS = 20_000, 1_500
TIMEOUT_S = 300.0
MOST_PER_SCORE = 40  # performances of one score before it is given up that the number asked for can be reached


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: where, how many, of which scores besides music21's corpus, with which seed."""

    folder: Path
    clips: int = CLIPS
    longs: int = LONGS
    scores: tuple[Path, ...] = ()
    seed: int = 0
    workers: int = 1


def make_pairs(order: Order, progress: Progress | None = None) -> Made:
    """Make pairs of scores and write their manifest; what is there already stays as it is.

    Args:
        order: What is asked for.
        progress: Called with what is being done, how much of it is, and of how much.

    Raises:
        ConfigError: a number is out of range.
        LockedError: another process makes pairs in this folder.
        InputError: a folder or an archive of scores cannot be used.
        MediaError: the scores do not suffice.
        ModelError: music21's corpus or the soundfont is not installed.
        StorageError: the disk refused.
    """
    return collect_pairs(order.folder, [score_maker(order)], progress)


def score_maker(order: Order) -> Maker:
    """A maker for `collect_pairs` that plays and tells scores; see `make_pairs`.

    Raises:
        ConfigError: a number is out of range.
    """
    if order.clips < 0 or order.longs < 0 or order.clips + order.longs < 1 or order.seed < 0:
        raise ConfigError(
            f"clips = {order.clips}, long = {order.longs}, seed = {order.seed}: ask for at least one pair, none below 0"
        )
    return partial(_play, order)


def _play(order: Order, folder: Path, tell: Progress) -> tuple[tuple[Pair, ...], tuple[str, ...]]:
    places = [*list_corpus(), *(place for path in order.scores for place in list_places(path.expanduser()))]
    chosen = choose_places(places, order.clips, order.longs)
    tunes, failed = find_tunes(
        chosen, folder, workers=order.workers, progress=lambda done, total: tell("scores read", done, total)
    )
    readable = [place for place in chosen if place.name in tunes]
    counts = dict(zip(PLAYED, (order.clips, order.longs), strict=True))
    made, notes = _make_all(readable, counts, order, folder, tell)
    pairs = tuple(_pair(unit, row, tunes[unit.place.name], folder) for unit, row in made)
    unread = [f"left out {name}: {reason}" for name, reason in sorted(failed.items())]
    return pairs, (*unread, *notes)


def _make_all(
    places: Sequence[Place], counts: Mapping[str, int], order: Order, folder: Path, tell: Progress
) -> tuple[list[tuple[Unit, dict[str, Any]]], list[str]]:
    """Make units until there are enough of each kind; those that cannot be made are replaced."""
    journal = folder / JOURNAL.format(seed=order.seed)
    known = {name: row for name, row in read_journal(journal).items() if _is_whole(row, folder)}
    while True:
        wanted = [unit for kind in PLAYED for unit in _wanted(kind, places, counts[kind], known)]
        missing = [unit for unit in wanted if unit.name not in known]
        if not missing:
            break
        done = len(wanted) - len(missing)
        for row in _rows(missing, folder, order):
            known[row["name"]] = row
            append_journal(journal, row)
            done += "reason" not in row
            tell("pairs made", done, len(wanted))
    notes = [f"left out {name}: {row['reason']}" for name, row in sorted(known.items()) if "reason" in row]
    return [(unit, known[unit.name]) for unit in wanted], notes


def _wanted(kind: str, places: Sequence[Place], count: int, known: Mapping[str, Mapping[str, Any]]) -> list[Unit]:
    """The first units of a kind that have not failed: one of every score, then a second of every score, and so on."""
    units: list[Unit] = []
    for number in range(MOST_PER_SCORE):
        for place in places:
            if len(units) == count:
                return units
            unit = Unit(place, kind, number)
            if "reason" not in known.get(unit.name, {}):
                units.append(unit)
    if len(units) < count:
        raise MediaError(
            f"{len(places)} scores give no more than {len(units)} of {count} {kind}s: ask for fewer, or add --scores"
        )
    return units


def _rows(units: Sequence[Unit], folder: Path, order: Order) -> Iterator[dict[str, Any]]:
    together: dict[str, list[Unit]] = {}
    for unit in units:
        together.setdefault(unit.place.name, []).append(unit)
    jobs = [Job(tuple(group), folder, order.seed) for group in together.values()]
    for outcome in run_tasks(make_units, jobs, workers=min(order.workers, len(jobs)), timeout_s=TIMEOUT_S):
        yield from outcome.value or (
            {"name": unit.name, "reason": outcome.error or "nothing was made"} for unit in outcome.task.units
        )


def _is_whole(row: Mapping[str, Any], folder: Path) -> bool:
    """Whether what an earlier run remembered can still be used."""
    return "reason" in row or ("text" in row and (folder / row.get("audio", "")).is_file())


def _pair(unit: Unit, row: Mapping[str, Any], tune: str, folder: Path) -> Pair:
    return Pair(
        folder / row["audio"],
        row["text"],
        split_of(tune),
        0.0,
        row["end_s"],
        tuple(row["rewrites"]),
        unit.place.source,
        unit.place.licence,
        tune,
        unit.kind,
        row["facts"],
    )
