"""Sound to sound: a clip and liked tracks against every track's music vector."""

import numpy as np

from engine.arms import Request, Why, best_span, strongest
from engine.query import Span
from indexers.generation import Generation
from indexers.schema import Rows, Vectors


class SoundArm:
    """Ranks by cosine to a sound and to liked tracks, away from unliked ones."""

    name = "sound"
    calibrated_as = "music"

    def __init__(self, generation: Generation, unlike_weight: float) -> None:
        """Take Rocchio's beta, the weight of unliked tracks."""
        self._generation = generation
        self._unlike_weight = unlike_weight

    def ask(self, request: Request) -> "SoundQuestion | None":
        """Pool the wanted sounds; None without a sound and without likes."""
        if request.sound is None and not len(request.liked):
            return None
        vectors = self._generation.track_vectors("music")
        wanted = np.asarray(vectors[request.liked], dtype=np.float32)
        if request.sound is not None:
            wanted = np.concatenate([wanted, request.sound[np.newaxis]])
        vector = rocchio(wanted, np.asarray(vectors[request.unliked], dtype=np.float32), self._unlike_weight)
        return SoundQuestion(self._generation, vector, request.liked)

    def votes(self, scores: Vectors) -> Vectors:
        """A full vote each: a rank among all tracks says what there is to say."""
        return np.ones_like(scores)


def rocchio(wanted: Vectors, unwanted: Vectors, unlike_weight: float) -> Vectors:
    """One unit vector near what is wanted and away from what is not.

    Args:
        wanted: [n_wanted, dim], at least one unit row.
        unwanted: [n_unwanted, dim], unit rows; may be empty.
        unlike_weight: At least 0; how much of the mean of `unwanted` is taken off the mean of `wanted`.

    Source: Rocchio, "Relevance feedback in information retrieval", 1971, with the query among the wanted.
    """
    mean: Vectors = wanted.mean(axis=0)
    if len(unwanted):
        mean = mean - unlike_weight * unwanted.mean(axis=0)
    length = float(np.linalg.norm(mean))
    return np.asarray(mean / length if length > 0 else mean, dtype=np.float32)


class SoundQuestion:
    """Wanted sounds as one vector."""

    def __init__(self, generation: Generation, vector: Vectors, liked: Rows) -> None:
        self._generation = generation
        self._vector = vector
        self._liked = liked

    def retrieve(self, k: int, allowed: Rows | None) -> tuple[Rows, Vectors]:
        """The tracks that sound most like what is wanted."""
        rows, scores = self._generation.index("music").search(self._vector[np.newaxis], k, allowed=allowed)
        return rows[0], scores[0]

    def match(self, row: int) -> Span | None:
        """The clip nearest to what is wanted."""
        clips = self._generation.clips("music")
        return best_span(clips.vectors(row) @ self._vector, clips.spans(row))

    def why(self, row: int) -> Why:
        """Tags that the liked tracks and this one share, as the lesser of the two z-scores."""
        if not len(self._liked):
            return ()
        tags = self._generation.track_vectors("taggram")
        shared = np.minimum(np.asarray(tags[self._liked]).mean(axis=0), tags[row])
        return strongest(list(self._generation.class_names), np.asarray(shared, dtype=np.float32))
