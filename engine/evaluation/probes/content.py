"""Does a playlist hold a certain track, and where? Asked for tracks of middling frequency, one classifier each.

Source: Adi et al. 2017 and Conneau et al. 2018, "word content"; here against as many playlists of the same sources
without the track.
"""

from collections import Counter

import numpy as np
import numpy.typing as npt

from engine.evaluation.probes.task import Examples, Part, ProbeSettings, Task, draw, examples_of, list_names
from indexers.catalog.corpus import Corpus
from indexers.schema import Rows

HELD = "holds it"
LACKING = "lacks it"
EARLY = "early"
LATE = "late"
COPIES = 8  # random orders of each playlist in which a target's place is asked for
TRAIN_LISTS = 12  # lists that must hold a target on the training side, at least
TEST_LISTS = 3  # and on the other
MOST = 200  # playlists with a target that a classifier learns from


def content_task(train: Corpus, test: Corpus, settings: ProbeSettings, rng: np.random.Generator) -> Task:
    """Is the track in it: one classifier per target, their answers counted together."""
    targets = content_targets(train, test, settings)
    chosen = targets[draw(len(targets), settings.n_targets, rng)].tolist()
    parts = [
        Part(target_examples(train, target, settings, rng), target_examples(test, target, settings, rng))
        for target in chosen
    ]
    return Task("content", "content: holds a given track", tuple(parts))


def position_task(train: Corpus, test: Corpus, settings: ProbeSettings, rng: np.random.Generator) -> Task:
    """Is the track in the first half: asked of playlists that hold it, in random orders, so that nothing else tells.

    Each order is asked about forwards and backwards: once the track comes early, once late.
    """
    parts = [
        Part(placed_examples(train, target, settings, rng), placed_examples(test, target, settings, rng))
        for target in content_targets(train, test, settings).tolist()
    ]
    asked = [part for part in parts if len(part.train) and len(part.test)]
    chosen = draw(len(asked), settings.n_targets, rng).tolist()
    title = "order: a given track comes early or late"
    return Task("order_position", title, tuple(asked[row] for row in chosen), paired=True)


def placed_examples(corpus: Corpus, target: int, settings: ProbeSettings, rng: np.random.Generator) -> Examples:
    """Playlists that hold the target in random orders and their reverses: first the order that has it early."""
    low, high = settings.order_tracks
    having = [row for row, rows in enumerate(corpus.lists) if low <= len(rows) <= high and np.any(rows == target)]
    chosen = [having[row] for row in draw(len(having), MOST, rng).tolist()]
    names = list_names(corpus)
    return examples_of(
        [rows for row in chosen for _ in range(COPIES) for rows in early_and_late(corpus.lists[row], target, rng)],
        [EARLY, LATE] * (len(chosen) * COPIES),
        [names[row] for row in chosen for _ in range(2 * COPIES)],
    )


def early_and_late(rows: Rows, target: int, rng: np.random.Generator) -> tuple[Rows, Rows]:
    """A random order with the target in its first half, and its reverse; of two or more tracks that hold the target."""
    others = rng.permutation(rows[rows != target])
    early = np.insert(others, int(rng.integers(len(rows) // 2)), target)
    return early, early[::-1].copy()


def content_targets(train: Corpus, test: Corpus, settings: ProbeSettings) -> Rows:
    """The tracks that enough lists hold on both sides, but not too many playlists."""
    frequent = train.counts > settings.too_frequent * len(train.lists)
    lists = [_lists_holding(corpus, settings) for corpus in (train, test)]
    fit = [
        row
        for row, n_lists in lists[0].items()
        if n_lists >= TRAIN_LISTS and lists[1][row] >= TEST_LISTS and not frequent[row]
    ]
    return np.array(sorted(fit), dtype=np.int64)


def _lists_holding(corpus: Corpus, settings: ProbeSettings) -> Counter[int]:
    """How many lists hold each track."""
    holding: dict[str, set[int]] = {}
    for name, rows in zip(list_names(corpus), corpus.lists, strict=True):
        if len(rows) >= settings.min_tracks:
            holding.setdefault(name, set()).update(rows.tolist())
    return Counter(row for rows in holding.values() for row in rows)


def target_examples(corpus: Corpus, target: int, settings: ProbeSettings, rng: np.random.Generator) -> Examples:
    """Playlists with the target and, for each, one of the same source without it, as far as there are any."""
    long = np.array([len(rows) >= settings.min_tracks for rows in corpus.lists])
    holding = np.array([bool(np.any(rows == target)) for rows in corpus.lists])
    having = np.flatnonzero(long & holding)
    having = having[draw(len(having), MOST, rng)]
    sources = np.array(corpus.sources)
    lacking = [
        _some(np.flatnonzero(long & ~holding & (sources == source)), int(count), rng)
        for source, count in zip(*np.unique(sources[having], return_counts=True), strict=True)
    ]
    chosen = np.concatenate([having, *lacking])
    names = list_names(corpus)
    labels = [HELD] * len(having) + [LACKING] * (len(chosen) - len(having))
    return examples_of([corpus.lists[row] for row in chosen.tolist()], labels, [names[row] for row in chosen.tolist()])


def _some(rows: npt.NDArray[np.int64], count: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    return rng.permutation(rows)[:count]
