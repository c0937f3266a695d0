"""Measuring a recording: its clips and all of it, from one decoding."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from indexers.media.decode import blocks
from indexers.pairs.real.measuring.loudness import course_of
from indexers.pairs.real.measuring.rhythm import tempo_of
from indexers.pairs.real.measuring.tonality import key_of
from indexers.pairs.real.recordings import Recording
from indexers.schema import Samples

SAMPLE_RATE_HZ = 16_000
LONGEST_S = 900.0  # of a recording; what follows is not measured


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of a stretch; None and "" where it is not sure.

    `bpm` is that of a pulse, which may be half or twice the beat that is written; `level` and `change` are as in
    `Course`.
    """

    level_db: float
    level: str = ""
    change: str = ""
    bpm: int | None = None
    key: str = ""


def measure(recording: Recording) -> dict[str, Any]:
    """Measure each clip and the whole of a recording, as plain values: `whole`, and `clips` in order.

    Raises:
        MediaError: it cannot be decoded.
    """
    samples = np.concatenate([np.zeros(0, np.float32), *_until(recording)])
    whole = _measured(samples)
    return {"whole": asdict(whole), "clips": [asdict(_clip(samples, span, whole)) for span in recording.clips]}


def _until(recording: Recording) -> Iterator[Samples]:
    left = round(LONGEST_S * SAMPLE_RATE_HZ)
    for block in blocks(recording.path, SAMPLE_RATE_HZ):
        yield block[:left]
        left -= len(block)
        if left <= 0:
            return


def _clip(samples: Samples, span: Sequence[float], whole: Measured) -> Measured:
    """Measure a stretch; its key counts where it is the recording's too."""
    start, end = (round(at_s * SAMPLE_RATE_HZ) for at_s in span)
    found = _measured(samples[start:end])
    key = found.key if found.key == whole.key else ""
    return Measured(found.level_db, found.level, found.change, found.bpm, key)


def _measured(samples: Samples) -> Measured:
    if not len(samples):
        return Measured(-100.0)
    course, key = course_of(samples, SAMPLE_RATE_HZ), key_of(samples, SAMPLE_RATE_HZ)
    return Measured(
        course.level_db, course.level, course.change, tempo_of(samples, SAMPLE_RATE_HZ), key.name if key else ""
    )
