"""The recordings of collections: how long, what their tags and names say, and on which side of the split they are."""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexers.catalog.tags import Tags, read_tags
from indexers.catalog.walk import walk
from indexers.errors import MediaError, PairsError
from indexers.media.decode import blocks
from indexers.media.probe import probe
from indexers.pairs.manifest import SPLITS
from indexers.pairs.real.labels import label_of
from indexers.pairs.real.sources import Collection
from indexers.pairs.splits import split_of
from indexers.schema import FileState

CLIP_S = 10.0
SHORTEST_S = 0.1  # of a sound
LONGEST_S = 7200.0  # of a recording
COUNTING_HZ = 8000
LONG_S = (60.0, 300.0)  # of a whole track that is told as one
MEDIA = ("audio", "video")
_NUMBERS = re.compile(r"[\W_]*(?:\d+[\W_]*)+$|^(?:\d+[\W_]+)+")


@dataclass(frozen=True, slots=True)
class Recording:
    """One file; `tune` is what must not be on two sides of the split, `label` the name of its sound, if it has one."""

    path: Path
    duration_s: float
    collection: Collection
    label: str
    tags: Tags
    tune: str
    split: str

    @property
    def clips(self) -> tuple[tuple[float, float], ...]:
        """The clips it is told by, as start and end in seconds."""
        return clips_of(self.duration_s, self.collection.most_clips)

    @property
    def is_long(self) -> bool:
        """Whether it is told as a whole track too."""
        return LONG_S[0] <= self.duration_s <= LONG_S[1]


def clips_of(duration_s: float, most: int) -> tuple[tuple[float, float], ...]:
    """The clips of a recording: all of a short sound, else stretches of ten seconds that do not overlap.

    There are as many as fit, at most `most`; those are spread evenly.
    """
    if duration_s < 2 * CLIP_S:
        return ((0.0, round(min(duration_s, CLIP_S), 3)),)
    n_fitting = int(duration_s // CLIP_S)
    n_clips = min(n_fitting, most)
    step_s = (duration_s - CLIP_S) / (n_clips - 1) if 1 < n_clips < n_fitting else CLIP_S
    return tuple((round(row * step_s, 3), round(row * step_s + CLIP_S, 3)) for row in range(n_clips))


def find_recordings(
    collections: Sequence[Collection], known: Container[str]
) -> tuple[tuple[Recording, ...], tuple[str, ...]]:
    """List the recordings of collections, and say in a line each what was left out.

    Raises:
        PairsError: a path does not exist, there is no audio in it, or files have no fold.
    """
    found: list[Recording] = []
    notes: list[str] = []
    for collection in collections:
        for path in _files(collection, notes):
            try:
                found.append(_recording(path, collection, known))
            except MediaError as error:
                notes.append(f"left out {path.name}: {error}")
    if not found:
        raise PairsError(
            f"no audio in {', '.join(str(one.path) for one in collections)}: give folders or files with some"
        )
    return tuple(_with_folds(found)), tuple(notes)


def _files(collection: Collection, notes: list[str]) -> list[Path]:
    root = collection.path.expanduser().absolute()
    if not root.exists():
        raise PairsError(f"{root} does not exist: give a folder or a file with audio")
    listed = [row for row in walk([root], follow_links=True).found if row.kind in MEDIA]
    notes += [f"left out {row.path}: {row.reason}" for row in listed if row.state is not FileState.INDEXED]
    return [Path(row.path) for row in listed if row.state is FileState.INDEXED]


def _recording(path: Path, collection: Collection, known: Container[str]) -> Recording:
    told_s = probe(path).duration_s
    duration_s = told_s if told_s <= LONGEST_S else _decoded_s(path)
    if not SHORTEST_S <= duration_s <= LONGEST_S:
        raise MediaError(f"{duration_s:.2f} s of sound, {SHORTEST_S} s is the least and {LONGEST_S:.0f} s the most")
    names = {"none": "", "name": path.stem, "folder": path.parent.name}
    by_person = collection.label == "folder"  # who sorted sounds into folders knew their names
    words = None if by_person else _Words(known, collection.words)
    label = label_of(names[collection.label], collection.ignore, words)
    tune = _tune(path, collection)
    split = "" if collection.fold else split_of(tune, collection.held_out, collection.held_out)
    return Recording(path, duration_s, collection, label, read_tags(path), tune, split)


def _decoded_s(path: Path) -> float:
    """How long a recording is whose packets tell of days, as cuts out of streams do; counted up to `LONGEST_S`."""
    counted = 0.0
    for block in blocks(path, COUNTING_HZ):
        counted += len(block) / COUNTING_HZ
        if counted > LONGEST_S:
            break
    return counted


@dataclass(frozen=True, slots=True)
class _Words:
    """Words, and some more."""

    known: Container[str]
    more: tuple[str, ...]

    def __contains__(self, word: object) -> bool:
        return word in self.known or word in self.more


def _tune(path: Path, collection: Collection) -> str:
    """What keeps recordings on one side: their name without numbers, or their folder; a fold has its own name."""
    if collection.fold:
        return f"{collection.name}/{path.parent.name}/{path.stem}"
    if collection.together == "file":
        return f"{collection.name}/{path.parent.name}/{path.stem}"
    if collection.together == "folder":
        return f"{collection.name}/{path.parent.name}"
    return f"{collection.name}/{_NUMBERS.sub('', path.stem).lower() or path.stem}"


def _with_folds(found: Sequence[Recording]) -> list[Recording]:
    """Set the split of those recordings whose collection has folds: the highest is for the test, the next validates."""
    folds = {row.path: _fold(row) for row in found if row.collection.fold}
    highest: dict[str, list[str]] = {}
    for row in found:
        if row.collection.fold:
            known = highest.setdefault(row.collection.name, [])
            known += [folds[row.path]] if folds[row.path] not in known else []
    for name, known in highest.items():
        if len(known) < len(SPLITS):
            raise PairsError(f"{name} has {len(known)} folds, {len(SPLITS)} is the least: mend fold, or leave it out")
        known.sort(reverse=True)
    return [_placed(row, folds[row.path], highest[row.collection.name]) if row.path in folds else row for row in found]


def _placed(row: Recording, fold: str, known: Sequence[str]) -> Recording:
    split = {known[0]: SPLITS[2], known[1]: SPLITS[1]}.get(fold, SPLITS[0])
    tune = f"{row.collection.name}/{fold}/{row.tune.partition('/')[2]}"
    return Recording(row.path, row.duration_s, row.collection, row.label, row.tags, tune, split)


def _fold(row: Recording) -> str:
    match = re.search(row.collection.fold, row.path.name)
    if match is None:
        raise PairsError(f"{row.path.name} has no fold by {row.collection.fold!r}: mend the pattern, or leave it out")
    return match.group(1)
