"""The named sounds of manifests: what can be joined."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from indexers.pairs.manifest import Pair
from indexers.pairs.playing.palette import PLAYER_OF
from indexers.pairs.splits import split_of
from indexers.pairs.telling.vocabulary import with_article

HELD_OUT = (0.12, 0.3)  # of the names: for validation and for test


@dataclass(frozen=True, slots=True)
class NamedSound:
    """A stretch of a file in which one thing sounds; `end_s` is None for the end of the file."""

    name: str
    path: Path
    start_s: float
    end_s: float | None
    split: str
    source: str
    licence: str


def named_sounds(pairs: Sequence[Pair]) -> list[NamedSound]:
    """The clips of which one sound is named: by a label, or as an instrument that plays alone.

    A name belongs to one side of the split, and only sounds that are on that side already stand for it, so neither what
    is held out nor what it is called was ever joined in training.
    """
    found = []
    for pair in pairs:
        name = _name(pair)
        if name and pair.kind == "clip" and pair.split == side_of(name):
            found.append(NamedSound(name, pair.audio, pair.start_s, pair.end_s, pair.split, pair.source, pair.licence))
    return found


def side_of(name: str) -> str:
    """The side of the split that a name is on."""
    return split_of(f"the sound of {name}", *HELD_OUT)


def _name(pair: Pair) -> str:
    label = pair.facts.get("label")
    if isinstance(label, str) and label:
        return label
    parts: Any = pair.facts.get("parts")
    player = parts[0].get("player") if isinstance(parts, list) and len(parts) == 1 else ""
    if player not in PLAYER_OF:
        return ""
    return str(player) if PLAYER_OF[player].plural else with_article(str(player))
