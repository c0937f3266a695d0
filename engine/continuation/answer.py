"""What continuing a playlist answers: plain values, each with its JSON form."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Seed:
    """An entry of the playlist that was recognised; `track_id` and `path` are empty where the library lacks it."""

    title: str
    artist: str
    track_id: str = ""
    path: str = ""
    tier: str = "path"  # how it was recognised: path, tags, normalised, fuzzy or named


@dataclass(frozen=True, slots=True)
class Unmatched:
    """An entry of the playlist that nothing is known about, and why."""

    written: str  # "artist - title", or the location
    reason: str  # "unmatched" or "ambiguous"


@dataclass(frozen=True, slots=True)
class Continued:
    """A track that continues the playlist and why.

    `score` is the ranking's (higher is better, never rescaled). `arms` gives each arm's standardised score times its
    weight, `brought_by` the arm that gave most, `nearest_seed` the title of the seed most like the track.
    """

    rank: int
    track_id: str
    path: str
    title: str
    artist: str | None
    album: str | None
    duration_s: float
    score: float
    arms: Mapping[str, float]
    brought_by: str
    nearest_seed: str


@dataclass(frozen=True, slots=True)
class Continuation:
    """A playlist's continuation, best first, and what it rests on.

    `learnt_from` says which playlists the ranking was learnt from, empty where none were: then sound and words alone
    decide. `parts_ms` splits `latency_ms`.
    """

    name: str
    seeds: tuple[Seed, ...]
    unmatched: tuple[Unmatched, ...]
    tracks: tuple[Continued, ...]
    generation: int
    learnt_from: str
    latency_ms: float
    parts_ms: Mapping[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The document of `segue continue --json`."""
        return {
            **asdict(self),
            "latency_ms": round(self.latency_ms, 3),
            "parts_ms": {part: round(spent, 3) for part, spent in self.parts_ms.items()},
        }
