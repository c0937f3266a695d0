"""One manifest of pairs from one or several makers, checked and written in one step."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexers.files import disk_errors
from indexers.library import Library
from indexers.pairs.checks import check_audio, check_leaks
from indexers.pairs.manifest import Pair, write_pairs

MANIFEST = "pairs.jsonl"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: the manifest, its pairs, and one line for each thing that was left out."""

    manifest: Path
    pairs: tuple[Pair, ...]
    notes: tuple[str, ...]


Maker = Callable[[Path, Progress], tuple[Sequence[Pair], Sequence[str]]]


def collect_pairs(folder: Path, makers: Iterable[Maker], progress: Progress | None = None) -> Made:
    """Let makers make their pairs in a folder and write one manifest of all; it is replaced whole or not at all.

    Args:
        folder: Where makers keep what they remember, and the manifest goes.
        makers: Each gives pairs, and a line for each thing it left out; called with the folder and the progress.
        progress: Called with what is being done, how much of it is, and of how much.

    Raises:
        LockedError: another process makes pairs in this folder.
        PairsError: audio is missing.
        LeakError: two makers put one tune on two sides.
        StorageError: the disk refused.
    """
    root = folder.expanduser().absolute()
    with disk_errors(root):
        root.mkdir(parents=True, exist_ok=True)
    with Library(root).lock("segue train pairs"):
        made = [maker(root, progress or (lambda *_: None)) for maker in makers]
        pairs = tuple(pair for found, _ in made for pair in found)
        check_leaks(pairs)
        check_audio(pairs)
        write_pairs(root / MANIFEST, pairs)
    return Made(root / MANIFEST, pairs, tuple(note for _, notes in made for note in notes))
