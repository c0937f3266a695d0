"""Which scores are played: spread over collections, so that the largest does not drown the others."""

from collections import defaultdict
from collections.abc import Sequence
from hashlib import blake2b
from math import ceil

from indexers.scores.places import Place

CLIPS_PER_SCORE = 3
SPARE = 0.05  # more scores than needed, for those that cannot be read


def choose_places(places: Sequence[Place], clips: int, longs: int) -> list[Place]:
    """Choose scores for so many clips and long tracks, each collection with a share that grows with its root.

    Returns:
        Places in the order in which they are used; fewer are a prefix of more.
    """
    wanted = max(ceil(clips / CLIPS_PER_SCORE), longs)
    wanted = min(len(places), ceil(wanted * (1 + SPARE)) + 1) if wanted else 0
    queues: dict[str, list[Place]] = defaultdict(list)
    for place in places:
        queues[place.collection].append(place)
    turns = [
        ((position + 0.5) / len(queue) ** 0.5, place.name, place)
        for queue in queues.values()
        for position, place in enumerate(sorted(queue, key=lambda place: _shuffled(place.name)))
    ]
    return [place for *_, place in sorted(turns, key=lambda turn: turn[:2])][:wanted]


def _shuffled(name: str) -> bytes:
    return blake2b(name.encode(), digest_size=8).digest()
