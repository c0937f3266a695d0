"""From chosen candidates to tracks that say why they are there."""

from collections.abc import Mapping

import numpy as np

from engine.continuation.answer import Continued
from engine.continuation.learnt import SECOND_STAGE
from engine.continuation.seeds import Recognised
from indexers.generation import Generation
from indexers.schema import Rows, Vectors
from rankers.fusion import Pool

SHOWN = ("track_id", "path", "title", "artist", "album", "duration_s")


def explain(generation: Generation, chosen: Pool, found: Recognised) -> tuple[Continued, ...]:
    """Describe the chosen candidates, ranked in their order.

    The nearest seed is the one that sounds most like the track; where the library has none of the seeds, the first by
    the same artist; else none is named.
    """
    tracks = generation.tracks.select(SHOWN)[chosen.rows].to_dicts()
    artists = [track["artist"] or "" for track in tracks]
    nearest = _nearest_by_sound(generation.track_vectors("music"), chosen.rows, found) or _by_artist(artists, found)
    return tuple(
        Continued(
            rank=position + 1,
            score=float(chosen.scores[position]),
            arms=(arms := _shares(chosen, position)),
            brought_by=_bringer(arms),
            nearest_seed=nearest[position],
            **track,
        )
        for position, track in enumerate(tracks)
    )


def _bringer(arms: Mapping[str, float]) -> str:
    """The arm that gave most; the second stage only moves what others brought."""
    bringers = [arm for arm in arms if arm != SECOND_STAGE]
    return max(bringers, key=lambda arm: arms[arm], default="")


def _shares(chosen: Pool, position: int) -> dict[str, float]:
    """What each arm gave, for or against; an arm that said nothing is left out."""
    given = zip(chosen.arms, chosen.shares[:, position].tolist(), strict=True)
    return {arm: share for arm, share in given if share}


def _nearest_by_sound(vectors: Vectors, rows: Rows, found: Recognised) -> list[str]:
    if not len(found.rows):
        return []
    title_of = [seed.title for seed in found.seeds if seed.track_id]  # row i of `found.rows` is the i-th of these
    cosines = np.asarray(vectors[rows], dtype=np.float32) @ np.asarray(vectors[found.rows], dtype=np.float32).T
    return [title_of[place] for place in cosines.argmax(axis=1).tolist()]


def _by_artist(artists: list[str], found: Recognised) -> list[str]:
    first: dict[str, str] = {}
    for seed in found.seeds:
        first.setdefault(seed.artist.casefold(), seed.title)
    return [first.get(artist.casefold(), "") if artist else "" for artist in artists]
