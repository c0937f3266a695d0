"""Tracks composed of clips: what is said of each clip, one after the other, is true of the medley, section by section.

Long tracks are dear to make and clips are many. A medley has sections whose captions are exact, in an order that no
text could guess; how long each lasts is drawn, as if its clip went on as it began.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from indexers.encoders.collap.listening import Track
from indexers.encoders.collap.training.stories import Story, Text
from indexers.pairs.manifest import Pair
from indexers.pairs.telling.vocabulary import clock
from indexers.schema import Vectors

Rng = np.random.Generator
FEWEST, MOST = 3, 7  # clips of one medley
LONGEST = 5.0  # times the length of a clip that a section may last


Clip = TypeVar("Clip")


def grouped(clips: Sequence[Clip], tune_of: Callable[[Clip], str], most: int, rng: Rng) -> list[list[Clip]]:
    """Choose the clips of at most so many medleys, each for one; those of one tune come together as far as may be."""
    tunes: dict[str, list[Clip]] = {}
    for clip in clips:
        tunes.setdefault(tune_of(clip), []).append(clip)
    names = sorted(tunes)
    order = [clip for place in rng.permutation(len(names)).tolist() for clip in tunes[names[place]]]
    chosen: list[list[Clip]] = []
    at = 0
    while len(chosen) < most and at + FEWEST <= len(order):
        own = order[at : at + int(rng.integers(FEWEST, MOST + 1))]
        at += len(own)
        chosen.append([own[place] for place in rng.permutation(len(own)).tolist()])
    return chosen


def draw_medleys(clips: Sequence[Story], most: int, rng: Rng) -> list[Story]:
    """Compose medleys of clips, at most so many."""
    return [compose(own, rng) for own in grouped(clips, lambda clip: clip.tune, most, rng)]


def compose(clips: Sequence[Story], rng: Rng) -> Story:
    """Play clips one after the other, each for a drawn time, and tell of them in that order."""
    track, spans_s = joined([clip.track for clip in clips], rng)
    counts = [len(clip.caption.timed) for clip in clips]
    told = np.repeat(np.eye(len(clips), dtype=np.bool_), counts, axis=0)
    chosen = [clip.summaries[int(rng.integers(len(clip.summaries)))] for clip in clips if clip.summaries]
    summaries = (one_text(chosen),) if chosen else ()
    return Story(track, clips[0].tune, one_text([clip.caption for clip in clips]), summaries, told, spans_s)


def compose_pair(clips: Sequence[tuple[Pair, Track]], rng: Rng) -> tuple[Pair, Track]:
    """The same with words: a caption that tells each clip's times, and a summary."""
    track, spans_s = joined([track for _, track in clips], rng)
    spans = [(round(start_s, 3), round(end_s, 3)) for start_s, end_s in spans_s.tolist()]
    told = zip(clips, spans, strict=True)
    caption = " ".join(f"From {clock(start_s)} to {clock(end_s)}: {pair.text}" for (pair, _), (start_s, end_s) in told)
    chosen = [pair.rewrites[int(rng.integers(len(pair.rewrites)))] for pair, _ in clips if pair.rewrites]
    summary = (" ".join(f"{text.rstrip('.')}." for text in chosen),) if chosen else ()
    facts = {"sections": [{"start_s": start_s, "end_s": end_s} for start_s, end_s in spans]}
    return replace(clips[0][0], text=caption, rewrites=summary, kind="long", facts=facts), track


def joined(tracks: Sequence[Track], rng: Rng) -> tuple[Track, Vectors]:
    """Tracks one after the other, each for a drawn time, and when each sounds, [n_tracks, 2] in seconds."""
    stretches = rng.uniform(1.0, LONGEST, len(tracks))
    edges_s = np.concatenate([[0.0], np.cumsum(stretches * [track.duration_s for track in tracks])])
    placed = zip(tracks, edges_s.tolist(), stretches.tolist(), strict=False)
    times_s = np.concatenate([start_s + stretch * track.times_s for track, start_s, stretch in placed])
    clips = np.concatenate([track.clips for track in tracks])
    spans_s = np.stack([edges_s[:-1], edges_s[1:]], axis=1)
    return Track(clips, times_s.astype(np.float32), float(edges_s[-1])), spans_s.astype(np.float32)


def one_text(texts: Sequence[Text]) -> Text:
    """Texts one after the other."""
    firsts = np.concatenate([[0], np.cumsum([len(text.timed) for text in texts])[:-1]]).astype(np.int64)
    return Text(
        np.concatenate([text.timed for text in texts]),
        np.concatenate([text.bare for text in texts]),
        np.concatenate([text.kept + first for text, first in zip(texts, firsts, strict=True)]),
    )
