"""Names that are almost the same."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from indexers.catalog.playlists.names import numbers_in

CHUNK = 20_000_000  # cells of one comparison, a byte each
MARGIN = 2  # of 100: other names nearer to the best than this make it ambiguous

Name = tuple[str, str]  # artist and title, normalised


@dataclass(frozen=True, slots=True)
class Nearest:
    """The names that come nearest to one wanted: none, one, or several that cannot be told apart."""

    names: tuple[Name, ...]


def nearest_names(wanted: Sequence[Name], known: Sequence[Name], threshold: float) -> list[Nearest]:
    """Find for each name the known ones most like it.

    The likeness of two names is the lower of the likenesses of their titles and of their artists, each the share of
    letters that agree (rapidfuzz's normalised indel ratio, 0 to 1). Titles with other numbers are never alike.

    Args:
        wanted: Distinct artists and titles, normalised, neither empty.
        known: The same of the library.
        threshold: The least likeness that counts.

    Returns:
        One answer per wanted name, in its order: the best and all within 0.02 of it.
    """
    from rapidfuzz import fuzz, process

    if not known:
        return [Nearest(()) for _ in wanted]
    cutoff = 100 * threshold
    titles = [title for _, title in known]
    answers = []
    step = max(1, CHUNK // len(known))
    for start in range(0, len(wanted), step):
        part = [title for _, title in wanted[start : start + step]]
        scores = process.cdist(part, titles, scorer=fuzz.ratio, score_cutoff=cutoff, dtype=np.uint8)
        for row, name in enumerate(wanted[start : start + step]):
            answers.append(_nearest(name, [known[column] for column in np.flatnonzero(scores[row]).tolist()], cutoff))
    return answers


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
