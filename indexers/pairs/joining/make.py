"""Making pairs of joined sounds, in several processes; what was written once is not made again."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from indexers.errors import PairsError
from indexers.files import sha256_of
from indexers.pairs.checks import read_checked
from indexers.pairs.collect import Progress
from indexers.pairs.joining.couples import AT_ONCE, ONE_AFTER_ANOTHER, Couple, draw_couples, tell_order, tell_together
from indexers.pairs.joining.mixing import LENGTH_S, at_once, one_after_another, read_part, write_sounds
from indexers.pairs.joining.sounds import NamedSound, named_sounds
from indexers.pairs.manifest import Pair
from indexers.pool import run_tasks

VERSION = "segue-joined-1"  # raised when the same sounds would be joined otherwise
FOLDER, SOURCE = "joined", "joined"
TIMEOUT_S = 120.0
FEWEST_NAMES = 4


@dataclass(frozen=True, slots=True)
class JoinOrder:
    """What is asked for: sounds of which manifests, how many couples of them, with which seed."""

    manifests: tuple[Path, ...]
    couples: int
    seed: int = 0
    workers: int = 1


@dataclass(frozen=True, slots=True)
class Task:
    """A couple to be joined below a folder."""

    couple: Couple
    folder: Path

    @property
    def paths(self) -> tuple[Path, Path, Path]:
        """The files of one after the other, the other way round, and both at once."""
        one, other = (_told(sound) for sound in (self.couple.one, self.couple.other))
        names = (f"{one} {other}", f"{other} {one}", " ".join(["both", *sorted((one, other))]))
        digests = (hashlib.sha256(f"{VERSION} {name}".encode()).hexdigest()[:24] for name in names)
        first, second, third = (self.folder / FOLDER / digest[:2] / f"{digest}.ogg" for digest in digests)
        return first, second, third


def join_sounds(order: JoinOrder, folder: Path, tell: Progress) -> tuple[list[Pair], list[str]]:
    """Make pairs of joined sounds: a maker for `collect_pairs`.

    Raises:
        PairsError: a manifest cannot be used, or names too few sounds.
        LeakError: a manifest's split leaks.
        StorageError: the disk refused.
    """
    sounds = named_sounds([pair for path in order.manifests for pair in read_checked(path)])
    names = {sound.name for sound in sounds}
    if len(names) < FEWEST_NAMES:
        raise PairsError(f"the manifests name {len(names)} sounds, {FEWEST_NAMES} is the least: add some with labels")
    rng = np.random.default_rng([order.seed, *SOURCE.encode()])
    tasks = [Task(couple, folder) for couple in draw_couples(sounds, order.couples, rng)]
    pairs: list[Pair] = []
    notes: list[str] = []
    outcomes = run_tasks(join, tasks, workers=min(order.workers, max(1, len(tasks))), timeout_s=TIMEOUT_S)
    for done, outcome in enumerate(outcomes, start=1):
        if outcome.error:
            notes.append(f"left out {outcome.task.couple.name}: {outcome.error}")
        else:
            pairs += pairs_of(outcome.task, np.random.default_rng([order.seed, outcome.task.couple.number]))
        tell("sounds joined", done, len(tasks))
    return sorted(pairs, key=lambda pair: str(pair.audio)), notes


def join(task: Task) -> bool:
    """Write the three clips of a couple: what a worker does.

    Raises:
        MediaError: a sound cannot be decoded.
        StorageError: the disk refused.
    """
    if not all(path.exists() for path in task.paths):
        one, other = (read_part(sound) for sound in (task.couple.one, task.couple.other))
        clips = (one_after_another(one, other), one_after_another(other, one), at_once(one, other))
        write_sounds(clips, task.paths)
    return True


def pairs_of(task: Task, rng: np.random.Generator) -> list[Pair]:
    """The three pairs of a couple; what is said of one is false of the others."""
    couple = task.couple
    one, other = couple.one.name, couple.other.name
    held_out = couple.split == "test"
    said = (
        tell_order(one, other, rng, held_out=held_out),
        tell_order(other, one, rng, held_out=held_out),
        tell_together(one, other, rng, held_out=held_out),
    )
    pairs = []
    for place, (path, texts) in enumerate(zip(task.paths, said, strict=True)):
        false = [text for row, others in enumerate(said) if row != place for text in others]
        pairs.append(_pair(couple, path, texts, false, place))
    return pairs


def _pair(couple: Couple, path: Path, texts: Sequence[str], false: Sequence[str], place: int) -> Pair:
    names = [couple.one.name, couple.other.name]
    facts: Mapping[str, object] = {
        "couple": couple.number,
        "how": ONE_AFTER_ANOTHER if place < 2 else AT_ONCE,
        "sounds": names[::-1] if place == 1 else names,
    }
    licences = " and ".join(dict.fromkeys(sound.licence for sound in (couple.one, couple.other) if sound.licence))
    return Pair(
        path, texts[0], couple.split, 0.0, LENGTH_S, tuple(texts[1:]), SOURCE, licences, couple.name, "clip", facts,
        tuple(false),
    )  # fmt: skip


def _told(sound: NamedSound) -> str:
    return f"{_digest(sound.path)} {sound.start_s} {sound.end_s}"


@lru_cache(maxsize=4096)
def _digest(path: Path) -> str:
    return sha256_of(path)
