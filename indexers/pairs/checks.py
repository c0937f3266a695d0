"""Checking a manifest before anything is learnt from it: its audio exists, and nothing is on two sides of its split."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from indexers.errors import LeakError, PairsError
from indexers.pairs.manifest import CLIP, LONG, SPLITS, TEXT, Pair, read_pairs


@dataclass(frozen=True, slots=True)
class Tally:
    """What a manifest holds.

    `clips`, `longs` and `texts` (pairs of texts alone) count pairs; `hours` adds the spans whose end is known; `tunes`
    and `pairs` count by split.
    """

    clips: int
    longs: int
    texts: int
    hours: float
    tunes: dict[str, int]
    pairs: dict[str, int]


def read_checked(path: Path) -> tuple[Pair, ...]:
    """Read a manifest that can be learnt from.

    Raises:
        PairsError: a line is no pair, or audio is missing.
        LeakError: one tune or one file is on two sides of the split.
    """
    pairs = read_pairs(path)
    check_audio(pairs)
    check_leaks(pairs)
    return pairs


def check_audio(pairs: Sequence[Pair]) -> None:
    """Refuse pairs whose audio is not there.

    Raises:
        PairsError: it says how many files are missing, and the first of them.
    """
    files = list(dict.fromkeys(pair.audio for pair in pairs if pair.kind != TEXT))
    missing = [path for path in files if not path.is_file()]
    if missing:
        raise PairsError(
            f"{len(missing)} of {len(files)} audio files are missing, first {missing[0]}: "
            "put them there, or take their lines out of the manifest"
        )


def check_leaks(pairs: Sequence[Pair]) -> None:
    """Refuse a split with the same tune, or the same file, on two sides.

    Raises:
        LeakError: it says how many are, and the first of them.
    """
    _check_sides(pairs, "tune", lambda pair: pair.tune)
    _check_sides([pair for pair in pairs if pair.kind != TEXT], "audio file", lambda pair: str(pair.audio))


def tally(pairs: Sequence[Pair]) -> Tally:
    """Count what a manifest holds."""
    kinds = Counter(pair.kind for pair in pairs)
    sides = Counter(pair.split for pair in pairs)
    seconds = sum(pair.end_s - pair.start_s for pair in pairs if pair.end_s is not None)
    tunes = {split: len({pair.tune for pair in pairs if pair.split == split}) for split in SPLITS}
    return Tally(
        kinds[CLIP], kinds[LONG], kinds[TEXT], seconds / 3600, tunes, {split: sides[split] for split in SPLITS}
    )


def _check_sides(pairs: Sequence[Pair], what: str, name_of: Callable[[Pair], str]) -> None:
    sides: dict[str, set[str]] = {}
    for pair in pairs:
        sides.setdefault(name_of(pair), set()).add(pair.split)
    leaking = [name for name, splits in sides.items() if len(splits) > 1]
    if leaking:
        found = " and ".join(split for split in SPLITS if split in sides[leaking[0]])
        raise LeakError(
            f"{len(leaking)} of {len(sides)} {what}s are on more than one side of the split, first {leaking[0]!r} "
            f"in {found}: a {what} may be on one side only; move all its lines there"
        )
