"""The recommenders that are compared on listens, and the settings that are tried of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from indexers.schema import Rows, Seeds, Vectors
from rankers.recommend.als import Als, AlsSettings
from rankers.recommend.ease import EaseSettings, fit_ease
from rankers.recommend.item_knn import ItemKnn, ItemKnnSettings, Weighting
from rankers.recommend.popularity import Popularity

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

BLOCK = 256  # users scored at a time
EASE_ITEMS = 10_000  # where both users and items are more, EASE knows only so many, the most played

Setting: TypeAlias = Mapping[str, Any]
"""The settings of one arm by name."""

Scorer: TypeAlias = Callable[["csr_matrix"], Vectors]
"""Counts of some users, [n_users, n_items], to the scores of all items for each, of the same shape."""


@dataclass(frozen=True, slots=True)
class Arm:
    """One recommender: how it is fitted to a table of counts, and the settings to choose from."""

    name: str
    fit: Callable[["csr_matrix", Setting], Scorer]
    grid: tuple[Setting, ...]


def weigh(counts: "csr_matrix", weights: str) -> "csr_matrix":
    """Turn counts into weights of 0 to 1, so that users who play much do not outweigh the others.

    "ones" forgets the counts; "log" takes log(1 + count) over that of the user's most played item.
    """
    weighed = counts.tocsr().astype(np.float32)
    if weights == "ones":
        weighed.data = np.ones_like(weighed.data)
        return weighed
    weighed.data = np.log1p(weighed.data)
    highest = weighed.max(axis=1).toarray().ravel()
    weighed.data /= np.repeat(highest, np.diff(weighed.indptr))
    return weighed


def top(scorer: Scorer, lists: "csr_matrix", k: int) -> list[Rows]:
    """Rank what each user has not played: the k best items, best first; equal scores keep item order.

    Args:
        scorer: A fitted arm.
        lists: What each user is known to have played, [n_users, n_items].
        k: How many items; fewer where a user has played nearly all.
    """
    found: list[Rows] = []
    for at in range(0, lists.shape[0], BLOCK):
        block = lists[at : at + BLOCK]
        scores = unheard(scorer(block), block)
        found += [best(row, min(k, row.size - heard)) for row, heard in zip(scores, np.diff(block.indptr), strict=True)]
    return found


def best(scores: Vectors, k: int) -> Rows:
    """The k highest of [n_items] scores, best first; equal scores keep item order."""
    k = min(k, len(scores))
    if not k:
        return np.empty(0, dtype=np.int64)
    threshold = np.partition(scores, len(scores) - k)[len(scores) - k]
    rows = np.flatnonzero(scores >= threshold)
    return rows[np.argsort(-scores[rows], kind="stable")][:k].astype(np.int64)


def unheard(scores: Vectors, lists: "csr_matrix") -> Vectors:
    """Scores with minus infinity where a user has played the item already."""
    kept = np.array(scores, dtype=np.float32)
    kept[lists.nonzero()] = -np.inf
    return kept


def _popularity(counts: "csr_matrix", _: Setting) -> Scorer:
    listeners = weigh(counts, "ones")
    model = Popularity(listeners, np.zeros(listeners.shape[0], dtype=np.int64), half_life_days=1.0)
    scores = model.score(Seeds())  # no user has a day, so all weigh alike
    return lambda lists: np.tile(scores, (lists.shape[0], 1))


def _item_knn(weighting: Weighting) -> Callable[["csr_matrix", Setting], Scorer]:
    def fit(counts: "csr_matrix", setting: Setting) -> Scorer:
        constants = {name: value for name, value in setting.items() if name != "weights"}
        model = ItemKnn.fit(weigh(counts, setting["weights"]), weighting, ItemKnnSettings(**constants))
        return lambda lists: np.asarray((weigh(lists, setting["weights"]) @ model.similarity).toarray())

    return fit


def _als(counts: "csr_matrix", setting: Setting) -> Scorer:
    constants = {name: value for name, value in setting.items() if name != "weights"}
    model = Als.fit(weigh(counts, setting["weights"]), AlsSettings(**constants))

    def score(lists: "csr_matrix") -> Vectors:
        rows = weigh(lists, setting["weights"])
        parts = (slice(*ends) for ends in zip(rows.indptr[:-1], rows.indptr[1:], strict=True))
        return np.stack([model.score_counts(rows.indices[part], rows.data[part]) for part in parts])

    return score


def ease_items(counts: "csr_matrix") -> Rows:
    """The items that EASE knows, ascending: all, or the EASE_ITEMS with most listeners where its fit would not end."""
    if min(counts.shape) <= EASE_ITEMS:
        return np.arange(counts.shape[1], dtype=np.int64)
    return np.sort(best(np.bincount(counts.indices, minlength=counts.shape[1]).astype(np.float32), EASE_ITEMS))


def _ease(counts: "csr_matrix", setting: Setting) -> Scorer:
    items = ease_items(counts)
    model = fit_ease(weigh(counts, setting["weights"])[:, items], EaseSettings(setting["l2"], setting["dropout"]))

    def score(lists: "csr_matrix") -> Vectors:
        known = model.scores(weigh(lists, setting["weights"])[:, items])
        scores = np.repeat(known.min(axis=1, keepdims=True), lists.shape[1], axis=1)
        scores[:, items] = known
        return scores

    return score


def _grid(**values: tuple[Any, ...]) -> tuple[Setting, ...]:
    return tuple(dict(zip(values, chosen, strict=True)) for chosen in product(*values.values()))


BASELINE = "popularity"
ARMS = (
    Arm(BASELINE, _popularity, ({},)),
    Arm("item_knn_cosine", _item_knn("cosine"), _grid(weights=("ones", "log"), n_neighbours=(1000, 3000))),
    Arm(
        "item_knn_bm25",
        _item_knn("bm25"),
        _grid(weights=("ones", "log"), n_neighbours=(1000,), bm25_k1=(5.0, 20.0, 100.0), bm25_b=(0.02, 0.05, 0.1)),
    ),
    Arm(
        "als",
        _als,
        _grid(
            weights=("log",),
            factors=(16, 24, 32, 48),
            regularization=(1.0, 10.0),
            alpha=(5.0, 10.0, 20.0),
            iterations=(15,),
        ),
    ),
    Arm("ease", _ease, _grid(weights=("ones", "log"), l2=(10.0, 30.0, 100.0), dropout=(0.5, 0.7, 0.8))),
)
