"""Words to sound with time: a long text's sentences against the clips of a track, by an encoder that reads both."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from engine.arms import Reading, Request
from engine.arms.joint import JointArm, JointQuestion
from engine.query import Span
from indexers.encoders.music import unit
from indexers.generation import Generation, Joint
from indexers.schema import Rows, TextReading, Vectors
from rankers.attention import attended, best_stretch, fused_scores, stretch_times


class AttendingArm(JointArm):
    """Finds tracks as a `JointArm` does, by all words at once; its questions can attend to the clips of those found."""

    def __init__(
        self, generation: Generation, joint: Joint, reading: Reading, read: Callable[[str], TextReading]
    ) -> None:
        """Take one joint space, what turns words into vectors of it, and `read`, which reads sentence by sentence."""
        super().__init__(generation, joint, reading)
        self._read = read

    def ask(self, request: Request) -> "SentencesQuestion | None":
        """Read the text, each tag as one sentence more; None without words."""
        vectors = self._reading.all_of(request)
        if not vectors:
            return None
        read = self._read(request.text or request.tags[0].label)
        if request.tags:
            read = _with_tags(read, vectors, has_text=bool(request.text))
        return SentencesQuestion(self._generation, self._space, read)


def _with_tags(read: TextReading, vectors: list[Vectors], *, has_text: bool) -> TextReading:
    """Sentences and tags side by side; the text, if there is one, counts as much as a tag."""
    share, rows = 1.0 / len(vectors), np.stack(vectors)
    whole = unit(rows.mean(axis=0, keepdims=True))[0]
    tags = rows[1:] if has_text else rows
    sentences = np.concatenate([read.sentences, tags]) if has_text else tags
    own = share * read.weights if has_text else np.empty(0)
    weights = np.concatenate([own, np.full(len(tags), share)]).astype(np.float32)
    return replace(read, sentences=sentences, weights=weights, whole=whole)


class SentencesQuestion(JointQuestion):
    """Words as sentences."""

    def __init__(self, generation: Generation, space: str, read: TextReading) -> None:
        super().__init__(generation, space, read.whole)
        self._read = read

    def attend(self, rows: Rows) -> Vectors:
        """The fused score of some tracks, [n_rows]; see `rankers.attention`."""
        clips, starts = self._generation.clips(self._space).gather(rows)
        tracks = np.asarray(self._generation.track_vectors(self._space)[rows], dtype=np.float32)
        return fused_scores(self._read, tracks, clips, starts)

    def match(self, row: int) -> Span | None:
        """The stretch that the words attend to most; of a track shorter than a clip all of it, marked as short."""
        clips = self._generation.clips(self._space)
        if clips.is_short(row):
            return super().match(row)
        first, last = best_stretch(attended(self._read, clips.vectors(row)))
        duration_s = float(self._generation.tracks["duration_s"][row] or 0.0)
        start_s, end_s = stretch_times(clips.spans(row), first, last, duration_s)
        return Span(round(start_s, 3), round(end_s, 3))
