"""The course of loudness: how loud a stretch is, and whether it grows or fades."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from indexers.schema import Samples, Vectors

STEP_S = 0.25
SOFT_DB, LOUD_DB = -32.0, -15.0  # of full scale; between them nothing is said
CHANGE_DB = 8.0  # between the first and the last quarter
STEADY_DB = 3.0  # the standard deviation of the steps below which a sound is steady
SILENCE_DB = -70.0
STEPS = 8  # a stretch of fewer says nothing about its course


@dataclass(frozen=True, slots=True)
class Course:
    """How loud: `level` is "soft", "loud" or "", `change` "growing", "fading", "steady" or ""."""

    level_db: float
    level: str = ""
    change: str = ""


def course_of(samples: Samples, sample_rate_hz: int) -> Course:
    """Read the course of loudness off the root mean square of quarter seconds, in decibels of full scale."""
    steps = levels_db(samples, sample_rate_hz)
    level_db = float(10 * np.log10(np.mean(10 ** (steps / 10))))
    level = "soft" if level_db < SOFT_DB else "loud" if level_db > LOUD_DB else ""
    return Course(round(level_db, 1), level, _change(steps))


def levels_db(samples: Samples, sample_rate_hz: int) -> Vectors:
    """The level of each quarter second, [n_steps], at least one; never below `SILENCE_DB`."""
    step = max(1, round(STEP_S * sample_rate_hz))
    n_steps = max(1, len(samples) // step)
    parts = np.array_split(samples.astype(np.float64), n_steps)
    power = np.array([np.mean(np.square(part)) if len(part) else 0.0 for part in parts])
    return np.asarray(np.maximum(10 * np.log10(np.maximum(power, 1e-12)), SILENCE_DB), dtype=np.float32)


def _change(steps: Vectors) -> str:
    if len(steps) < STEPS:
        return ""
    quarters = [float(np.median(part)) for part in np.array_split(steps, 4)]
    rise = quarters[-1] - quarters[0]
    rising = all(after >= before - 1.0 for before, after in pairwise(quarters))
    falling = all(after <= before + 1.0 for before, after in pairwise(quarters))
    if rise >= CHANGE_DB and rising:
        return "growing"
    if rise <= -CHANGE_DB and falling:
        return "fading"
    return "steady" if float(steps.std()) <= STEADY_DB else ""
