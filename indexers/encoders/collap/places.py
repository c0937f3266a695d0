"""Where in a track a clip is, and where in a text a sentence, as numbers a network can take."""

import numpy as np

from indexers.schema import Laid, Rows, Vectors

WAVES = (1.0, 2.0, 3.0, 4.0)  # half turns from beginning to end
PERIODS = (8.0, 32.0, 128.0, 512.0)  # seconds, or sentences, of a full turn
N_PLACES = 2 + 2 * len(WAVES) + 2 * len(PERIODS)


def places_of(at: Vectors, of: Vectors) -> Vectors:
    """Places as numbers in [-1, 1], relative to the whole and absolute.

    Args:
        at: [n], from the beginning.
        of: [n], how long the whole is, above 0.

    Returns:
        [n, N_PLACES].
    """
    share = np.clip(at / of, 0.0, 1.0)[:, None]
    turns = np.concatenate([np.pi * share * np.array(WAVES), 2 * np.pi * at[:, None] / np.array(PERIODS)], axis=1)
    return np.concatenate([share, 1.0 - share, np.sin(turns), np.cos(turns)], axis=1).astype(np.float32)


def clip_places(laid: Laid) -> Vectors:
    """The places of clips in their tracks, [n_clips, N_PLACES]."""
    counts = np.diff(laid.starts)
    last = np.maximum.reduceat(laid.times_s[:, 1], laid.starts[:-1]) if len(counts) else np.empty(0, np.float32)
    known = laid.durations_s > 0  # a catalogue may not know how long a track is
    lengths_s = np.where(known, laid.durations_s, last).astype(np.float32)
    return places_of(laid.times_s.mean(axis=1), np.repeat(lengths_s, counts))


def sentence_places(count: int, numbers: Rows | None = None) -> Vectors:
    """The places of sentences in a text of so many, all of them or those of some `numbers`: [n, N_PLACES]."""
    at = (np.arange(count) if numbers is None else numbers).astype(np.float32) + 0.5
    return places_of(at, np.full(len(at), float(count), dtype=np.float32))
