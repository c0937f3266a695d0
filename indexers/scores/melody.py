"""Telling from notes and titles which scores are the same tune."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from indexers.scores.notes import Note, Score

LOOKED_AT = 48  # notes from the start of a melody
STRETCH = 14  # intervals in a row that two scores of one tune share
VARIED = 5  # different intervals in a stretch that says something: scales and repeated notes are everywhere
COMMON = 4  # a title of more scores than this is a kind of piece ("Kyrie"), not a name
GENERIC = re.compile(r"^(no|nr|op|movement|untitled|track|section)?[\W\d]*$|^(first|second|third) section$")


@dataclass(frozen=True, slots=True)
class Likeness:
    """What is compared of a score: its title in plain letters, and stretches of its melody as intervals."""

    title: str
    stretches: tuple[str, ...]


def likeness_of(score: Score) -> Likeness:
    """What is compared of a score; the same in every key and tempo."""
    pitches = [note.pitch for note in _top_line(score.parts[0])][:LOOKED_AT] if score.parts else []
    steps = [after - before for before, after in pairwise(pitches)]
    found = (steps[at : at + STRETCH] for at in range(max(0, len(steps) - STRETCH + 1)))
    return Likeness(
        plain_title(score.title), tuple(" ".join(map(str, one)) for one in found if len(set(one)) >= VARIED)
    )


def plain_title(title: str) -> str:
    """A title in lower case and plain letters, without articles; empty where it names nothing."""
    letters = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    words = [word for word in re.findall(r"[a-z0-9]+", letters) if word not in {"the", "a", "an"}]
    plain = " ".join(words)
    return "" if GENERIC.match(plain) else plain


def same_tunes(scores: Mapping[str, Likeness]) -> dict[str, str]:
    """Put scores of the same tune together.

    Two scores are one tune where they share a stretch of melody, or a title that few others have.

    Args:
        scores: Name to likeness.

    Returns:
        Each name to the first name, in sorted order, of its tune.
    """
    titles = Counter(one.title for one in scores.values())
    named: dict[str, list[str]] = defaultdict(list)
    for name in sorted(scores):
        one = scores[name]
        if one.title and titles[one.title] <= COMMON:
            named[f"title {one.title}"].append(name)
        for stretch in one.stretches:
            named[stretch].append(name)
    return _joined(sorted(scores), named.values())


def _joined(names: Iterable[str], groups: Iterable[Sequence[str]]) -> dict[str, str]:
    """Union of overlapping groups, each called by its first name."""
    parent = {name: name for name in names}

    def root(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for group in groups:
        for other in group[1:]:
            first, second = sorted((root(group[0]), root(other)))
            parent[second] = first
    return {name: root(name) for name in parent}


def _top_line(part: Sequence[Note]) -> list[Note]:
    """The highest note of each moment that notes begin at."""
    highest: dict[float, Note] = {}
    for note in part:
        if note.start not in highest or note.pitch > highest[note.start].pitch:
            highest[note.start] = note
    return [highest[start] for start in sorted(highest)]
