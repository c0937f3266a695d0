"""Small scores and performances that can be counted by hand."""

from collections.abc import Callable

import pytest

from indexers.pairs.playing.performance import Performance, Sounding, Span, Voice
from indexers.scores.key import Key
from indexers.scores.notes import Note, Score

C_MAJOR = Key(0, "major", 0.3)
MakeVoice = Callable[..., Voice]
MakePerformance = Callable[..., Performance]


@pytest.fixture(scope="session")
def tune() -> Score:
    """Sixteen bars of 4/4 in C major, a bare melody in quarter notes."""
    phrase = (60, 64, 67, 64, 65, 69, 72, 69, 67, 71, 74, 71, 72, 67, 64, 60)
    return Score("A Tune", (tuple(Note(float(at), 1.0, phrase[at % 16]) for at in range(64)),), "4/4")


@pytest.fixture(scope="session")
def chorale() -> Score:
    """Four parts in half notes, eight bars of 4/4 in C major."""
    chords = ((72, 67, 64, 48), (69, 65, 60, 53), (71, 67, 62, 55), (72, 67, 64, 48))
    parts = tuple(tuple(Note(2.0 * at, 2.0, chords[at % 4][part]) for at in range(16)) for part in range(4))
    return Score("A Chorale", parts, "4/4")


@pytest.fixture(scope="session")
def voice() -> MakeVoice:
    """A voice of equal notes: player, role, pitches, from when on, seconds apart, and how much of that each sounds."""

    def make(player: str, role: str, pitches: tuple[int, ...], start_s: float = 0.0, **options: object) -> Voice:
        step_s, share = float(str(options.get("step_s", 1.0))), float(str(options.get("share", 0.9)))
        velocity = options.get("velocity", 72)
        loud = velocity if callable(velocity) else lambda _: velocity
        starts = [start_s + step_s * place for place in range(len(pitches))]
        notes = tuple(
            Sounding(at, at + step_s * share, pitch, int(loud(at))) for at, pitch in zip(starts, pitches, strict=True)
        )
        return Voice(player, role, notes, str(options.get("beat", "")))

    return make


@pytest.fixture(scope="session")
def performance() -> MakePerformance:
    """A performance of ten seconds, or of spans (start, end, bpm)."""

    def make(
        *voices: Voice, spans: tuple[tuple[float, float, int], ...] = ((0.0, 10.0, 60),), **said: str
    ) -> Performance:
        metre = said.get("metre", "4/4")
        made = tuple(Span(start, end, bpm, 1.5 if metre == "6/8" else 1.0, metre, C_MAJOR) for start, end, bpm in spans)
        return Performance(voices, made, said.get("style", ""))

    return make
