"""What a training sees of tracks and of texts: augmentations that leave the structure true.

Of a track some windows, of all of it or of one section; of its texts the caption with sentences left out, a summary, or
what is said of one section; and as the hardest of negatives the track itself with its sections in another order.
Source: J. Wu et al., "CoLLAP" (2024) augments captions with temporal structure; the kinds of views are our own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from indexers.encoders.collap.listening import Track
from indexers.encoders.collap.places import clip_places, sentence_places
from indexers.encoders.collap.settings import CollapSettings
from indexers.encoders.collap.training.medleys import draw_medleys
from indexers.encoders.collap.training.stories import Stories, Story, Text
from indexers.schema import Bools, Laid, Rows, Vectors

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Padded:
    """Rows of several lengths: vectors [n, longest, dim], places [n, longest, N_PLACES], which are there."""

    vectors: Tensor
    places: Tensor
    there: Tensor

    def to(self, device: torch.device) -> "Padded":
        """The same on another device."""
        return Padded(self.vectors.to(device), self.places.to(device), self.there.to(device))


@dataclass(frozen=True, slots=True)
class View:
    """One draw of one story: clips and sentences with their places.

    `about` [n_sentences, n_clips] says which clips a sentence is about, none where that is not known; `moved` has the
    clips' rows with the sections in another order, None where there is no other.
    """

    clips: Vectors
    clip_places: Vectors
    sentences: Vectors
    sentence_places: Vectors
    about: Bools
    moved: Rows | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Some views: row i of each part is the same story; `moved` are those of the rows `movable` in another order."""

    audio: Padded
    text: Padded
    about: Tensor
    moved: Padded | None
    movable: Tensor

    def to(self, device: torch.device) -> "Batch":
        """The same on another device."""
        moved = None if self.moved is None else self.moved.to(device)
        return Batch(self.audio.to(device), self.text.to(device), self.about.to(device), moved, self.movable.to(device))


def spread(times_s: Vectors, span_s: tuple[float, float], count: int, rng: Rng | None = None) -> Rows:
    """Choose windows spread evenly over a span: of each of `count` equal parts the one nearest its middle.

    Args:
        times_s: [n, 2], in order.
        span_s: Start and end.
        count: At least 1.
        rng: Draws a place in each part instead of its middle.

    Returns:
        Rows in order, each once: `count` or fewer, at least one.
    """
    middles = times_s.mean(axis=1)
    shift = np.full(count, 0.5) if rng is None else rng.random(count)
    wanted = span_s[0] + (np.arange(count) + shift) * (span_s[1] - span_s[0]) / count
    return np.unique(np.abs(middles[None] - wanted[:, None]).argmin(axis=1)).astype(np.int64)


def draw_epoch(stories: Stories, settings: CollapSettings, epoch: int) -> Iterator[Batch]:
    """All long tracks once, and medleys of clips, in a drawn order, each by a drawn view."""
    rng = np.random.default_rng((settings.seed, epoch))
    torch.manual_seed(int(rng.integers(2**62)))  # of dropout
    drawn = [*stories.stories, *draw_medleys(stories.clips, settings.medleys, rng)]
    order = rng.permutation(len(drawn))
    for at in range(0, len(order), settings.batch):
        rows = order[at : at + settings.batch].tolist()
        yield batch_of([draw_view(drawn[row], stories.vectors, settings, rng) for row in rows])


def draw_view(story: Story, vectors: Vectors, settings: CollapSettings, rng: Rng) -> View:
    """Draw what is seen of one story."""
    untimed = bool(rng.random() < settings.untimed)
    count = int(rng.integers(settings.fewest_windows, settings.most_windows + 1))
    drawn = rng.random()
    sections = np.flatnonzero(story.told.any(axis=0))
    if drawn < settings.whole or (not len(sections) and not story.summaries):
        rows, numbers = _thinned(story.caption, settings, rng, untimed=untimed)
        return _view(story, (rows, numbers, story.told[numbers]), vectors, whole_of(story.track), count, rng)
    if story.summaries and (drawn < settings.whole + settings.summary or not len(sections)):
        text = story.summaries[int(rng.integers(len(story.summaries)))]
        rows, _ = rows_of(text, untimed=untimed)
        told = np.zeros((len(rows), story.told.shape[1]), dtype=np.bool_)
        return _view(story, (rows, np.arange(len(rows)), told), vectors, whole_of(story.track), count, rng)
    section = int(rng.choice(sections))
    rows, numbers = rows_of(story.caption, story.told[:, section], untimed=untimed)
    start_s, end_s = story.spans_s[section].tolist()
    span_s = (start_s, end_s) if rng.random() < settings.crop else whole_of(story.track)
    return _view(story, (rows, np.arange(len(rows)), story.told[numbers]), vectors, span_s, count, rng)


def whole_of(track: Track) -> tuple[float, float]:
    """All of a track as a span in seconds."""
    return 0.0, track.duration_s


def rows_of(text: Text, chosen: Bools | None = None, *, untimed: bool) -> tuple[Rows, Rows]:
    """The sentences of a text, all or those chosen: rows of their vectors, and their numbers in the text.

    Where nothing is left without clocks they stay as they are.
    """
    numbers, rows = (text.kept, text.bare) if untimed else (np.arange(len(text.timed)), text.timed)
    own = np.ones(len(numbers), dtype=np.bool_) if chosen is None else chosen[numbers]
    if not own.any():
        numbers, rows = np.arange(len(text.timed)), text.timed
        own = np.ones(len(numbers), dtype=np.bool_) if chosen is None else chosen
    return rows[own], numbers[own]


def _thinned(text: Text, settings: CollapSettings, rng: Rng, *, untimed: bool) -> tuple[Rows, Rows]:
    """A caption with some sentences left out, one at least kept, their order kept."""
    rows, numbers = rows_of(text, untimed=untimed)
    lot = rng.random(len(rows))
    share = 1.0 - settings.dropped * rng.random()
    count = min(settings.most_sentences, max(1, round(share * len(rows))))
    stays = np.sort(np.argsort(lot)[:count])
    return rows[stays], numbers[stays]


def _view(
    story: Story,
    text: tuple[Rows, Rows, Bools],
    vectors: Vectors,
    span_s: tuple[float, float],
    count: int,
    rng: Rng,
) -> View:
    rows, _, told = text
    track = story.track
    chosen = spread(track.times_s, span_s, count, rng)
    times_s = track.times_s[chosen] - span_s[0]
    length_s = span_s[1] - span_s[0]
    laid = Laid(times_s, np.array([0, len(chosen)]), np.array([length_s], dtype=np.float32))
    middles = track.times_s[chosen].mean(axis=1)
    within = (middles >= story.spans_s[:, :1]) & (middles < story.spans_s[:, 1:])  # [n_sections, n_clips]
    moved = _reordered(within, rng) if span_s == whole_of(track) else None
    places = sentence_places(len(rows))
    return View(track.clips[chosen], clip_places(laid), vectors[rows], places, told @ within, moved)


def _reordered(within: Bools, rng: Rng) -> Rows | None:
    """The clips' rows with the sections in another order; None where there are fewer than two."""
    groups = [np.flatnonzero(own) for own in within if own.any()]
    if len(groups) < 2 or sum(map(len, groups)) < within.shape[1]:
        return None
    order = rng.permutation(len(groups))
    if (order == np.arange(len(groups))).all():
        order = order[::-1]
    return np.concatenate([groups[number] for number in order.tolist()])


def batch_of(views: Sequence[View]) -> Batch:
    """Put views side by side."""
    audio = pad([view.clips for view in views], [view.clip_places for view in views])
    text = pad([view.sentences for view in views], [view.sentence_places for view in views])
    about = np.zeros((len(views), text.there.shape[1], audio.there.shape[1]), dtype=np.bool_)
    for row, view in enumerate(views):
        n_sentences, n_clips = view.about.shape
        about[row, :n_sentences, :n_clips] = view.about
    movable = [row for row, view in enumerate(views) if view.moved is not None]
    moved = [(views[row].clips[views[row].moved], views[row].clip_places) for row in movable]
    padded = pad([clips for clips, _ in moved], [places for _, places in moved]) if moved else None
    return Batch(audio, text, torch.from_numpy(about), padded, torch.tensor(movable, dtype=torch.int64))


def pad(vectors: Sequence[Vectors], places: Sequence[Vectors]) -> Padded:
    """Pad rows of several lengths to the longest."""
    lengths = np.array([len(own) for own in vectors])
    there = np.arange(lengths.max()) < lengths[:, None]
    filled = []
    for parts in (vectors, places):
        block = np.zeros((*there.shape, parts[0].shape[1]), dtype=np.float32)
        block[there] = np.concatenate(parts)
        filled.append(torch.from_numpy(block))
    return Padded(filled[0], filled[1], torch.from_numpy(there))
