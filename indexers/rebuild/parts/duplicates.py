"""The same recording in other encodings: candidates from the index, settled clip by clip, joined into groups."""

import math

import numpy as np
import numpy.typing as npt

from indexers.base import Index
from indexers.generation import ClipVectors
from indexers.schema import Rows, Vectors

SAME_DURATION_S = 1.5
NEAR = 0.8  # cosine of track vectors from which a pair is looked at
NEIGHBOURS = 64  # of each track that are looked at
SAME_COURSE = 0.5  # correlation of how two tracks depart, clip by clip, from their own means
SAME_SOUND = 0.8  # mean cosine of clips, where the course decides
FEW_CLIPS = 6  # too few to have a course: an event and then silence is the course of half of all short sounds
SAME_CLIPS = 0.98  # mean cosine of clips, where it decides alone
STILL = 0.003  # mean squared departure from its mean below which a track has no course either
BATCH = 512


def find_duplicates(index: Index, vectors: Vectors, clips: ClipVectors, durations_s: npt.NDArray[np.float64]) -> Rows:
    """Group tracks that are the same recording: as long within 1.5 s, and the same from clip to clip.

    The sound of a whole track does not tell recordings apart: of 3,365 pairs of different pieces as long as each other
    within 1.5 s, nearly all rendered scores, some have a cosine of 0.993, and of 39 pairs of one recording in two
    encodings (mp3, ogg, flac; some mono at 22 kHz and half the volume) some have only 0.915. How a track moves around
    its own mean does: the correlation was 0.62 and more for the same recording, 0.34 and less for others. Short sounds
    have no course; by the mean cosine of their clips 4 pairs of the same recording had 0.986 and more, of the pairs of
    ESC-10's 400 sounds one 0.985, which may be one rain uploaded twice, and all others 0.969 and less. The limits were
    set on these very pairs.

    Args:
        index: Over `vectors`; its 64 nearest neighbours of each track are compared, not all pairs.
        vectors: [n_tracks, dim], unit rows.
        clips: The clip vectors of the same tracks, unit rows too.
        durations_s: [n_tracks].

    Returns:
        [n_tracks]: the smallest row of each track's group; a track alone is its own group.
    """
    groups = np.arange(len(vectors), dtype=np.int64)
    for start in range(0, len(vectors), BATCH):
        rows, scores = index.search(np.asarray(vectors[start : start + BATCH], dtype=np.float32), NEIGHBOURS)
        here = np.arange(start, start + len(rows))[:, None]
        near = (scores >= NEAR) & (np.abs(durations_s[rows] - durations_s[here]) <= SAME_DURATION_S) & (rows != here)
        for query, column in zip(*np.nonzero(near), strict=True):
            one, other = int(start + query), int(rows[query, column])
            if _root(groups, one) != _root(groups, other) and same_course(clips.vectors(one), clips.vectors(other)):
                _join(groups, one, other)
    return np.array([_root(groups, row) for row in range(len(groups))], dtype=np.int64)


def same_course(one: Vectors, other: Vectors) -> bool:
    """Whether two tracks take the same course, given the clips of both, [n_clips, dim], unit rows.

    Where one has a clip more, the first ones are compared.
    """
    n_clips = min(len(one), len(other))
    one, other = one[:n_clips], other[:n_clips]
    alike = float((one * other).sum(axis=1).mean())
    moved, moved_other = one - one.mean(axis=0), other - other.mean(axis=0)
    energies = float((moved**2).sum()), float((moved_other**2).sum())
    if n_clips < FEW_CLIPS or min(energies) < STILL * n_clips:
        return alike >= SAME_CLIPS
    together = float((moved * moved_other).sum())
    return alike >= SAME_SOUND and together >= SAME_COURSE * math.sqrt(energies[0] * energies[1])


def _root(groups: Rows, row: int) -> int:
    while groups[row] != row:
        groups[row] = groups[groups[row]]
        row = int(groups[row])
    return row


def _join(groups: Rows, one: int, other: int) -> None:
    low, high = sorted((_root(groups, one), _root(groups, other)))
    groups[high] = low
