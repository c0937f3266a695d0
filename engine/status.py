"""What a library holds, in a few numbers."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from indexers.generation import read_manifest
from indexers.library import Library

VOLATILE = "build.json"  # when and on what machine: the one file that differs between equal builds


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a library: how many tracks are known, how many can be searched, and from which generation."""

    root: str
    n_catalogued: int
    n_searchable: int
    serving: int | None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to search yet."""
        return self.n_searchable == 0

    def as_json(self) -> dict[str, Any]:
        """The status as JSON types."""
        return {**asdict(self), "empty": self.empty}


@dataclass(frozen=True, slots=True)
class Published:
    """One published generation, as `segue generations` lists it."""

    number: int
    serving: bool
    n_tracks: int
    created: str
    spaces: tuple[str, ...]
    encoders: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The generation as JSON types."""
        return asdict(self)


def published(library: Library) -> list[Published]:
    """List every complete generation, newest first."""
    serving = library.serving()
    return [_describe(library, number, serving=number == serving) for number in reversed(library.published())]


def _describe(library: Library, number: int, *, serving: bool) -> Published:
    manifest = read_manifest(library.generation(number))
    return Published(
        number=number,
        serving=serving,
        n_tracks=int(manifest["counts"]["tracks"]),
        created=_created(library.generation(number) / VOLATILE),
        spaces=tuple(manifest["spaces"]),
        encoders=(*manifest["encoders"], *(joint["encoder"] for joint in manifest.get("joint", []))),
    )


def _created(path: Path) -> str:
    """When a generation was built, as its volatile file says; that file may be lost without harm."""
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["created"])
    except (OSError, ValueError, KeyError):
        return "unknown"
