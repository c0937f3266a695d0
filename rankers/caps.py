"""The artist cap: after a few tracks of one artist the others get their turn."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from indexers.errors import ConfigError
from indexers.schema import Rows


def within_cap(artists: Sequence[str | None], limit: int) -> tuple[Rows, Rows]:
    """Split a ranking into those within the cap and those beyond it.

    Args:
        artists: One per candidate, best first; None or blank is unknown and never capped. Case does not matter.
        limit: Tracks of one artist, at least 1.

    Returns:
        Positions within the cap and positions beyond it, each in the order given; together they are all positions,
        so that a list which would fall short can be filled up with the second.

    Raises:
        ConfigError: limit is below 1.
    """
    if limit < 1:
        raise ConfigError(f"artist cap = {limit} must be at least 1")
    played: Counter[str] = Counter()
    kept = np.ones(len(artists), dtype=bool)
    for position, artist in enumerate(artists):
        name = (artist or "").strip().casefold()
        played[name] += 1
        kept[position] = not name or played[name] <= limit
    return np.flatnonzero(kept), np.flatnonzero(~kept)
