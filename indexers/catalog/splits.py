"""Dividing playlists into those to learn from and those to be asked about, with nothing of one in the other."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise
from statistics import median

from indexers.catalog.corpus import key_of
from indexers.catalog.playlists.entry import Playlist
from indexers.errors import InputError

SHARE = 0.1  # of the playlists that are held out
LIKENESS = 0.35  # of its tracks that a playlist shares with the one before, where both are editions of one list


@dataclass(frozen=True, slots=True)
class Split:
    """Two sides, each in the order of the file."""

    train: tuple[Playlist, ...]
    test: tuple[Playlist, ...]


def split_newest(playlists: Sequence[Playlist], share: float = SHARE) -> Split:
    """Hold out the newest playlists of each source.

    A source whose lists appear in many overlapping editions (the months of one list) would leak through time: there
    whole lists are held out instead, drawn by a hash of their names, and every edition goes with its list.

    Args:
        playlists: In any order; those without a date count as oldest.
        share: Of each source's playlists (or lists), above 0 and below 1; rounded, at least one.

    Raises:
        InputError: no playlist, or a share out of range.
    """
    if not 0.0 < share < 1.0:
        raise InputError(f"a share of {share} cannot be held out: give one above 0 and below 1")
    if not playlists:
        raise InputError("there is no playlist to divide: give a file with at least two")
    held = {row for rows in _by_source(playlists) for row in _newest(playlists, rows, share)}
    return Split(
        tuple(playlist for row, playlist in enumerate(playlists) if row not in held),
        tuple(playlist for row, playlist in enumerate(playlists) if row in held),
    )


def _by_source(playlists: Sequence[Playlist]) -> list[list[int]]:
    """The rows of each source's playlists, oldest first."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row in sorted(range(len(playlists)), key=lambda row: playlists[row].date):
        rows[playlists[row].source].append(row)
    return list(rows.values())


def _newest(playlists: Sequence[Playlist], rows: Sequence[int], share: float) -> Iterator[int]:
    lists: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        lists[playlists[row].curator or playlists[row].name].append(row)
    editions = {name: own for name, own in lists.items() if are_editions([playlists[row] for row in own])}
    if 2 * sum(map(len, editions.values())) <= len(rows):  # dated playlists, as most are
        yield from rows[len(rows) - max(1, round(share * len(rows))) :]
        return
    drawn = sorted(lists, key=lambda name: blake2b(name.encode(), digest_size=8).digest())
    for name in drawn[: max(1, round(share * len(lists)))]:
        yield from lists[name]


def are_editions(playlists: Sequence[Playlist]) -> bool:
    """Whether playlists, oldest first, are editions of one list: most share much with the one before."""
    held = [frozenset(map(key_of, playlist.entries)) for playlist in playlists]
    shared = [len(one & two) / max(1, min(len(one), len(two))) for one, two in pairwise(held)]
    return bool(shared) and median(shared) >= LIKENESS
