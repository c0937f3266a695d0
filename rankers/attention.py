"""The fused score of a text and tracks: the whole against the whole, and each sentence against the clips it attends to.

Source: J. Wu et al., "CoLLAP: Contrastive Long-form Language-Audio Pretraining with Musical Temporal Structure
Augmentation" (2024): temporal attention between clips and text, fused with a global similarity. For sentences s_j of
weights w_j, clips x_i of one track, unit rows all, and b the sharpness:

    a_ji  = exp(b s_j.x_i) / sum_k exp(b s_j.x_k)          how sentence j shares its attention out among the clips
    local = sum_j w_j sum_i a_ji s_j.x_i
    fused = balance * (whole text . whole track) + (1 - balance) * local
"""

import numpy as np

from indexers.schema import Rows, TextReading, Vectors


def attention(reading: TextReading, clips: Vectors, starts: Rows) -> tuple[Vectors, Vectors]:
    """How sentences fit clips, and how they share their attention out among the clips of each track.

    Args:
        reading: The text.
        clips: [n_clips, dim], unit rows, those of track t from starts[t] to starts[t + 1], at least one.
        starts: [n_tracks + 1].

    Returns:
        Cosines and attention, [n_sentences, n_clips] each; the attention of a sentence sums to one in every track.
    """
    cosines = reading.sentences @ clips.T
    if not len(clips):
        return cosines, cosines
    owners = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    top = np.maximum.reduceat(cosines, starts[:-1], axis=1)
    grown = np.exp(reading.sharpness * (cosines - top[:, owners]))
    return cosines, np.asarray(grown / np.add.reduceat(grown, starts[:-1], axis=1)[:, owners], dtype=np.float32)


def local_scores(reading: TextReading, clips: Vectors, starts: Rows) -> Vectors:
    """The mean over sentences, by their weights, of the cosines that each attends to: [n_tracks]. See `attention`."""
    cosines, shares = attention(reading, clips, starts)
    if not len(clips):
        return np.empty(0, dtype=np.float32)
    return np.asarray(np.add.reduceat(reading.weights @ (shares * cosines), starts[:-1]), dtype=np.float32)


def fused_scores(reading: TextReading, tracks: Vectors, clips: Vectors, starts: Rows) -> Vectors:
    """The fused score of each track, [n_tracks], from track vectors [n_tracks, dim] and clips as in `attention`."""
    local = local_scores(reading, clips, starts)
    return np.asarray(reading.balance * (tracks @ reading.whole) + (1.0 - reading.balance) * local, dtype=np.float32)


def attended(reading: TextReading, clips: Vectors) -> Vectors:
    """The attention of a whole text to each clip of one track, [n_clips], summing to one."""
    _, shares = attention(reading, clips, np.array([0, len(clips)]))
    return np.asarray(reading.weights @ shares, dtype=np.float32)


def best_stretch(shares: Vectors) -> tuple[int, int]:
    """The first and the last clip of the stretch with the most attention beyond an even share for each clip.

    Args:
        shares: [n_clips], at least one, in order of time, summing to one.

    Returns:
        The stretch whose sum of (share - 1 / n_clips) is largest, the earliest of equals; where all shares are even,
        the clip with the largest.

    Source: J. Bentley, "Programming pearls: algorithm design techniques" (1984), the maximum-sum subarray.
    """
    sums = np.concatenate([[0.0], np.cumsum(shares.astype(np.float64) - 1.0 / len(shares))])
    lowest = np.minimum.accumulate(sums[:-1])
    last = int(np.argmax(sums[1:] - lowest))
    if sums[last + 1] - lowest[last] <= 1e-9:
        peak = int(np.argmax(shares))
        return peak, peak
    return int(np.argmin(sums[: last + 1])), last


def stretch_times(times_s: Vectors, first: int, last: int, duration_s: float) -> tuple[float, float]:
    """Where a stretch of clips begins and ends in its track, in seconds.

    A clip speaks for the time up to half-way to its neighbours, the first for the beginning, the last for the end.

    Args:
        times_s: [n_clips, 2], the clips' own starts and ends, in order.
        first: Of the stretch.
        last: Of the stretch.
        duration_s: Of the track; 0 where it is not known.
    """
    start_s = 0.0 if first == 0 else float(times_s[first - 1, 1] + times_s[first, 0]) / 2.0
    at_end = last == len(times_s) - 1
    end_s = float(times_s[last, 1]) if at_end else float(times_s[last, 1] + times_s[last + 1, 0]) / 2.0
    return start_s, max(end_s, duration_s) if at_end else end_s
