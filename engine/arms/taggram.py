"""Words to sound: the query's weights over tag classes against the tags heard in each track."""

import numpy as np

from engine.arms import Reading, Request, Why, best_span, strongest
from engine.query import Span
from indexers.generation import Generation
from indexers.schema import Rows, Vectors


class TaggramArm:
    """Ranks by inner product of class weights and standardised tags."""

    name = "taggram"
    calibrated_as = "taggram"

    def __init__(self, generation: Generation, reading: Reading) -> None:
        """Take `reading`, which turns words into [n_classes] sparse weights."""
        self._generation = generation
        self._reading = reading

    def ask(self, request: Request) -> "TaggramQuestion | None":
        """Weigh the text and the tags, each as much as another; None without words."""
        weights = self._reading.all_of(request)
        return TaggramQuestion(self._generation, np.mean(weights, axis=0)) if weights else None

    def votes(self, scores: Vectors) -> Vectors:
        """A full vote each: a rank among all tracks says what there is to say."""
        return np.ones_like(scores)


class TaggramQuestion:
    """Words as weights over the classes."""

    def __init__(self, generation: Generation, weights: Vectors) -> None:
        self._generation = generation
        self._weights = weights
        self._classes = np.flatnonzero(weights)

    def retrieve(self, k: int, allowed: Rows | None) -> tuple[Rows, Vectors]:
        """The tracks in which the wanted classes sound most; none where no class is wanted."""
        if not len(self._classes):
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        rows, scores = self._generation.index("taggram").search(self._weights[np.newaxis], k, allowed=allowed)
        return rows[0], scores[0]

    def match(self, row: int) -> Span | None:
        """The clip with the highest score of its own."""
        clips = self._generation.clips("taggram")
        scores = clips.vectors(row)[:, self._classes] @ self._weights[self._classes]
        return best_span(scores, clips.spans(row))

    def why(self, row: int) -> Why:
        """The classes that carried the score, each with its share of it."""
        heard = self._generation.track_vectors("taggram")[row, self._classes]
        names = [self._generation.class_names[number] for number in self._classes.tolist()]
        return strongest(names, np.asarray(heard * self._weights[self._classes], dtype=np.float32))
