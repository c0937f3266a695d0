"""A clip: some bars of a score, played in one way for a few seconds."""

import numpy as np

from indexers.errors import MediaError
from indexers.pairs.playing.arrange import arrange, setting_of, transposed
from indexers.pairs.playing.entries import with_entries
from indexers.pairs.playing.passage import choose_bars
from indexers.pairs.playing.perform import Manner, choose_touch, perform
from indexers.pairs.playing.performance import Performance, Span
from indexers.pairs.playing.shape import choose_loudness
from indexers.pairs.playing.tempo import choose_tempo, contradicts
from indexers.scores.key import home_key
from indexers.scores.notes import Score

CLIP_S = 10.0
LONGEST_SILENCE_S = 2.5
TRIES = 6
LOWEST_KEY, HIGHEST_KEY = -5, 6  # semitones up


def perform_clip(score: Score, style: str, rng: np.random.Generator, length_s: float = CLIP_S) -> Performance:
    """Play some bars of a score.

    Args:
        score: The notes.
        style: What kind of piece it is, in words, or empty.
        rng: What chooses; the same state gives the same performance.
        length_s: How long the clip is.

    Raises:
        MediaError: everywhere it was tried the score is silent for too long, or its notes belie its tempo.
    """
    moved = transposed(score, int(rng.integers(LOWEST_KEY, HIGHEST_KEY + 1)))
    home = home_key(moved)
    for _ in range(TRIES):
        bpm = choose_tempo(moved, rng)
        quarter_s = 60.0 / bpm / moved.beat
        length = length_s / quarter_s
        passage = choose_bars(moved, length, rng)
        played = _played(passage, Span(0.0, length_s, bpm, moved.beat, moved.metre, home), style, rng)
        told = played.has_lead and not contradicts(bpm, played.notes_per_s)
        if told and played.longest_silence_s <= LONGEST_SILENCE_S:
            return played
    raise MediaError(
        f"{score.title or 'a score'} is silent for more than {LONGEST_SILENCE_S:g} s, "
        "or has too few or too many notes for its tempo: it is left out"
    )


def _played(passage: Score, span: Span, style: str, rng: np.random.Generator) -> Performance:
    quarter_s, length_s = 60.0 / span.bpm / passage.beat, span.end_s
    setting = setting_of(passage, length_s / quarter_s)
    bars_s = [float(at) for at in np.arange(1, length_s / (passage.bar * quarter_s)) * passage.bar * quarter_s]
    loudness = choose_loudness(rng, bars_s)
    lines = with_entries(arrange(setting, rng), setting, rng, rise=loudness.last - loudness.first)
    manner = Manner(quarter_s, passage.bar, length_s, loudness, choose_touch(rng))
    return Performance(tuple(perform(lines, manner, rng)), (span,), style)
