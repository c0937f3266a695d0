"""Words to sound in a joint space: a text's vector against every track's, by an encoder that learnt both together."""

from collections.abc import Callable

import numpy as np

from engine.arms import Request, Why, best_span
from engine.query import Span
from indexers.generation import Generation, Joint
from indexers.schema import Rows, Vectors


class JointArm:
    """Ranks by cosine between a text and the sound of tracks; it is named after its encoder."""

    def __init__(self, generation: Generation, joint: Joint, encode: Callable[[str], Vectors]) -> None:
        """Take one joint space and `encode`, which turns a text into a unit vector [dim] of it."""
        self.name = self.calibrated_as = joint.encoder
        self._generation = generation
        self._space = joint.space
        self._encode = encode

    def ask(self, request: Request) -> "JointQuestion | None":
        """Encode the words; None without words."""
        if not request.text:
            return None
        return JointQuestion(self._generation, self._space, self._encode(request.text))

    def votes(self, scores: Vectors) -> Vectors:
        """A full vote each: a rank among all tracks says what there is to say."""
        return np.ones_like(scores)


class JointQuestion:
    """One text as a vector."""

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
