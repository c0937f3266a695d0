from collections.abc import Callable

import numpy as np
import pytest

from engine.evaluation.probes.content import (
    COPIES,
    EARLY,
    HELD,
    LACKING,
    content_targets,
    early_and_late,
    placed_examples,
    target_examples,
)
from engine.evaluation.probes.task import ProbeSettings
from indexers.catalog.corpus import Corpus

MakeCorpus = Callable[..., Corpus]
SETTINGS = ProbeSettings(order_tracks=(5, 9))


@pytest.fixture
def corpus(make_corpus: MakeCorpus) -> Corpus:
    having = [[7, 1, 2, 3, 4 + row] for row in range(4)]
    lacking = [[20 + row, 1, 2, 3, 4] for row in range(12)]
    sources = ["web"] * 3 + ["radio"] + ["web"] * 6 + ["radio"] * 6
    return make_corpus([*having, *lacking], [f"list {row}" for row in range(16)], sources)


def test_each_playlist_that_holds_it_has_one_of_its_source_that_lacks_it(corpus: Corpus) -> None:
    for seed in range(10):
        examples = target_examples(corpus, 7, SETTINGS, np.random.default_rng(seed))
        holds = [bool(np.any(rows == 7)) for rows in examples.lists]
        assert examples.labels.tolist() == [HELD if held else LACKING for held in holds]
        assert sum(holds) == 4
        sources = [name.split("/")[0] for name in examples.groups]
        assert sorted(sources[:4]) == sorted(sources[4:]) == ["radio", "web", "web", "web"]


def test_targets_are_held_by_many_lists_but_not_many_playlists(make_corpus: MakeCorpus) -> None:
    n = 1500
    lists = [[1, 2, 3, 4, 5] for _ in range(n)]
    for row in range(12):
        lists[row].append(50)  # by twelve lists
        lists[100 + 12 * row].append(51)  # by twelve playlists of eleven lists
    lists[112][-1] = 51
    names = [f"list {row}" for row in range(n)]
    names[100] = names[112]
    train = make_corpus(lists, names, ["web"] * n)
    test = make_corpus([[1, 2, 3, 4, 50, 51]] * 3, ["a", "b", "c"], ["web"] * 3)
    assert content_targets(train, test, ProbeSettings()).tolist() == [50]  # the first five are too frequent
    alike = make_corpus([[1, 2, 3, 4, 50, 51]] * 3, ["a", "a", "b"], ["web"] * 3)
    assert content_targets(train, alike, ProbeSettings()).tolist() == []


@pytest.mark.parametrize("n", [2, 5, 6])
def test_early_and_late_mirror_each_other(n: int) -> None:
    rng, places = np.random.default_rng(0), set()
    for _ in range(200):
        early, late = early_and_late(np.arange(n), n - 1, rng)
        assert np.array_equal(early, late[::-1])
        assert sorted(early) == list(range(n))
        places.add((np.flatnonzero(early == n - 1)[0], np.flatnonzero(late == n - 1)[0]))
    assert places == {(place, n - 1 - place) for place in range(n // 2)}


def test_places_are_asked_of_playlists_that_hold_the_track(corpus: Corpus) -> None:
    examples = placed_examples(corpus, 7, SETTINGS, np.random.default_rng(0))
    assert len(examples) == 4 * COPIES * 2
    for rows, label in zip(examples.lists, examples.labels, strict=True):
        assert (np.flatnonzero(rows == 7)[0] < 2) == (label == EARLY)
