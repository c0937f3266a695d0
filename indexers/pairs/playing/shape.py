"""How loud each moment is: steady, growing, fading, or suddenly another."""

from dataclasses import dataclass

import numpy as np

LEVELS = (34, 50, 72, 97, 116)  # velocities: very soft, soft, moderate, loud, very loud
STEADY, GROWING, FADING, SUDDEN = "steady", "growing", "fading", "sudden"
SHAPES = (STEADY, GROWING, FADING, SUDDEN)
SHARES = (0.55, 0.16, 0.14, 0.15)


@dataclass(frozen=True, slots=True)
class Loudness:
    """A velocity at the start and at the end, and how one becomes the other; `at_s` is when it does suddenly."""

    shape: str
    first: int
    last: int
    at_s: float = 0.0

    def velocity(self, at_s: float, length_s: float) -> float:
        """The velocity at a moment of a stretch."""
        if self.shape == SUDDEN:
            return self.first if at_s < self.at_s - 1e-3 else self.last
        return self.first + (self.last - self.first) * min(1.0, at_s / length_s)


def choose_loudness(rng: np.random.Generator, bars_s: list[float]) -> Loudness:
    """Choose how loud a stretch is.

    Args:
        rng: What chooses.
        bars_s: Bar lines inside the stretch, in seconds: a sudden change falls on one in its middle.
    """
    shape = str(rng.choice(SHAPES, p=SHARES))
    low, high = (int(rng.integers(0, 2)), int(rng.integers(3, 5)))
    inner = bars_s[len(bars_s) // 3 : -(len(bars_s) // 3) or None]
    if shape == SUDDEN and inner:
        first, last = (low, high) if rng.random() < 0.6 else (high, low)
        return Loudness(SUDDEN, LEVELS[first], LEVELS[last], float(rng.choice(inner)))
    if shape in {GROWING, FADING}:
        first, last = (low, high) if shape == GROWING else (high, low)
        return Loudness(shape, LEVELS[first], LEVELS[last])
    level = LEVELS[int(rng.integers(len(LEVELS)))]
    return Loudness(STEADY, level, level)
