"""Choosing a tempo at which the notes of a passage are music: neither a crawl nor a blur."""

import numpy as np

from indexers.scores.notes import Score

SLOWEST, FASTEST = 42, 184  # beats a minute
CALM, LIVELY = 76, 120  # below the one and from the other on, beats a minute and notes a second must agree
FEW, MANY = 0.6, 11.0  # notes a second, whatever the tempo
CALM_MOST, LIVELY_LEAST = 3.6, 1.5  # notes a second of slow and of fast music
CALM_FULL, LIVELY_EMPTY = 5.0, 1.0  # what an arrangement may add to or leave of that
TRIES = 30


def choose_tempo(score: Score, rng: np.random.Generator) -> int:
    """Draw beats a minute, evenly in their logarithm, until slow music has few notes and fast music enough."""
    density = onsets_per_quarter(score) * score.beat  # notes a beat
    for _ in range(TRIES):
        bpm = round(float(np.exp(rng.uniform(np.log(SLOWEST), np.log(FASTEST)))))
        if suits(bpm, density * bpm / 60):
            return bpm
    return int(np.clip(round(60 * 3.0 / max(density, 0.1)), SLOWEST, FASTEST))


def suits(bpm: int, notes_per_s: float) -> bool:
    """Whether a tempo in beats and one in notes tell the same story."""
    if not FEW <= notes_per_s <= MANY:
        return False
    if bpm < CALM:
        return notes_per_s <= CALM_MOST
    return bpm < LIVELY or notes_per_s >= LIVELY_LEAST


def contradicts(bpm: int, notes_per_s: float) -> bool:
    """Whether what is played belies its tempo: slow and thick with notes, or fast and almost empty."""
    return (bpm < CALM and notes_per_s > CALM_FULL) or (bpm >= LIVELY and notes_per_s < LIVELY_EMPTY)


def onsets_per_quarter(score: Score) -> float:
    """How many moments a quarter note any part begins a note at, on average."""
    moments = {round(note.start, 3) for part in score.parts for note in part}
    return len(moments) / max(score.length, 1.0)
