from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from engine.evaluation.probes.folds import group_folds
from engine.evaluation.probes.orders import shuffled
from engine.evaluation.probes.task import CHANGED, NATURAL, ProbeSettings, draw, examples_of, list_names
from engine.evaluation.probes.tasks import (
    Sides,
    balanced,
    build_tasks,
    cut_task,
    frequent_labels,
    genre_examples,
    genre_folds_task,
    length_labels,
    order_examples,
)
from indexers.catalog.corpus import Corpus
from indexers.errors import InputError

MakeCorpus = Callable[..., Corpus]


def test_every_probe_is_built_with_its_limits(sides: Sides, small: ProbeSettings) -> None:
    tasks = build_tasks(sides, small)
    assert [task.name for task in tasks] == [
        "genre",
        "genre_held_out",
        "diversity",
        "length",
        "length_cut",
        "order_shuffled",
        "order_swaps",
        "order_swap",
        "order_position",
        "content",
    ]
    parts = [part for task in tasks for part in task.parts]
    assert max(len(part.train) for part in parts if part.train) <= 3 * 2 * small.n_train
    assert all(len(rows) >= small.min_tracks for part in parts for rows in part.test.lists)


def test_the_same_seed_builds_the_same_probes(sides: Sides, small: ProbeSettings) -> None:
    one, two = build_tasks(sides, small), build_tasks(sides, small)
    for first, second in zip(one, two, strict=True):
        for left, right in zip(first.parts, second.parts, strict=True):
            assert all(map(np.array_equal, left.train.lists, right.train.lists))
            assert np.array_equal(left.test.labels, right.test.labels)


def test_pairs_are_one_playlist_in_two_orders_on_one_side(sides: Sides, small: ProbeSettings) -> None:
    for task in build_tasks(sides, small):
        for examples in [part.train for part in task.parts] + [part.test for part in task.parts]:
            if task.paired:
                pairs = list(zip(examples.lists[::2], examples.lists[1::2], strict=True))
                assert all(sorted(one) == sorted(two) and one.tolist() != two.tolist() for one, two in pairs)
                assert np.array_equal(examples.groups[::2], examples.groups[1::2])
                assert all(examples.labels[::2] < examples.labels[1::2])


def test_originals_come_in_their_natural_order(make_corpus: MakeCorpus) -> None:
    lists = [list(range(start, start + 12)) for start in range(5)] + [list(range(9)), list(range(60))]
    corpus = make_corpus(lists, [f"l{row}" for row in range(7)], ["web"] * 7)
    examples = order_examples(corpus, shuffled, ProbeSettings(), 100, np.random.default_rng(0))
    assert [rows.tolist() for rows in examples.lists[::2]] == lists[:5]  # one is too short, one too long
    assert examples.labels.tolist() == [NATURAL, CHANGED] * 5
    assert len(order_examples(corpus, shuffled, ProbeSettings(), 4, np.random.default_rng(0))) == 4


def test_genre_folds_ask_everything_once_and_part_no_list(sides: Sides, small: ProbeSettings) -> None:
    task = genre_folds_task(sides, small, np.random.default_rng(0))
    assert len(task.parts) == small.n_folds
    for part in task.parts:
        assert not set(part.train.groups) & set(part.test.groups)
    asked = Counter(tuple(rows.tolist()) for part in task.parts for rows in part.test.lists)
    assert set(asked.values()) == {1}
    assert len(asked) == len(genre_examples(sides, small))  # no genre has too many


def test_folds_need_as_many_lists() -> None:
    examples = examples_of([np.arange(5)] * 6, list("ababab"), ["one"] * 3 + ["two"] * 3)
    with pytest.raises(InputError, match="2 lists cannot be divided into 3 folds"):
        group_folds(examples, 3, 0)


def test_rare_labels_are_left_out() -> None:
    examples = examples_of([np.arange(5)] * 7, list("aabbbcc"), ["one", "two", "two", "one", "one", "two", "two"])
    assert frequent_labels(examples, 2).labels.tolist() == list("aabbb")  # all of c are of one list


def test_a_genre_that_prevails_is_cut_back_evenly_over_its_lists() -> None:
    lists = [np.array([row]) for row in range(17)]
    examples = examples_of(lists, ["a"] * 14 + ["b"] * 3, ["big"] * 11 + ["x", "x", "y"] + ["z"] * 3)
    for seed in range(10):
        kept = balanced(examples, 5, np.random.default_rng(seed))
        assert Counter(kept.labels.tolist()) == {"a": 5, "b": 3}
        assert Counter(kept.groups.tolist()) == {"big": 2, "x": 2, "y": 1, "z": 3}
        assert len({int(rows[0]) for rows in kept.lists}) == 8


def test_length_bins_are_fifths_of_the_training_side(make_corpus: MakeCorpus) -> None:
    train = make_corpus([range(n) for n in range(5, 105)], ["l"] * 100, ["web"] * 100)
    test = make_corpus([range(4), range(5), range(24), range(110)], ["l"] * 4, ["web"] * 4)
    labels = length_labels(Sides(train, test, {}), ProbeSettings())
    assert Counter(labels[0].values()) == dict.fromkeys("01234", 20)
    assert labels[1] == {1: "0", 2: "0", 3: "4"}  # four tracks are too few to ask about


def test_cut_playlists_are_beginnings_labelled_by_their_length(sides: Sides) -> None:
    settings = ProbeSettings(cut_tracks=(5, 15))
    part = cut_task(sides, settings, np.random.default_rng(0)).parts[0]
    whole = {tuple(rows[:5].tolist()): rows for rows in sides.train.lists}
    for rows, label in zip(part.train.lists, part.train.labels, strict=True):
        assert np.array_equal(rows, whole[tuple(rows[:5].tolist())][: len(rows)])
        assert label == str((len(rows) - 5) // 2)
    assert set(part.train.labels) == set("01234")


def test_a_playlist_without_a_name_is_a_list_of_its_own(make_corpus: MakeCorpus) -> None:
    corpus = make_corpus([[1], [2], [3], [4]], ["a", "", "", "a"], ["web", "web", "web", "radio"])
    assert len(set(list_names(corpus))) == 4


def test_too_few_playlists_are_one_line(make_corpus: MakeCorpus) -> None:
    few = make_corpus([range(12)] * 3, ["a", "b", "c"], ["web"] * 3)
    with pytest.raises(InputError, match="lists cannot be divided"):
        build_tasks(Sides(few, few, {}), ProbeSettings())


def test_draw_takes_each_row_at_most_once() -> None:
    assert draw(4, 10, np.random.default_rng(0)).tolist() == [0, 1, 2, 3]
    drawn = draw(50, 10, np.random.default_rng(0))
    assert len(set(drawn.tolist())) == 10
    assert drawn.tolist() == sorted(drawn.tolist())
