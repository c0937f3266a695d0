"""What key notes are in."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from indexers.schema import Vectors
from indexers.scores.notes import Score

# Source: Krumhansl & Kessler, "Tracing the dynamic changes in perceived tonal organization", 1982, probe-tone ratings.
MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
TONICS = {
    "major": ("C", "D flat", "D", "E flat", "E", "F", "F sharp", "G", "A flat", "A", "B flat", "B"),
    "minor": ("C", "C sharp", "D", "E flat", "E", "F", "F sharp", "G", "G sharp", "A", "B flat", "B"),
}

LAST = 0.25  # notes that end within so many quarter notes of the last end with it


@dataclass(frozen=True, slots=True)
class Key:
    """A key: its tonic's pitch class, 0 for C; `margin` is by how much it fits better than any of the other mode."""

    tonic: int
    mode: str  # "major" or "minor"
    margin: float

    @property
    def name(self) -> str:
        """Such as "E flat major"."""
        return f"{TONICS[self.mode][self.tonic]} {self.mode}"


def estimate_key(notes: Iterable[tuple[int, float]]) -> Key:
    """Estimate a key as the profile that correlates best with how long each pitch class sounds.

    Args:
        notes: Pitches and how long they sound, in any unit; none give C major with margin 0.

    Source: Krumhansl, "Cognitive Foundations of Musical Pitch", 1990, chapter 4.
    """
    sounding = np.zeros(12, dtype=np.float32)
    for pitch, length in notes:
        sounding[pitch % 12] += length
    major, minor = _correlations(sounding, MAJOR), _correlations(sounding, MINOR)
    gap = float(major.max() - minor.max())
    best, mode = (major, "major") if gap >= 0 else (minor, "minor")
    return Key(int(best.argmax()), mode, abs(gap))


def home_key(score: Score) -> Key | None:
    """The key of a whole piece, where its notes and its end agree: the key that fits best is that of its last low note.

    Profiles alone mistake a major tune in one of five for its relative minor or its dominant, and a tune that ends
    elsewhere may have no single key: nothing is told then.
    """
    notes = [note for part in score.parts for note in part]
    if not notes:
        return None
    end = max(note.start + note.length for note in notes)
    last = min(note.pitch for note in notes if note.start + note.length >= end - LAST)
    key = estimate_key((note.pitch, note.length) for note in notes)
    return key if key.tonic == last % 12 else None


def _correlations(sounding: Vectors, profile: tuple[float, ...]) -> Vectors:
    """The correlation with the profile moved to each of twelve tonics; zeros where all sound alike."""
    if float(sounding.std()) == 0.0:
        return np.zeros(12, dtype=np.float32)
    moved = [np.roll(profile, tonic) for tonic in range(12)]
    return np.array([np.corrcoef(sounding, one)[0, 1] for one in moved], dtype=np.float32)
