"""Words to sound in a joint space: a text's vector against every track's, by an encoder that learnt both together."""

import numpy as np

from engine.arms import Reading, Request, Why, best_span
from engine.query import Span
from indexers.encoders.music import unit
from indexers.generation import Generation, Joint
from indexers.schema import Rows, Vectors


class JointArm:
    """Ranks by cosine between a text and the sound of tracks; it is named after its encoder."""

    def __init__(self, generation: Generation, joint: Joint, reading: Reading) -> None:
        """Take one joint space and `reading`, which turns words into unit vectors [dim] of it."""
        self.name = self.calibrated_as = joint.encoder
        self._generation = generation
        self._space = joint.space
        self._reading = reading

    def ask(self, request: Request) -> "JointQuestion | None":
        """Encode the text and the tags into one vector, between them; None without words."""
        vectors = self._reading.all_of(request)
        if not vectors:
            return None
        return JointQuestion(self._generation, self._space, unit(np.mean(vectors, axis=0, keepdims=True))[0])

    def votes(self, scores: Vectors) -> Vectors:
        """A full vote each: a rank among all tracks says what there is to say."""
        return np.ones_like(scores)


class JointQuestion:
    """Words as one vector."""

    def __init__(self, generation: Generation, space: str, vector: Vectors) -> None:
        self._generation = generation
        self._space = space
        self._vector = vector

    def retrieve(self, k: int, allowed: Rows | None) -> tuple[Rows, Vectors]:
        """The tracks whose sound fits the text most."""
        rows, scores = self._generation.index(self._space).search(self._vector[np.newaxis], k, allowed=allowed)
        return rows[0], scores[0]

    def match(self, row: int) -> Span | None:
        """The clip that fits most; of a track shorter than a clip all of it, marked as short."""
        clips = self._generation.clips(self._space)
        if clips.is_short(row):
            return Span(0.0, round(float(self._generation.tracks["duration_s"][row]), 3), short=True)
        return best_span(clips.vectors(row) @ self._vector, clips.spans(row))

    def why(self, row: int) -> Why:  # noqa: ARG002
        """Nothing that has a name: the dims of a joint space mean nothing one by one."""
        return ()
