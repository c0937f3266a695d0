"""Which tracks of the library continue a playlist: every arm scores all of them, and the scores are blended."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from engine.config import ContinuationSettings
from engine.continuation.learnt import Learnt
from engine.continuation.voices import Choir, SoundLikeness
from indexers.generation import Generation
from indexers.schema import Rows, Seeds, Vectors
from rankers.blend import standardised
from rankers.fusion import Pool, Shares

HITS = 5_000  # of the classes that a name means: what fits them less is all the same

Arms = dict[str, Vectors]
"""Arm to [n_tracks] scores of the library's tracks; all 0 where it has nothing to say."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A playlist in the terms of one generation and one vocabulary: what continues it, and what must not."""

    rows: Rows  # of the library
    refused: Rows
    known: Seeds  # of the vocabulary
    known_refused: Rows
    name: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What other playlists say of the library's tracks: each arm's scores, and what all of them give.

    `names` are those of the arms and, last, of the second stage; `shares` is [n_names, n_tracks].
    """

    arms: Arms = field(default_factory=dict)
    names: tuple[str, ...] = ()
    shares: Shares = field(default_factory=lambda: np.zeros((0, 0)))


class Candidates:
    """Scores the tracks of one generation."""

    def __init__(
        self,
        generation: Generation,
        weigh: Callable[[str], Vectors],
        settings: ContinuationSettings,
        learnt: Learnt | None,
    ) -> None:
        """Take what scores them.

        Args:
            generation: Whose tracks are candidates.
            weigh: Turns a text into weights over the generation's classes.
            settings: The arms' weights.
            learnt: What was learnt from playlists; None where nothing was.
        """
        self._generation = generation
        self._weigh = weigh
        self._settings = settings
        self._learnt = learnt

    @property
    def learnt_from(self) -> str:
        """Which playlists were learnt from; empty where none were."""
        return self._learnt.model.learnt_from if self._learnt is not None else ""

    def by_sound(self, wish: Wish) -> Arms:
        """What the seeds' sound says."""
        if not len(wish.rows):
            return {}
        vectors = self._generation.track_vectors("music")
        wanted, refused = (np.asarray(vectors[rows], dtype=np.float32) for rows in (wish.rows, wish.refused))
        return {"sound": self._likeness.score(Choir.of(wanted, refused, self._settings.unlike_weight))}

    @cached_property
    def _likeness(self) -> SoundLikeness:
        return SoundLikeness(self._generation.track_vectors("music"))

    def by_name(self, wish: Wish) -> Arms:
        """What the playlist's name says: classes that are heard, and words of the metadata."""
        if not wish.name.strip():
            return {}
        weights = self._weigh(wish.name)
        n_tracks = self._generation.n_tracks
        rows, scores = self._generation.index("taggram").search(weights[np.newaxis], min(n_tracks, HITS))
        heard = spread(rows[0], scores[0], n_tracks, rest=float(scores[0, -1]))
        return {"taggram": heard, "words": spread(*self._generation.words.search(wish.name, n_tracks), n_tracks)}

    def learnt(self, wish: Wish) -> Heard:
        """What other playlists say."""
        if self._learnt is None:
            return Heard()
        scored = self._learnt.score(wish.known, wish.known_refused, self._settings.unlike_weight)
        arms = self._learnt.of_library(scored, wish.known)
        return Heard(arms, *self._learnt.shares(arms, scored, wish.known, len(wish.rows)))

    def blend(self, arms: Mapping[str, Vectors], heard: Heard) -> Pool:
        """Add up what the arms say.

        Args:
            arms: The engine's own arms, which are standardised over the library and weighed here.
            heard: What other playlists say; all of it weighs `learnt_weight`.

        Returns:
            All tracks in row order.
        """
        n_tracks = self._generation.n_tracks
        own = [self._weight(name, arms) * standardised(arms[name]).astype(np.float64) for name in arms]
        shares = np.vstack([np.zeros((0, n_tracks)), *own, *(self._settings.learnt_weight * heard.shares)])
        return Pool(np.arange(n_tracks), shares.sum(axis=0), (*arms, *heard.names), shares)

    def _weight(self, arm: str, arms: Mapping[str, Vectors]) -> float:
        """An arm's weight; that of a name's words and classes shrinks with how well any track fits them."""
        if arm in {"taggram", "words"}:
            return self._settings.weight(arm) * self.sureness(arm, arms[arm])
        return self._settings.weight(arm)

    def sureness(self, arm: str, scores: Vectors) -> float:
        """How near an arm's best score comes to what the generation's calibration asks of an answer, in [0, 1]."""
        calibration = self._generation.calibration.get(arm)
        best = float(scores.max(initial=0.0))
        threshold = calibration.threshold if calibration is not None else 0.0
        if threshold <= 0:
            return float(best > 0)
        return min(1.0, max(0.0, best / threshold))


def spread(rows: Rows, scores: Vectors, n_tracks: int, *, rest: float = 0.0) -> Vectors:
    """One query's hits as one score per track, [n_tracks]; `rest` where there was no hit."""
    full = np.full(n_tracks, rest, dtype=np.float32)
    full[rows] = scores
    return full
