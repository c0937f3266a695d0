"""What a probe is: playlists with a label each, some to learn from and others to be asked about."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from indexers.catalog.corpus import Corpus
from indexers.schema import Rows

Words: TypeAlias = npt.NDArray[np.str_]
"""Labels or names of lists, one per playlist."""

NATURAL = "as it was"
CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class ProbeSettings:
    """How much is asked, and how a probe learns."""

    n_train: int = 4000  # examples a probe learns from, at most
    n_test: int = 2000  # examples it is asked about, at most
    min_tracks: int = 5  # known tracks of a playlist, at least
    n_swaps: int = 5  # neighbours exchanged in the second of the two probes that swap
    order_tracks: tuple[int, int] = (10, 50)  # length of the playlists whose order is asked about
    cut_tracks: tuple[int, int] = (5, 30)  # lengths that playlists are cut to
    n_targets: int = 40  # tracks asked for by the content probe
    too_frequent: float = 0.01  # of the training playlists: no track that more of them hold is asked for
    n_folds: int = 5
    min_lists: int = 8  # lists with playlists of a genre, at least
    most_class: int = 120  # playlists of a genre that are learnt from and asked about, at most
    strengths: tuple[float, ...] = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)  # inverse regularisation, chosen by inner folds
    inner_folds: int = 3
    n_queries: int = 100
    k: int = 10  # neighbours
    n_draws: int = 2000  # of the bootstrap
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Examples:
    """Playlists with a label and the name of their list each: editions of one list share it."""

    lists: tuple[Rows, ...]
    labels: Words
    groups: Words

    def select(self, rows: npt.NDArray[np.int64]) -> "Examples":
        """Some of the examples, in the order given."""
        return Examples(tuple(self.lists[row] for row in rows.tolist()), self.labels[rows], self.groups[rows])

    def __len__(self) -> int:
        """How many examples there are."""
        return len(self.lists)


@dataclass(frozen=True, slots=True)
class Part:
    """One classifier's work: what it learns from and what it is asked about."""

    train: Examples
    test: Examples


@dataclass(frozen=True, slots=True)
class Task:
    """A probe: one or more classifiers whose answers count together.

    Where `paired`, examples 2i and 2i + 1 are one playlist in two orders, with the first and the second label in order.
    """

    name: str
    title: str
    parts: tuple[Part, ...]
    paired: bool = False
    by_source: bool = False  # whether the pairs of each source are counted apart too, as in some an order means nothing


def examples_of(lists: Sequence[Rows], labels: Sequence[str], groups: Sequence[str]) -> Examples:
    """Examples from plain sequences of equal length."""
    return Examples(tuple(lists), np.array(labels, dtype=np.str_), np.array(groups, dtype=np.str_))


def list_names(corpus: Corpus) -> list[str]:
    """The list each playlist is an edition of: its source and name; one without a name is a list of its own."""
    named = zip(corpus.sources, corpus.names, corpus.ids, strict=True)
    return [f"{source}/{name}" if name else f"{source}//{own}" for source, name, own in named]


def source_of(group: str) -> str:
    """The source of a list."""
    return group.split("/", 1)[0]


def draw(n: int, limit: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """At most `limit` of n rows, ascending."""
    return np.sort(rng.permutation(n)[:limit])
