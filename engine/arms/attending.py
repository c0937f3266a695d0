"""Words to sound with time: a long text's sentences against the clips of a track, by an encoder that reads both."""

from collections.abc import Callable

from engine.arms import Request
from engine.arms.joint import JointArm, JointQuestion
from engine.query import Span
from indexers.generation import Generation, Joint
from indexers.schema import Reading, Rows, Vectors
from rankers.attention import attended, best_stretch, fused_scores, stretch_times


class AttendingArm(JointArm):
    """Finds tracks as a `JointArm` does, by the whole text; its questions can attend to the clips of those found."""

    def __init__(self, generation: Generation, joint: Joint, read: Callable[[str], Reading]) -> None:
        """Take one joint space and `read`, which reads a text sentence by sentence."""
        super().__init__(generation, joint, lambda text: read(text).whole)
        self._read = read

    def ask(self, request: Request) -> "SentencesQuestion | None":
        """Read the words; None without words."""
        if not request.text:
            return None
        return SentencesQuestion(self._generation, self._space, self._read(request.text))


class SentencesQuestion(JointQuestion):
    """One text as sentences."""

    def __init__(self, generation: Generation, space: str, reading: Reading) -> None:
        super().__init__(generation, space, reading.whole)
        self._reading = reading

    def attend(self, rows: Rows) -> Vectors:
        """The fused score of some tracks, [n_rows]; see `rankers.attention`."""
        clips, starts = self._generation.clips(self._space).gather(rows)
        return fused_scores(self._reading, self._generation.track_vectors(self._space)[rows], clips, starts)

    def match(self, row: int) -> Span | None:
        """The stretch that the text attends to most; of a track shorter than a clip all of it, marked as short."""
        clips = self._generation.clips(self._space)
        if clips.is_short(row):
            return super().match(row)
        first, last = best_stretch(attended(self._reading, clips.vectors(row)))
        duration_s = float(self._generation.tracks["duration_s"][row] or 0.0)
        start_s, end_s = stretch_times(clips.spans(row), first, last, duration_s)
        return Span(round(start_s, 3), round(end_s, 3))
