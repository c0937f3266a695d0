"""Where in its own track a text about one section sends a listener: how far that overlaps the section."""

from typing import Any

import numpy as np
import numpy.typing as npt

from engine.evaluation.longform.arms import Pool, Read
from engine.evaluation.longform.texts import Asked
from engine.evaluation.probes.intervals import Resampling, mean_draws
from indexers.schema import TextReading, Vectors
from rankers.attention import attended, best_stretch, stretch_times

LEVEL = (2.5, 97.5)
RANDOM_DRAWS = 200  # spans of the same length, laid anywhere in the track

Span = tuple[float, float]


def overlap(one: Span, other: Span) -> float:
    """Intersection over union of two spans in seconds, in [0, 1]; 0 where both are empty."""
    together = max(0.0, min(one[1], other[1]) - max(one[0], other[0]))
    union = (one[1] - one[0]) + (other[1] - other[0]) - together
    return together / union if union > 0 else 0.0


def random_overlap(true: Span, length_s: float, duration_s: float, rng: np.random.Generator) -> float:
    """The mean overlap of spans of a length laid anywhere in a track with the true one."""
    starts = rng.random(RANDOM_DRAWS) * max(0.0, duration_s - length_s)
    return float(np.mean([overlap(true, (start, start + length_s)) for start in starts.tolist()]))


def located(asked: Asked, read: Read, pool: Pool, resampling: Resampling, rng: np.random.Generator) -> dict[str, Any]:
    """Mean overlap of the stretch that comes back with the section asked for.

    Beside it: spans of the same length at random, the one clip that the towers below find best, and the share of texts
    whose stretch has its middle in the section.
    """
    rows = [
        _one(read.readings[text], read.plain[text], pool, int(asked.own[text]), span_s, rng)
        for text, span_s in enumerate(asked.spans_s)
        if span_s is not None
    ]
    table = np.array(rows, dtype=np.float64)
    names = ("overlap", "random span", "best clip below", "middle within", "middle within at random", "length_s")
    found = {name: _with_interval(table[:, column], resampling) for column, name in enumerate(names)}
    return {
        "texts": len(rows),
        **found,
        "overlap less random": _with_interval(table[:, 0] - table[:, 1], resampling),
    }


def _one(
    reading: TextReading, plain: Vectors, pool: Pool, track: int, true: Span, rng: np.random.Generator
) -> tuple[float, ...]:
    own = slice(int(pool.starts[track]), int(pool.starts[track + 1]))
    duration_s = float(pool.laid.durations_s[track])
    times_s = pool.laid.times_s[own]
    found = stretch_times(times_s, *best_stretch(attended(reading, pool.placed[own])), duration_s)
    peak = int(np.argmax(pool.plain[own] @ plain))
    length_s = found[1] - found[0]
    middle = sum(found) / 2.0
    return (
        overlap(true, found),
        random_overlap(true, length_s, duration_s, rng),
        overlap(true, stretch_times(times_s, peak, peak, duration_s)),
        float(true[0] <= middle < true[1]),
        (true[1] - true[0]) / duration_s,
        length_s,
    )


def _with_interval(values: npt.NDArray[np.float64], resampling: Resampling) -> list[float]:
    low, high = np.percentile(mean_draws(values, resampling), LEVEL)
    return [round(float(number), 4) for number in (values.mean(), low, high)]
