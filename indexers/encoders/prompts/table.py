"""The table of descriptions: how labels sound, found by any of their names."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from indexers.encoders.prompts.scenes import Kind

_NOISE_BEFORE = re.compile(r"^(the )?(sounds? of |a |an |the )+")
_NOISE_BEHIND = re.compile(r" (sounds?|music|noise|song)$")


@dataclass(frozen=True, slots=True)
class Described:
    """How what a label names sounds: `texts`, at least one, each a phrase that names it too."""

    kind: Kind
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Descriptions by the key of each name, see `key_of`."""

    entries: Mapping[str, Described] = field(default_factory=dict)

    def find(self, label: str) -> Described | None:
        """Look a label up as it is, without what it adds to a name ("the sound of", "music"), or as one of several.

        None where nobody described it.
        """
        return next((self.entries[key] for key in _spellings(label) if key in self.entries), None)

    def instead(self, texts: Mapping[str, tuple[str, ...]]) -> "Table":
        """The table with other descriptions for some labels; a label that was known keeps its kind."""
        new = {key_of(label): Described(self._kind(label), said) for label, said in texts.items()}
        return Table({**self.entries, **new})

    def beside(self, texts: Mapping[str, tuple[str, ...]]) -> "Table":
        """The table with more descriptions for some labels, behind those there are."""
        new: dict[str, Described] = {}
        for label, said in texts.items():
            known = self.find(label)
            new[key_of(label)] = Described(self._kind(label), (*(known.texts if known else ()), *said))
        return Table({**self.entries, **new})

    def _kind(self, label: str) -> Kind:
        known = self.find(label)
        return known.kind if known else Kind.SOUND


def key_of(label: str) -> str:
    """A label's words in small letters, sorted: "Crowing rooster" and "rooster_crowing" are one."""
    return " ".join(sorted(_words(label).split()))


def _words(label: str) -> str:
    return " ".join(re.sub(r"[-_/]+", " ", label.casefold()).split())


def _spellings(label: str) -> Iterator[str]:
    """The keys that a label may be known by, likeliest first."""
    said = _words(label)
    bare = _NOISE_BEFORE.sub("", said)
    for one in dict.fromkeys((said, bare, _NOISE_BEHIND.sub("", bare))):
        yield key_of(one)
        yield key_of(one.removesuffix("s") if one.endswith("s") else f"{one}s")


@cache
def built_in() -> Table:
    """The descriptions that come with the project, of some three hundred kinds of sound."""
    entries: dict[str, Described] = {}
    for kind in Kind:
        rows = json.loads((files(__package__) / f"{kind}.json").read_text(encoding="utf-8"))
        for name, row in rows.items():
            described = Described(kind, tuple(row["descriptions"]))
            entries.update({key_of(said): described for said in (name, *row["also"])})
    return Table(entries)
