"""The probes of a corpus: genre, diversity, length, order and content."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from engine.evaluation.probes.content import content_task, position_task
from engine.evaluation.probes.folds import group_folds
from engine.evaluation.probes.labels import playlist_diversity, playlist_genres
from engine.evaluation.probes.orders import shuffled, swapped
from engine.evaluation.probes.task import (
    CHANGED,
    NATURAL,
    Examples,
    Part,
    ProbeSettings,
    Task,
    draw,
    examples_of,
    list_names,
)
from indexers.catalog.corpus import Corpus
from indexers.errors import InputError
from indexers.schema import Rows

N_BINS = 5  # of length
DIVERSITY = ("narrow", "between", "wide")

Change: TypeAlias = Callable[[Rows, np.random.Generator], Rows]


@dataclass(frozen=True, slots=True)
class Sides:
    """What probes learn from and what they are asked about, over one vocabulary; `genre_of` its rows' known genres.

    No edition of a list is on both sides.
    """

    train: Corpus
    test: Corpus
    genre_of: Mapping[int, str]


def build_tasks(sides: Sides, settings: ProbeSettings) -> tuple[Task, ...]:
    """Build every probe, each with random numbers of its own.

    Raises:
        InputError: the playlists are too few for one of the probes.
    """
    many, order = partial(swapped, n_swaps=settings.n_swaps), partial(order_task, sides, settings)
    builders: tuple[Callable[[np.random.Generator], Task], ...] = (
        partial(genre_folds_task, sides, settings),
        partial(genre_task, sides, settings),
        partial(diversity_task, sides, settings),
        partial(length_task, sides, settings),
        partial(cut_task, sides, settings),
        partial(order, "order_shuffled", "order: shuffled", shuffled),
        partial(order, "order_swaps", f"order: {settings.n_swaps} pairs of neighbours swapped", many),
        partial(order, "order_swap", "order: one pair of neighbours swapped", partial(swapped, n_swaps=1)),
        partial(position_task, sides.train, sides.test, settings),
        partial(content_task, sides.train, sides.test, settings),
    )  # fmt: skip
    tasks = tuple(build(np.random.default_rng([settings.seed, row])) for row, build in enumerate(builders))
    for task in tasks:
        if not task.parts or not all(_can_be_asked(part) for part in task.parts):
            raise InputError(f"too few playlists for the probe {task.name!r}: give more, on both sides")
    return tasks


def _can_be_asked(part: Part) -> bool:
    return len(np.unique(part.train.labels)) > 1 and len(part.test) > 0


def genre_task(sides: Sides, settings: ProbeSettings, rng: np.random.Generator) -> Task:
    """Which genre is it, asked about the held-out side."""
    labels = [playlist_genres(corpus.lists, sides.genre_of) for corpus in (sides.train, sides.test)]
    return _held_out("genre_held_out", "genre, held-out side", sides, labels, settings, rng)


def genre_folds_task(sides: Sides, settings: ProbeSettings, rng: np.random.Generator) -> Task:
    """Which genre is it, asked about whole lists that the probe has not seen: folds over the lists of both sides.

    The held-out side alone has few genres, and one of them prevails; here none does. No encoder has seen a label of any
    side.
    """
    frequent = frequent_labels(genre_examples(sides, settings), settings.min_lists)
    examples = balanced(frequent, settings.most_class, rng)
    folds = group_folds(examples, settings.n_folds, int(rng.integers(2**31)))
    parts = tuple(Part(examples.select(train), examples.select(test)) for train, test in folds)
    return Task("genre", "genre, unseen lists", parts)


def genre_examples(sides: Sides, settings: ProbeSettings) -> Examples:
    """The playlists of both sides that have a genre."""
    genres = [playlist_genres(corpus.lists, sides.genre_of) for corpus in (sides.train, sides.test)]
    train, test = (
        _labelled(corpus, labels, settings) for corpus, labels in zip((sides.train, sides.test), genres, strict=True)
    )
    return joined(train, test)


def joined(one: Examples, two: Examples) -> Examples:
    """The examples of both."""
    return Examples(
        one.lists + two.lists, np.concatenate([one.labels, two.labels]), np.concatenate([one.groups, two.groups])
    )


def frequent_labels(examples: Examples, min_lists: int) -> Examples:
    """The examples whose label playlists of at least so many lists have."""
    held = Counter(label for label, _ in set(zip(examples.labels.tolist(), examples.groups.tolist(), strict=True)))
    frequent = [label for label, n_lists in held.items() if n_lists >= min_lists]
    return examples.select(np.flatnonzero(np.isin(examples.labels, frequent)))


def balanced(examples: Examples, most: int, rng: np.random.Generator) -> Examples:
    """At most so many examples of each label, of as many lists as there are: the lists take turns."""
    order = rng.permutation(len(examples))
    turns: Counter[tuple[str, str]] = Counter()
    turn_of: dict[int, int] = {}
    for row in order.tolist():
        own = (str(examples.labels[row]), str(examples.groups[row]))
        turn_of[row] = turns[own]
        turns[own] += 1
    kept: Counter[str] = Counter()
    chosen = []
    for row in sorted(turn_of, key=turn_of.__getitem__):  # stable: rows of one turn stay in random order
        kept[str(examples.labels[row])] += 1
        if kept[str(examples.labels[row])] <= most:
            chosen.append(row)
    return examples.select(np.array(sorted(chosen), dtype=np.int64))


def diversity_task(sides: Sides, settings: ProbeSettings, rng: np.random.Generator) -> Task:
    """How many genres does it span: the lowest, middle or highest third of the training side."""
    values = [playlist_diversity(corpus.lists, sides.genre_of) for corpus in (sides.train, sides.test)]
    edges = _edges(np.array(list(values[0].values())), len(DIVERSITY))
    labels = [{row: DIVERSITY[_bin(value, edges)] for row, value in side.items()} for side in values]
    return _held_out("diversity", "genre diversity", sides, labels, settings, rng)


def length_labels(sides: Sides, settings: ProbeSettings) -> list[dict[int, str]]:
    """For each side, each playlist's length bin: fifths of the training side."""
    lengths = [
        {row: len(rows) for row, rows in enumerate(corpus.lists) if len(rows) >= settings.min_tracks}
        for corpus in (sides.train, sides.test)
    ]
    edges = _edges(np.array(list(lengths[0].values())), N_BINS)
    return [{row: str(_bin(length, edges)) for row, length in side.items()} for side in lengths]


def length_task(sides: Sides, settings: ProbeSettings, rng: np.random.Generator) -> Task:
    """How long is it: one of five bins."""
    return _held_out("length", "length", sides, length_labels(sides, settings), settings, rng)


def length_examples(sides: Sides, settings: ProbeSettings) -> Examples:
    """The playlists of both sides with their length bins."""
    train, test = length_labels(sides, settings)
    return joined(_labelled(sides.train, train, settings), _labelled(sides.test, test, settings))


def cut_task(sides: Sides, settings: ProbeSettings, rng: np.random.Generator) -> Task:
    """How many of its first tracks are left: nothing of where a playlist comes from tells it."""
    train = _cut(sides.train, settings, settings.n_train, rng)
    return Task("length_cut", "length, cut at random", (Part(train, _cut(sides.test, settings, settings.n_test, rng)),))


def _cut(corpus: Corpus, settings: ProbeSettings, limit: int, rng: np.random.Generator) -> Examples:
    low, high = settings.cut_tracks
    long = np.array([row for row, rows in enumerate(corpus.lists) if len(rows) >= high], dtype=np.int64)
    chosen = long[draw(len(long), limit, rng)].tolist()
    lengths = rng.integers(low, high, size=len(chosen)).tolist()
    names = list_names(corpus)
    return examples_of(
        [corpus.lists[row][:length] for row, length in zip(chosen, lengths, strict=True)],
        [str((length - low) * N_BINS // (high - low)) for length in lengths],
        [names[row] for row in chosen],
    )


def order_examples(
    corpus: Corpus, change: Change, settings: ProbeSettings, limit: int, rng: np.random.Generator
) -> Examples:
    """Each playlist as it was and changed, one after the other, so that both are on one side; at most `limit`."""
    low, high = settings.order_tracks
    fit = np.array([row for row, rows in enumerate(corpus.lists) if low <= len(rows) <= high], dtype=np.int64)
    chosen = fit[draw(len(fit), limit // 2, rng)].tolist()
    names = list_names(corpus)
    return examples_of(
        [rows for row in chosen for rows in (corpus.lists[row], change(corpus.lists[row], rng))],
        [NATURAL, CHANGED] * len(chosen),
        [names[row] for row in chosen for _ in range(2)],
    )


def order_task(
    sides: Sides, settings: ProbeSettings, name: str, title: str, change: Change, rng: np.random.Generator
) -> Task:
    """Is it in its natural order."""
    train = order_examples(sides.train, change, settings, settings.n_train, rng)
    test = order_examples(sides.test, change, settings, settings.n_test, rng)
    return Task(name, title, (Part(train, test),), paired=True, by_source=change is shuffled)


def _held_out(
    name: str,
    title: str,
    sides: Sides,
    labels: list[dict[int, str]],
    settings: ProbeSettings,
    rng: np.random.Generator,
) -> Task:
    """Learn from the training side, ask about the other."""
    train, test = _labelled(sides.train, labels[0], settings), _labelled(sides.test, labels[1], settings)
    train = train.select(draw(len(train), settings.n_train, rng))
    return Task(name, title, (Part(train, test.select(draw(len(test), settings.n_test, rng))),))


def _labelled(corpus: Corpus, labels: Mapping[int, str], settings: ProbeSettings) -> Examples:
    rows = [row for row in sorted(labels) if len(corpus.lists[row]) >= settings.min_tracks]
    names = list_names(corpus)
    return examples_of([corpus.lists[row] for row in rows], [labels[row] for row in rows], [names[row] for row in rows])


def _edges(values: npt.NDArray[np.generic], n_bins: int) -> npt.NDArray[np.float64]:
    """The inner edges of bins that hold about as many values each."""
    if not len(values):
        raise InputError("no playlist has enough tracks to be probed: give longer playlists or more tags")
    return np.quantile(values.astype(np.float64), np.linspace(0, 1, n_bins + 1)[1:-1])


def _bin(value: float, edges: npt.NDArray[np.float64]) -> int:
    return int(np.searchsorted(edges, value, side="right"))
