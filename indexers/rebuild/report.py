"""What a rebuild says while it runs and when it is done."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Step:
    """How far a rebuild is. `tracks_per_hour` and `left_s` are known while tracks are analysed."""

    stage: str  # "analyse", then the parts that are built, then "publish"
    done: int
    total: int
    tracks_per_hour: float | None = None
    left_s: float | None = None


Progress = Callable[[Step], None]
"""Told of every step; the library code prints nothing itself."""


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """What a rebuild did.

    `status` is "published", "unchanged" (the serving generation is already what would be built), "promoted" (a newer
    one is, and serves now) or "planned" (a dry run). `generation` serves now; None before the first. `tracks` are in
    it, or would be. `estimate_s` is None where no rate is known.
    """

    status: str
    generation: int | None
    tracks: int
    analysed: int = 0
    skipped: Mapping[str, str] = field(default_factory=dict)  # track_id to reason
    failed: Mapping[str, str] = field(default_factory=dict)  # track_id to reason
    owed: Mapping[str, int] = field(default_factory=dict)  # encoder to tracks, before this rebuild
    seconds: float = 0.0
    tracks_per_hour: float | None = None
    estimate_s: float | None = None

    def as_json(self) -> dict[str, Any]:
        """The document of `segue rebuild --json`."""
        return asdict(self)
