"""Names that are almost the same."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from indexers.catalog.playlists.names import numbers_in

CHUNK = 5_000_000  # cells of one comparison, four bytes each
MARGIN = 2  # of 100: other names nearer to the best than this make it ambiguous

Name = tuple[str, str]  # artist and title, normalised


@dataclass(frozen=True, slots=True)
class Nearest:
    """The names that come nearest to one wanted: none, one, or several that cannot be told apart."""

    names: tuple[Name, ...]


def by_artist(names: Iterable[Name]) -> dict[str, list[str]]:
    """Each artist's titles, in the order given."""
    titles_of: dict[str, list[str]] = defaultdict(list)
    for artist, title in names:
        titles_of[artist].append(title)
    return titles_of


def nearest_names(wanted: Sequence[Name], known: Mapping[str, Sequence[str]], threshold: float) -> list[Nearest]:
    """Find for each name the known ones most like it.

    The likeness of two names is the lower of the likenesses of their titles and of their artists, each the share of
    letters that agree (rapidfuzz's normalised indel ratio, 0 to 1). Titles with other numbers are never alike.

    Args:
        wanted: Distinct artists and titles, normalised, neither empty.
        known: The same of the library, as artist to titles (see `by_artist`).
        threshold: The least likeness that counts.

    Returns:
        One answer per wanted name, in its order: the best and all within 0.02 of it.
    """
    cutoff = 100 * threshold
    alike = _alike(list(dict.fromkeys(artist for artist, _ in wanted)), list(known), cutoff)
    return [
        _nearest(name, [(artist, title) for artist in alike[name[0]] for title in known[artist]], cutoff)
        for name in wanted
    ]


def _alike(wanted: Sequence[str], known: Sequence[str], cutoff: float) -> dict[str, list[str]]:
    """Find for each artist all known ones whose likeness is at least the cutoff, comparing all pairs in chunks."""
    from rapidfuzz import fuzz, process

    alike: dict[str, list[str]] = {}
    step = max(1, CHUNK // max(1, len(known)))
    for start in range(0, len(wanted), step):
        part = wanted[start : start + step]
        scores = process.cdist(part, known, scorer=fuzz.ratio, score_cutoff=cutoff, dtype=np.float32)
        for artist, row in zip(part, scores, strict=True):
            alike[artist] = [known[column] for column in np.flatnonzero(row).tolist()]
    return alike


def _nearest(name: Name, candidates: Sequence[Name], cutoff: float) -> Nearest:
    from rapidfuzz import fuzz

    numbers = numbers_in(name[1])
    scores = {
        other: min(fuzz.ratio(name[0], other[0]), fuzz.ratio(name[1], other[1]))
        for other in candidates
        if numbers_in(other[1]) == numbers
    }
    best = max(scores.values(), default=0.0)
    close = [other for other, score in scores.items() if score >= max(cutoff, best - MARGIN)]
    return Nearest(tuple(sorted(close)))
