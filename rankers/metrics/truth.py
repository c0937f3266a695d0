"""What is to be found for one query."""

from dataclasses import dataclass, field

from indexers.schema import Rows


@dataclass(frozen=True, slots=True)
class Truth:
    """The held-out part of one playlist.

    `relevant` holds the rows of its known tracks, each once; `n_relevant` counts all that were held out, so that it is
    larger where unknown ones count as misses. `artists` numbers the artists of the held-out tracks as
    `Vocabulary.artist_of` does; an artist of unknown tracks alone cannot be hit and needs no number. Queries of one
    `group`, such as editions of one list, are not independent and are resampled together.
    """

    relevant: Rows
    n_relevant: int
    artists: frozenset[int] = field(default_factory=frozenset)
    group: str = ""
